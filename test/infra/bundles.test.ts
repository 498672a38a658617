import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import * as z from 'zod';
import { type Bundle, bundleFunctions } from '../../infra/bundling/bundle-function.ts';
import { substitutes } from '../../infra/bundling/substitutes.ts';
import { OPERATIONS } from './machines.ts';

const MAX_GZIP_BYTES = 220_000;

/** Of a job's functions, which are started cold for every poll: gzip bytes, of which 2 % more are let pass. */
const GZIP_BYTES: Record<string, number> = {
  'delete-map-server-cache': 169_946,
  'manage-map-server-cache-tiles': 183_000,
  'refresh-service': 168_500,
  'check-job': 154_219,
  'cancel-job': 158_538,
  // With the reference systems of the world, and a client of S3 that is made for much more; it is started once for a group of rasters.
  'read-footprint': 345_067,
};
const ALLOWANCE = 1.02;

/** What no function has a use for: each was in a bundle once, or is beside something that is. */
const FORBIDDEN_MODULES = [
  /^undici\/index/,
  /^undici\/lib\/(mock|cache|interceptor|milo|web|handler)\/(?!fetch\/(body|formdata)\.js|webidl\/index\.js)/,
  /^undici\/lib\/dispatcher\/(parser-h1|proxy|retry|env-http|socks|h2c)/,
  /^zod\/v4\/locales\/(?!(en|index)\.js)/,
  /^zod\/v3\//,
  /^zod\/v4\/classic\//,
  /^@aws-sdk\/(?!client-(secrets-manager|sfn|dynamodb|eventbridge|s3|sns)\/|core\/|credential-provider-(env|node)\/|dynamodb-codec\/)/,
  /^@aws-sdk\/.*\/dist-cjs\//,
  /^@smithy\/credential-provider-imds/,
  /^(aws-cdk|constructs|esbuild|@esri|@aws-lambda-powertools)/,
];

/**
 * What clients bring along: DynamoDB's finds its endpoint itself where it is told to, EventBridge's signs for several
 * regions, SNS speaks XML, S3's has checksums. Each is in the bundles of its client only.
 */
const BROUGHT =
  /^@aws-sdk\/(checksums|middleware-sdk-s3|middleware-endpoint-discovery|endpoint-cache|signature-v4-multi-region|xml-builder)\//;

/** Every module of Node.js that a bundle asks for when it starts or later; each costs a start its time. */
const NODE_MODULES =
  /^node:(async_hooks|buffer|crypto|diagnostics_channel|events|fs|fs\/promises|net|os|path|process|querystring|stream|timers(\/promises)?|tls|util|util\/types|zlib)$/;

/** Those that read and write the ledger. */
const DECIDES = [
  'act-on-run',
  'join-targets',
  'next-unit',
  'pause-site',
  'read-footprint',
  'renew-rasters',
  'send-notices',
  'settle-run',
  'show-runs',
  'sweep-runs',
  'take-turn',
  'tell-of-runs',
];

/** It signs its one request itself. */
const WITHOUT_CLIENT = ['tell-clients'];

const bundles = await bundleFunctions(readdirSync('functions'));

