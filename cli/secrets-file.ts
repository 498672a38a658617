import { parseSecretFile } from './json-input.ts';
import { readText, UsageError } from './usage.ts';

/** The targets of a file. */
export interface Secrets {
  file: string;
  targets: Record<string, unknown>;
}

/** @throws {UsageError} which shows nothing of what is in the file */
export function readSecrets(file: string): Secrets {
  const what = `The secrets file ${file}`;
  const targets = parseSecretFile(readText(file, what), what);
  if (typeof targets !== 'object' || targets === null || Array.isArray(targets)) {
    throw new UsageError(`${what} must hold a JSON object: {"<target>": {secret}}`);
  }
  return { file, targets: { ...targets } };
}
