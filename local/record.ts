import { appendFileSync } from 'node:fs';
import type { ArcgisEmulator } from './emulators/arcgis/arcgis-emulator.ts';
import type { MicrostrategyEmulator } from './emulators/microstrategy/microstrategy-emulator.ts';
import type { Execution } from './execution.ts';

/** Names the file into which a local command writes all that is said in it, for tests to search. */
export const RECORD_VARIABLE = 'CACHE_OPS_RECORD';

/** What was said; `secret` what must be found nowhere else. */
export type Kind = 'secret' | 'log' | 'invocation' | 'execution' | 'ledger' | 'address' | 'event';

/** Writes a line where the variable names a file, and nothing else. */
export function record(kind: Kind, what: unknown): void {
  const file = process.env[RECORD_VARIABLE];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify([kind, what])}\n`);
}

/** What Step Functions keeps of an execution; between its input and its end stand the invocations. */
export function historyOf({ name, machine, input, output, error, cause, history }: Execution): object {
  return { name, machine, input, output, error, cause, history };
}

/** The passwords of an emulated site, and every token that it has handed out. */
export function arcgisSecrets({ tokens }: Pick<ArcgisEmulator, 'tokens'>): string[] {
  return [...Object.values(tokens.users).map(({ password }) => password), ...tokens.issued];
}

/** What whoever stands between sees of a request without opening its body. */
export function arcgisAddresses({ requests }: Pick<ArcgisEmulator, 'requests'>): string[] {
  return requests.map(({ url, headers }) => `${url} ${headers.referer}`);
}

/** The passwords and API tokens of an emulated Library server, and the session tokens and cookies that came back to it. */
export function librarySecrets({ accounts, requests }: Pick<MicrostrategyEmulator, 'accounts' | 'requests'>): string[] {
  const { apiToken, ...users } = accounts;
  const sent = requests.flatMap(({ headers }) => [
    ...[headers['x-mstr-authtoken'] ?? []].flat(),
    ...(headers.cookie ?? '').split('; ').map((cookie) => cookie.slice(cookie.indexOf('=') + 1)),
  ]);
  return [apiToken.username, ...Object.values(users).map(({ password }) => password), ...sent];
}

export function libraryAddresses({ requests }: Pick<MicrostrategyEmulator, 'requests'>): string[] {
  return requests.map(({ path, headers }) => `${path} ${headers.referer}`);
}
