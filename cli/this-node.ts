import { UsageError } from './usage.ts';

/** Functions run here as Lambda runs them, and the ledger is Node's own SQLite. */
const NEEDED = 24;

/** @throws {UsageError} where this Node.js is too old for work on this machine */
export function checkNode(version = process.versions.node): void {
  if (Number.parseInt(version, 10) >= NEEDED) return;
  throw new UsageError(
    `On this machine cache-ops needs Node.js ${NEEDED}, and this is ${version}. Install it, in this folder by npm install node@${NEEDED}, and try again. With --stack, Node.js 20 will do`,
  );
}
