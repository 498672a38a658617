import { maxHeaderSize } from 'node:http';
import { createRequire } from 'node:module';

/** What libraries ask for and a function has no use for, and what a bundle has in its place. */
export interface Substitute {
  /** A file from `node_modules`, or a module of Node.js that is taken from libraries alone. */
  file: string;
  contents: string;
  /** The only files that may ask for it, so that a library that begins to use it otherwise is noticed. */
  importers: string[];
  /** All that these may take of it, where that is less than it has; `()` stands for a call of the whole. */
  members?: string[];
}

const require = createRequire(import.meta.url);

const throws = (what: string) => `() => { throw new Error(${JSON.stringify(`${what} is not part of this bundle`)}) }`;

/**
 * What each is good for was measured on clear-rest-cache: gzip bytes saved, and share of a cold operation (secret, token,
 * clear) where it is more than the noise of 1 %.
 */
export const substitutes: readonly Substitute[] = [
  {
    // 13 kB and `node:http2`, 9 of 24 ms of undici's own load: every agent here is HTTP/1.1 only.
    file: 'undici/lib/dispatcher/client-h2.js',
    contents: `module.exports = ${throws('HTTP/2')};`,
    importers: ['undici/lib/dispatcher/client.js'],
  },
  {
    // 52 kB: the parser once more, for processors without SIMD. Lambda's two have it.
    file: 'undici/lib/llhttp/llhttp-wasm.js',
    contents: "module.exports = require('./llhttp_simd-wasm.js');",
    importers: ['undici/lib/dispatcher/client-h1.js'],
  },
  {
    // 20 kB with the next two: bodies are strings, bytes and streams, never FormData.
    file: 'undici/lib/web/fetch/body.js',
    contents: `exports.extractBody = ${throws('FormData')};`,
    importers: ['undici/lib/dispatcher/client-h1.js'],
  },
  {
    file: 'undici/lib/web/fetch/formdata.js',
    contents: '',
    importers: ['undici/lib/core/request.js'],
  },
  {
    file: 'undici/lib/web/webidl/index.js',
    contents: 'exports.webidl = { is: { FormData: () => false } };',
    importers: ['undici/lib/core/request.js'],
  },
  {
    // 1 kB: nobody listens to what undici tells of its requests.
    file: 'undici/lib/core/diagnostics.js',
    contents: `const channel = { hasSubscribers: false };
      exports.channels = new Proxy({}, { get: () => channel });`,
    importers: ['undici/lib/core/request.js', 'undici/lib/dispatcher/client-h1.js', 'undici/lib/dispatcher/client.js'],
    members: ['channels'],
  },
  {
    // 4 kB and 1.9 ms: a search tree of all known header names, built at every start. Who asks it spells out a name that is not in it.
    file: 'undici/lib/core/tree.js',
    contents: 'exports.tree = { lookup: () => null };',
    importers: ['undici/lib/core/util.js'],
    members: ['tree'],
  },
  {
    // 3 kB and 1.1 ms: two of its thirty tables, as the library makes them.
    file: 'undici/lib/llhttp/constants.js',
    contents: `module.exports = ${JSON.stringify(partOf(require('undici/lib/llhttp/constants.js'), ['ERROR', 'TYPE']))};`,
    importers: ['undici/lib/dispatcher/client-h1.js'],
    members: ['ERROR', 'TYPE'],
  },
  {
    // This and the next: 2 % and 3 MB of memory. Only conditions are asserted.
    file: 'node:assert',
    contents: `module.exports = (condition, message = 'an assertion of a library does not hold') => {
      if (!condition) throw new Error(message);
    };`,
    importers: [
      'undici/lib/api/api-connect.js',
      'undici/lib/api/api-request.js',
      'undici/lib/api/readable.js',
      'undici/lib/core/connect.js',
      'undici/lib/core/request.js',
      'undici/lib/core/util.js',
      'undici/lib/dispatcher/client-h1.js',
      'undici/lib/dispatcher/client.js',
    ],
    members: ['()'],
  },
  {
    // Undici asks it for the limit of headers, and whether a body is an answer of Node.js' own client. Of what middy asks
    // nothing is in a bundle.
    file: 'node:http',
    contents: `exports.maxHeaderSize = ${maxHeaderSize};
      exports.IncomingMessage = class {};
      exports.request = ${throws("Node.js' own HTTP client")};
      exports.STATUS_CODES = {};`,
    importers: [
      '@middy/util/index.js',
      '@smithy/core/dist-es/submodules/config/config-resolver/regionConfig/getInstanceMetadataRegion.js',
      'undici/lib/core/util.js',
      'undici/lib/dispatcher/client.js',
    ],
    members: ['IncomingMessage', 'STATUS_CODES', 'maxHeaderSize', 'request'],
  },
  {
    // 40 kB: in Lambda the credentials are in the environment; no profile, single sign-on or metadata service is asked.
    file: '@aws-sdk/credential-provider-node/dist-es/index.js',
    contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
    importers: [
      '@aws-sdk/client-dynamodb/dist-es/runtimeConfig.js',
      '@aws-sdk/client-eventbridge/dist-es/runtimeConfig.js',
      '@aws-sdk/client-s3/dist-es/runtimeConfig.js',
      '@aws-sdk/client-secrets-manager/dist-es/runtimeConfig.js',
      '@aws-sdk/client-sfn/dist-es/runtimeConfig.js',
      '@aws-sdk/client-sns/dist-es/runtimeConfig.js',
    ],
  },
  {
    // 11 kB, and 4 % more: a dynamic import keeps esbuild from joining all the modules that both sides share.
    file: '@smithy/core/dist-es/submodules/event-streams/index.js',
    contents: `const missing = ${throws('The event stream')};
      export class EventStreamSerde { constructor() { missing(); } }
      export const eventStreamSerdeProvider = missing;
      export const resolveEventStreamSerdeConfig = (config) => config;`,
    importers: [
      '@aws-sdk/client-s3/dist-es/S3Client.js',
      '@aws-sdk/client-s3/dist-es/runtimeConfig.js',
      '@smithy/core/dist-es/submodules/protocols/HttpProtocol.js',
    ],
  },
  {
    // 2 kB: the same in JavaScript, for where Node.js was built without its own.
    file: '@smithy/core/dist-es/submodules/checksum/sha256/Sha256Js.js',
    contents: `export class Sha256Js { constructor() { (${throws('SHA-256 in JavaScript')})(); } }`,
    importers: [
      '@smithy/core/dist-es/submodules/checksum/index.js',
      '@smithy/core/dist-es/submodules/checksum/sha256/Sha256Node.js',
      '@smithy/core/dist-es/submodules/checksum/sha256/Sha256WebCrypto.js',
    ],
  },
  {
    // 1 kB: what signs the events of a stream.
    file: '@smithy/signature-v4/dist-es/HeaderFormatter.js',
    contents: `export class HeaderFormatter { format = ${throws('The event stream')}; }`,
    importers: ['@smithy/signature-v4/dist-es/SignatureV4.js'],
  },
  {
    // 4 kB, `node:http` and `node:https`, 5 %: the SDK's requests go through undici, see `aws-request-handler.ts`.
    file: '@smithy/node-http-handler/dist-es/index.js',
    contents: `export { streamCollector } from '@smithy/core/serde';
      const missing = ${throws("The SDK's own request handler")};
      export const NodeHttpHandler = { create: (handler) => typeof handler?.handle === 'function' ? handler : missing() };`,
    importers: [
      '@aws-sdk/client-dynamodb/dist-es/runtimeConfig.js',
      '@aws-sdk/client-eventbridge/dist-es/runtimeConfig.js',
      '@aws-sdk/client-s3/dist-es/runtimeConfig.js',
      '@aws-sdk/client-secrets-manager/dist-es/runtimeConfig.js',
      '@aws-sdk/client-sfn/dist-es/runtimeConfig.js',
      '@aws-sdk/client-sns/dist-es/runtimeConfig.js',
    ],
  },
  {
    // 3 kB, and 2 %: there is no ~/.aws in Lambda, the environment says all.
    file: '@smithy/core/dist-es/submodules/config/shared-ini-file-loader/loadSharedConfigFiles.js',
    contents: `export const CONFIG_PREFIX_SEPARATOR = '.';
      export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });`,
    importers: [
      '@smithy/core/dist-es/submodules/config/index.js',
      '@smithy/core/dist-es/submodules/config/node-config-provider/fromSharedConfigFiles.js',
      '@smithy/core/dist-es/submodules/config/shared-ini-file-loader/getSsoSessionData.js',
      '@smithy/core/dist-es/submodules/config/shared-ini-file-loader/parseKnownFiles.js',
    ],
  },
];

function partOf(module: object, members: string[]): object {
  return Object.fromEntries(Object.entries(module).filter(([name]) => members.includes(name)));
}
