import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod';
import { inputSchema as clearRestCache } from '../../functions/clear-rest-cache/input.ts';
import { CODE_FOLDER, DEPLOY_FILE, TEMPLATE_FILE } from '../../infra/package/build-template.ts';
import { VERSION } from '../../shared/version.ts';
import { appOf } from '../infra/synthesize.ts';
import { app, built, json, makePackage, ROOT, run, scratch, template } from '../support/packed-package.ts';
import { unzip } from '../support/unzip.ts';
import { describeCommand } from './package/command.ts';

const TSC = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));

const SETTINGS = {
  schedules: [
    { name: 'nightly', operation: 'clear-rest-cache', expression: 'rate(1 day)', input: { target: 'city-gis' } },
  ],
  rasters: [{ refresh: { target: 'city-gis', serviceName: 'Landsat', serviceType: 'ImageServer' } }],
};
const APP = `
import { App, Stack } from 'aws-cdk-lib';
import { CacheOps } from 'cache-ops';
const app = new App({ outdir: 'cdk.out' });
const stack = new Stack(app, 'Gis');
const cacheOps = new CacheOps(stack, 'CacheOps', ${JSON.stringify(SETTINGS)});
cacheOps.stateMachine('clear-rest-cache').stateMachineArn satisfies string;
app.synth();
`;
/** What the declarations must refuse: each line below a mark is wrong. */
const WRONG = `
import { CacheOps, type CacheOpsProps } from 'cache-ops';
declare const stack: ConstructorParameters<typeof CacheOps>[0];
const schedule = { name: 'a', expression: 'rate(1 day)' };
// @ts-expect-error an unknown key
new CacheOps(stack, 'A', { schedule: [] });
// @ts-expect-error an unknown operation
new CacheOps(stack, 'B', { schedules: [{ ...schedule, operation: 'clear', input: { target: 'gis' } }] });
// @ts-expect-error the input of another operation
const a: CacheOpsProps = { events: [{ name: 'a', pattern: {}, operation: 'clear-rest-cache', input: { projects: 'ALL' } }] };
// @ts-expect-error a key that is missing
const b: CacheOpsProps = { network: { vpcId: 'vpc-1', subnetIds: [] } };
`;
/** What the documents show. */
const PAGES = [join(built, 'README.md'), 'docs/other-ways-to-deploy.md'];
const shown = () =>
  PAGES.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code),
  );
/** Every settings file of the examples. */
const EXAMPLES = () => {
  const all = readdirSync('examples/settings').map((file) => parse(readFileSync(`examples/settings/${file}`, 'utf8')));
  return `import type { CacheOpsProps } from 'cache-ops';\nexport const all: CacheOpsProps[] = ${JSON.stringify(all)};`;
};

const FUNCTIONS = readdirSync('functions');
let packed: string[] = [];
before(async () => {
  packed = await makePackage();
});

describe('the package', () => {
  it('holds plain JavaScript, declarations, the bundles of all functions, and nothing of this machine', () => {
    const functions = FUNCTIONS.flatMap((name) => [`functions/${name}/index.js`, `functions/${name}/package.json`]);
    const construct = ['index.d.ts', 'index.js', 'package.json', 'settings.schema.json'];
    const others = ['CHANGELOG.md', 'LICENSE', 'README.md', 'THIRD-PARTY-LICENCES.txt'];
    const assembly = ['assembly/CacheOps.assets.json', 'assembly/CacheOps.template.json'];
    const rasters = readdirSync('local/tour-rasters').map((file) => `local/tour-rasters/${file}`);
    const commands = packed.filter((file) => /^cli\/[\w.-]+\.mjs$/.test(file));

    const telling = packed.filter((file) => readFileSync(join(built, file), 'utf8').includes(ROOT));

    assert.deepEqual(
      packed.sort(),
      [...others, ...construct, ...functions, ...assembly, ...rasters, ...commands].sort(),
    );
    assert.ok(commands.includes('cli/cache-ops.mjs') && commands.includes('cli/function-runner.mjs'));
    assert.deepEqual(telling, []);
  });

  it('asks for the CDK of the app, and for nothing else', () => {
    const manifest = json(join(built, 'package.json'));
    const { version, dependencies, devDependencies, scripts, peerDependencies, peerDependenciesMeta } = manifest;
    const { 'aws-cdk-lib': cdk, constructs } = json('package.json').dependencies;

    assert.deepEqual([version, dependencies, devDependencies, scripts], [VERSION, undefined, undefined, undefined]);
    assert.deepEqual(peerDependencies, { 'aws-cdk-lib': `^${cdk}`, constructs: `^${constructs}` });
    // Without `optional` npm would install the CDK beside the command line, 25 times its size.
    const optional = { optional: true };
    assert.deepEqual(peerDependenciesMeta, { 'aws-cdk-lib': optional, constructs: optional });
  });
});

