import { readFileSync } from 'node:fs';

/** A file of `test/fixtures/tls`. */
export const fixture = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');

/** For 127.0.0.1, issued by `ca.pem`. */
export const SERVER = { cert: fixture('server.pem'), key: fixture('server-key.pem') };
