import { uptime } from 'node:os';

const STARTED_AT = Math.round(Date.now() - process.uptime() * 1000);

/** Tells this process from all others: a number of a process is given again, mostly after the machine was restarted. */
export const OWN_PROCESS = `${process.pid} ${STARTED_AT}`;

/** Whether the process of such a mark is still there. */
export function isAtWork(mark: string): boolean {
  const [pid, startedAt] = mark.split(' ').map(Number);
  if (pid === process.pid) return mark === OWN_PROCESS;
  const machineStartedAt = Date.now() - uptime() * 1000;
  return Number(startedAt) > machineStartedAt && isThere(Number(pid));
}

function isThere(pid: number): boolean {
  try {
    // Signal 0 only looks.
    return process.kill(pid, 0);
  } catch (error) {
    // It is there, and another account's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
