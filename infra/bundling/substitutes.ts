/** A file of a library that never runs in a function, and what a bundle has in its place. */
export interface Substitute {
  /** From `node_modules`. */
  file: string;
  contents: string;
  /** The only files that may ask for it, so that a library that begins to use it otherwise is noticed. */
  importers: string[];
}

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
    // 40 kB: in Lambda the credentials are in the environment; no profile, single sign-on or metadata service is asked.
    file: '@aws-sdk/credential-provider-node/dist-es/index.js',
    contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
    importers: [
      '@aws-sdk/client-secrets-manager/dist-es/runtimeConfig.js',
      '@aws-sdk/client-sfn/dist-es/runtimeConfig.js',
    ],
  },
  {
    // 11 kB, and 4 % more: a dynamic import keeps esbuild from joining all the modules that both sides share.
    file: '@smithy/core/dist-es/submodules/event-streams/index.js',
    contents: `export class EventStreamSerde { constructor() { (${throws('The event stream')})(); } }`,
    importers: ['@smithy/core/dist-es/submodules/protocols/HttpProtocol.js'],
  },
  {
    // 4 kB, `node:http` and `node:https`, 5 %: the SDK's requests go through undici, see `aws-request-handler.ts`.
    file: '@smithy/node-http-handler/dist-es/index.js',
    contents: `export { streamCollector } from '@smithy/core/serde';
      const missing = ${throws("The SDK's own request handler")};
      export const NodeHttpHandler = { create: (handler) => typeof handler?.handle === 'function' ? handler : missing() };`,
    importers: [
      '@aws-sdk/client-secrets-manager/dist-es/runtimeConfig.js',
      '@aws-sdk/client-sfn/dist-es/runtimeConfig.js',
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
