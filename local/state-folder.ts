import { homedir } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Names another folder for what this machine keeps of its runs. */
export const STATE_VARIABLE = 'CACHE_OPS_STATE';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Where this machine keeps its ledger: `.cache-ops` in a checkout. An installed package is replaced by its next version,
 * so it uses the state folder of the person's account.
 */
export function stateFolder(environment = process.env, root = ROOT): string {
  const given = environment[STATE_VARIABLE];
  if (given) return given;
  if (!isInstalled(root)) return join(root, '.cache-ops');
  const { LOCALAPPDATA, XDG_STATE_HOME } = environment;
  return join(LOCALAPPDATA || XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'cache-ops');
}

/** Where commands leave what the next ones need not make again. */
export function cacheFolder(environment = process.env, root = ROOT): string {
  if (!isInstalled(root)) return join(root, 'node_modules', '.cache', 'cache-ops');
  const { LOCALAPPDATA, XDG_CACHE_HOME } = environment;
  if (LOCALAPPDATA) return join(LOCALAPPDATA, 'cache-ops', 'cache');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'cache-ops');
}

function isInstalled(root: string): boolean {
  return root.split(sep).includes('node_modules');
}