describe('the bundles of the package', () => {
  for (const name of FUNCTIONS) {
    it(`start where no checkout is: ${name}`, () => {
      const { handler } = createRequire(join(app, 'x.js'))(`./node_modules/cache-ops/functions/${name}/index.js`);

      assert.equal(typeof handler, 'function');
    });
  }

  it('have the licence of every package beside them whose code they hold', () => {
    const text = readFileSync(join(built, 'THIRD-PARTY-LICENCES.txt'), 'utf8');

    for (const name of ['undici', 'zod', '@middy/core', '@aws-sdk/client-sfn', 'yaml', 'commander', 'dynalite']) {
      assert.ok(text.includes(`\n${name} `), name);
    }
  });
});

describeCommand();

describe('a CDK app that has installed the package', () => {
  it('compiles, as CommonJS and as an ES module, and is told of settings that do not fit', () => {
    const code = shown().map((text, index) => [`shown-${index}.mts`, text]);
    const own = { 'app.cts': APP, 'app.mts': APP, 'wrong.mts': WRONG, 'examples.mts': EXAMPLES() };
    const files: Record<string, string> = { ...own, ...Object.fromEntries(code) };
    for (const [file, text] of Object.entries(files)) writeFileSync(join(app, file), text);
    // Declarations of others are not checked; as a source file ours are.
    copyFileSync(join(built, 'index.d.ts'), join(app, 'declarations.mts'));
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--exactOptionalPropertyTypes', '--target', 'es2022'];

    run(
      process.execPath,
      [TSC, ...flags, '--module', 'nodenext', '--types', 'node', ...Object.keys(files), 'declarations.mts'],
      app,
    );
  });

  it('synthesizes the resources and outputs that this checkout does', () => {
    writeFileSync(join(app, 'app.mts'), APP);

    run(process.execPath, ['app.mts'], app);

    const { Resources, Outputs } = json(join(app, 'cdk.out/Gis.template.json'));
    const own = templateOf(SETTINGS);
    assert.deepEqual(typesOf(Resources), typesOf(own.Resources));
    assert.deepEqual(Object.keys(Outputs).sort(), Object.keys(own.Outputs).sort());
    const assets = readdirSync(join(app, 'cdk.out')).filter((name) => name.startsWith('asset.'));
    assert.equal(assets.length, codeOf(own.Resources).length);
  });

  it('may be CommonJS', () => {
    const asked = "const { CacheOps } = require('cache-ops'); process.stdout.write(typeof CacheOps)";

    assert.equal(run(process.execPath, ['-e', asked], app), 'function');
  });
});