const packagesFile = (path: string) => path.replace(/^.*node_modules\//, '');
const outputOf = ({ metafile }: Bundle) => metafile.outputs['index.js'];

/** By what each ends when it is given nothing, no environment included. */
const ERRORS: Record<string, string> = {
  'start-refresh': '$ZodError',
  ...Object.fromEntries(DECIDES.map((name) => [name, 'Error'])),
};

/** What a bundle does with an empty input, and the modules of Node.js that it has loaded by then. */
function coldCall({ code }: Bundle): { error: string; loaded: string[] } {
  const script = `
    const bundle = { exports: {} };
    new Function('module', 'exports', 'require', require('node:fs').readFileSync(0, 'utf8'))(bundle, bundle.exports, require);
    bundle.exports.handler({}, { awsRequestId: 'r', getRemainingTimeInMillis: () => 9000 }).catch(({ name }) =>
      process.stderr.write(JSON.stringify({ error: name, loaded: process.moduleLoadList })));`;
  const { stderr } = spawnSync(process.execPath, ['--input-type=commonjs', '-e', script], {
    input: code,
    encoding: 'utf8',
  });
  return z.object({ error: z.string(), loaded: z.array(z.string()) }).parse(JSON.parse(stderr));
}

/** What a file of a package takes of a module: the names of members, and `()` where it calls the module itself. */
function membersAsked(importer: string, module: string): string[] {
  const text = readFileSync(`node_modules/${importer}`, 'utf8');
  const bindings = text.matchAll(
    /(?:const|import) (\{[^}]*\}|\w+) (?:= require\(|= await import\(|from )['"]([^'"]+)['"]/g,
  );
  return [...bindings].flatMap(([, names = '', asked = '']) => {
    const path = asked.startsWith('.') ? join(dirname(importer), asked).replace(/(\.js)?$/, '.js') : asked;
    if (path !== module) return [];
    if (names.startsWith('{')) return names.match(/\w+/g) ?? [];
    const uses = text.matchAll(new RegExp(`(?<![\\w.'/:])${names}(?:\\.(\\w+)|\\()`, 'g'));
    return [...uses].map(([, member = '()']) => member);
  });
}

describe('the bundles of the functions', () => {
  for (const [name, bundle] of bundles) {
    const maxBytes = Math.floor((GZIP_BYTES[name] ?? MAX_GZIP_BYTES / ALLOWANCE) * ALLOWANCE);
    it(`keep ${name} under ${maxBytes} bytes`, (context) => {
      const { length } = gzipSync(bundle.code);

      context.diagnostic(`${name}: ${length} bytes`);
      assert.ok(length <= maxBytes, `${length} bytes`);
    });

    it(`keep what never runs out of ${name}`, () => {
      const files = Object.entries(outputOf(bundle)?.inputs ?? {})
        .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
        .map(([path]) => packagesFile(path));

      const forbidden = files.filter(
        (file) => FORBIDDEN_MODULES.some((pattern) => pattern.test(file)) && !BROUGHT.test(file),
      );

      assert.ok(files.includes('undici/lib/dispatcher/client-h1.js'), 'the files could not be read');
      assert.deepEqual(forbidden, []);
    });

    it(`let ${name} ask Node.js for nothing that is slow or of no use, and only by require`, () => {
      const imports = outputOf(bundle)?.imports ?? [];

      const unexpected = imports.filter(
        ({ path, kind }) => kind !== 'require-call' || !NODE_MODULES.test(path.replace(/^(?!node:)/, 'node:')),
      );

      assert.ok(imports.length > 0);
      assert.deepEqual(unexpected, []);
    });

    it(`start ${name} without HTTP/2, Node.js' own HTTP clients and what else is of no use`, () => {
      const { error, loaded } = coldCall(bundle);

      const unwanted = /^NativeModule (assert|http|https|http2|internal\/deps\/undici\/undici)$/;
      assert.equal(error, ERRORS[name] ?? 'InvalidInputError');
      assert.ok(loaded.includes('NativeModule net'), 'the list could not be read');
      assert.deepEqual(
        loaded.filter((module) => unwanted.test(module)),
        [],
      );
    });
  }

  const carriers: [client: string, names: string[]][] = [
    [
      'sfn',
      [
        ...OPERATIONS,
        ...['act-on-run', 'start-refresh', 'renew-rasters', 'settle-run', 'sweep-runs', 'pause-site', 'next-unit'],
      ],
    ],
    ['dynamodb', [...DECIDES, 'start-refresh'].toSorted()],
    ['eventbridge', ['tell-of-runs']],
    ['s3', ['read-footprint']],
    ['sns', ['send-notices']],
    ['secrets-manager', [...OPERATIONS, 'check-job', 'cancel-job', 'check-target', 'count-rasters']],
  ];
  for (const [client, names] of carriers) {
    it(`carry the client of ${client} only where it is of use`, () => {
      const found = [...bundles].filter(([, { metafile }]) =>
        Object.keys(metafile.inputs).some((path) => path.includes(`@aws-sdk/client-${client}/`)),
      );

      assert.deepEqual(found.map(([name]) => name).toSorted(), names.toSorted());
    });
  }
});

describe('what bundles have in place of a file of a library', () => {
  for (const { file, importers } of substitutes) {
    it(`is put in for ${file}, which only those files ask for that never need it`, () => {
      const using = [...bundles.values()].filter(({ substituted }) =>
        substituted.some((substitute) => substitute.file === file),
      );
      const asking = using.flatMap(({ metafile }) =>
        Object.entries(metafile.inputs)
          .filter(([, { imports }]) => imports.some(({ path }) => packagesFile(path) === file))
          .map(([path]) => packagesFile(path)),
      );

      // What a client of the SDK alone asks for is in the bundle of nobody who has none.
      const ofClients = importers.every((importer) => importer.startsWith('@aws-sdk/client-'));
      assert.equal(using.length, bundles.size - (ofClients ? WITHOUT_CLIENT.length : 0));
      assert.deepEqual([...new Set(asking)].toSorted(), importers.toSorted());
    });
  }

  for (const { file, importers, members } of substitutes) {
    if (members === undefined) continue;
    it(`has all of ${file} that is asked for`, () => {
      const asked = importers.flatMap((importer) => membersAsked(importer, file));

      assert.deepEqual([...new Set(asked)].toSorted(), members);
    });
  }

  it('leaves one of the parsers of undici, the one that Lambda can run', () => {
    const parsers = [...bundles.values()].map(({ metafile }) =>
      Object.entries(outputOf({ metafile, code: new Uint8Array(), substituted: [] })?.inputs ?? {})
        .filter(([path, { bytesInOutput }]) => /(milo|llhttp-?\w*wasm|-wasm)/.test(path) && bytesInOutput > 1000)
        .map(([path]) => packagesFile(path)),
    );

    for (const found of parsers) assert.deepEqual(found, ['undici/lib/llhttp/llhttp_simd-wasm.js']);
  });
});
