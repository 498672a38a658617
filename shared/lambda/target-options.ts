import { environment } from './environment.ts';
import { log } from './log.ts';

/** How functions read the secret of a target. */
export function targetOptions() {
  return { secretPrefix: environment('SECRET_PREFIX').SECRET_PREFIX, onUnknownKeys };
}

function onUnknownKeys(secretId: string, keys: string[]): void {
  log('warn', 'the secret has keys that are not known and not used', { secretId, keys });
}