describe('the template of a release', () => {
  const made = () => json(join(template, TEMPLATE_FILE));

  it('has the resources and outputs that cdk synth makes, and takes its code from a bucket of yours', () => {
    const { Resources, Outputs, Parameters, Rules, Description } = made();
    const own = templateOf({});

    assert.deepEqual(withoutCode(Resources), withoutCode(own.Resources));
    assert.deepEqual([Outputs, Description], [own.Outputs, own.Description]);
    assert.deepEqual([Object.keys(Parameters), Rules], [['CodeBucket', 'CodePrefix'], undefined]);
  });

  it('has the code of every function beside it', () => {
    const archives = readdirSync(join(template, CODE_FOLDER));
    const asked = codeOf(made().Resources).map(({ S3Bucket, S3Key }) => {
      assert.deepEqual(S3Bucket, { Ref: 'CodeBucket' });
      return String(S3Key?.['Fn::Sub']).replace(/^\$\{CodePrefix\}/, '');
    });

    assert.deepEqual(asked.sort(), archives.sort());
    for (const archive of archives) {
      const files = unzip(readFileSync(join(template, CODE_FOLDER, archive)));
      const code = readFileSync(join(built, 'functions', archive.replace(/-[0-9a-f]{12}\.zip$/, ''), 'index.js'));
      assert.deepEqual([...files.keys()], ['index.js', 'package.json']);
      assert.deepEqual(files.get('index.js'), code, archive);
    }
  });

  it('is deployed by one command, which puts the code where the template looks for it', () => {
    const { Parameters, Resources } = made();
    const log = join(scratch, 'aws.log');
    writeFileSync(join(scratch, 'aws'), `#!/bin/sh\necho "$@" >> ${log}\n`, { mode: 0o755 });
    const env = { ...process.env, PATH: `${scratch}:${process.env['PATH']}` };

    const { status } = spawnSync('sh', [join(template, DEPLOY_FILE), 'my-bucket', '--no-execute-changeset'], { env });

    const [copy, deploy = ''] = readFileSync(log, 'utf8').split('\n');
    assert.equal(status, 0);
    assert.equal(copy, `s3 cp --recursive ${CODE_FOLDER} s3://my-bucket/${Parameters.CodePrefix.Default}`);
    assert.match(deploy, /^cloudformation deploy --stack-name CacheOps .*CodeBucket=my-bucket --no-execute-changeset$/);
    // A role with a name of its own would need another capability.
    assert.match(deploy, / CAPABILITY_IAM /);
    const roles = Object.values(Object(Resources)).filter((one) => Object(one).Type === 'AWS::IAM::Role');
    assert.deepEqual([roles.length > 20, roles.filter((one) => Object(one).Properties.RoleName)], [true, []]);
  });

  it('is not deployed where nobody said which bucket takes the code', () => {
    const { status, stderr } = spawnSync('sh', [join(template, DEPLOY_FILE)], { encoding: 'utf8' });

    assert.notEqual(status, 0);
    assert.match(stderr, /say which bucket takes the code/);
  });
});

describe('the Terraform example', () => {
  const text = readFileSync('examples/terraform/main.tf', 'utf8');

  it('takes the files, parameters and outputs that the template has', () => {
    const { Parameters, Outputs } = json(join(template, TEMPLATE_FILE));
    const [, block = ''] = /parameters = \{([^}]*)\}/.exec(text) ?? [];
    const files = [...text.matchAll(/\$\{var\.release\}\/([a-z.-]+)/g)].map(([, file = '']) => file);
    const outputs = [...text.matchAll(/outputs\["(\w+)"\]/g)].map(([, output = '']) => output);

    assert.deepEqual([...block.matchAll(/(\w+) += /g)].map(([, name]) => name).sort(), Object.keys(Parameters).sort());
    assert.deepEqual([...new Set(files)].sort(), [TEMPLATE_FILE, CODE_FOLDER].sort());
    assert.deepEqual([outputs.length > 0, outputs.filter((name) => !(name in Outputs))], [true, []]);
  });

  it('starts an operation with an input that fits', () => {
    const [, input = ''] = /input += jsonencode\((.*)\)/.exec(text) ?? [];

    z.parse(clearRestCache, JSON.parse(input.replaceAll(/(\w+) = /g, '"$1": ')));
  });
});

type Resources = Record<string, { Type: string; Properties?: { Code?: Record<string, { [name: string]: string }> } }>;

/** What `cdk synth` makes; without bundling. */
function templateOf(settings: object) {
  const { app: own, stack } = appOf(settings);
  const assembly = own.synth();
  const made = assembly.getStackByName(stack.stackName).template;
  rmSync(assembly.directory, { recursive: true });
  return made;
}

function typesOf(resources: Resources): string[] {
  return Object.values(resources)
    .map(({ Type }) => Type)
    .sort();
}

/** Where functions have their code, but those whose code is in the template. */
function codeOf(resources: Resources) {
  return Object.values(resources).flatMap(({ Type, Properties: { Code } = {} }) =>
    Type === 'AWS::Lambda::Function' && Code && !('ZipFile' in Code) ? [Code] : [],
  );
}

function withoutCode(resources: Resources): object {
  const entries = Object.entries(resources).map(([id, { Properties, ...rest }]) => {
    const { Code, ...others } = Properties ?? {};
    return [id, { ...rest, Properties: Code && !('ZipFile' in Code) ? others : Properties }];
  });
  return Object.fromEntries(entries);
}
