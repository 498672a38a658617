import type { LedgerEntry } from '../local/ledger.ts';
import { onOneLine } from './screen.ts';

/** A time for people: to the minute, in UTC. */
export function timeText(iso: string): string {
  return `${iso.replace('T', ' ').replace(/:\d\d(\.\d+)?Z$/, '')} UTC`;
}

/** `45 %, ends about 2026-11-26 19:20 UTC`, as far as it is known. */
export function progressText({ percent, expectedEnd }: LedgerEntry): string {
  return [
    ...(typeof percent === 'number' ? [`${Math.round(percent)} %`] : []),
    ...(typeof expectedEnd === 'string' ? [`ends about ${timeText(expectedEnd)}`] : []),
  ].join(', ');
}

/** `12 of 40 units`, where a run is a plan. */
export function unitsText({ plan }: LedgerEntry): string {
  if (typeof plan !== 'string') return '';
  const { units, done, failed } = Object(JSON.parse(plan));
  return `${done} of ${units} units${failed > 0 ? `, ${failed} failed` : ''}`;
}

/** What a run that is not over is doing, by its entry in the ledger. */
export function wordsOfEntry(entry: LedgerEntry): string {
  const { status, jobStatus, polls, pausedUntil, pausedFor } = entry;
  switch (status) {
    case 'waiting':
      return 'waits for its turn, or for the end of a pause';
    case 'paused':
      return onOneLine(`paused until ${timeText(String(pausedUntil))}: ${pausedFor}`);
    case 'submitting':
      return 'at work';
    default: {
      const job = typeof jobStatus === 'string' ? jobStatus : '';
      const count = typeof polls === 'number' && polls > 0 ? `poll ${polls}` : '';
      const words = [unitsText(entry) || job, progressText(entry), count].filter((part) => part !== '');
      return words.join(', ') || 'at work';
    }
  }
}
