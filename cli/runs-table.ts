import * as z from 'zod';
import type { LedgerEntry } from '../local/ledger.ts';
import { EVERY_TARGET } from '../shared/ledger/pauses.ts';
import { onOneLine, type Screen } from './screen.ts';
import { paintStatus } from './status.ts';
import { type Column, fits, textTable } from './text-table.ts';

const REASON_LIMIT_CHARACTERS = 200;

const STARTED: Column = { title: 'Started (UTC)' };
const OPERATION: Column = { title: 'Operation' };
const TARGET: Column = { title: 'Target' };
const SERVICE: Column = { title: 'Service' };
const STATUS: Column = { title: 'Status' };
const REASON: Column = { title: 'Reason' };
const USUAL = [STARTED, OPERATION, TARGET, SERVICE, STATUS, REASON];
const NARROW = [STARTED, OPERATION, STATUS, { title: 'Target, service: reason' }];
const FIGURES: Column[] = [
  { title: 'Started by' },
  { title: 'Seconds', align: 'right' },
  { title: 'Polls', align: 'right' },
  { title: 'AWS cost', align: 'right' },
  { title: 'Job id' },
];
const WIDE = [STARTED, OPERATION, TARGET, SERVICE, STATUS, ...FIGURES, REASON];

const shownSchema = z.object({
  startedAt: z.string(),
  finishedAt: z.string().optional(),
  operation: z.string(),
  target: z.string().default(''),
  service: z.string().default(''),
  startedBy: z.string().default(''),
  status: z.string().default(''),
  error: z.string().optional(),
  cause: z.string().optional(),
  polls: z.number().optional(),
  watchingCost: z.number().optional(),
  jobId: z.string().default(''),
  attachedTo: z.string().optional(),
  pausedUntil: z.string().optional(),
  pausedFor: z.string().optional(),
});
type ShownRun = z.output<typeof shownSchema>;

/** Runs as a table for people; `wide`: with all columns, each as wide as it needs. */
export function runsTable(entries: LedgerEntry[], screen: Screen, { wide = false } = {}): string {
  if (entries.length === 0) return 'Nothing has been run here yet.';
  const runs = entries.map((entry) => shownSchema.parse(entry));
  if (wide)
    return textTable(
      WIDE,
      runs.map((run) => rowOf(run, screen, figuresOf(run))),
    );
  const usual = runs.map((run) => rowOf(run, screen, []));
  if (fits(USUAL, usual, screen.width)) return textTable(USUAL, usual, screen.width);
  const narrow = usual.map(([started = '', operation = '', target = '', service = '', status = '', reason = '']) => {
    const place = [target, service].filter((part) => part !== '').join(', ');
    return [started, operation, status, [place, reason].filter((part) => part !== '').join(': ')];
  });
  return textTable(NARROW, narrow, screen.width);
}

function rowOf(run: ShownRun, screen: Screen, figures: string[]): string[] {
  const { startedAt, operation, target, service, status } = run;
  const started = startedAt.replace('T', ' ').replace(/\.\d+Z$|Z$/, '');
  return [started, operation, target, service, paintStatus(status, screen), ...figures, reasonOf(run)];
}

function figuresOf({ startedBy, startedAt, finishedAt, polls, watchingCost, jobId }: ShownRun): string[] {
  return [
    startedBy,
    finishedAt === undefined ? '' : ((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000).toFixed(1),
    String(polls ?? ''),
    watchingCost === undefined ? '' : `$${watchingCost.toFixed(4)}`,
    jobId,
  ];
}

/** Why it ended as it did, or whose end it shares. */
function reasonOf({ error, cause, attachedTo, status, pausedUntil, pausedFor }: ShownRun): string {
  if (status === 'paused') return onOneLine(`until ${pausedUntil}: ${pausedFor}`);
  const attached = attachedTo === undefined ? [] : [`with ${attachedTo}`];
  const text = onOneLine([...attached, ...(error === undefined ? [] : [error]), ...messageOf(cause)].join(': '));
  return text.length > REASON_LIMIT_CHARACTERS ? `${text.slice(0, REASON_LIMIT_CHARACTERS - 1)}…` : text;
}

/** The pauses that hold, a line for each. */
export function pausesText(pauses: readonly LedgerEntry[]): string {
  const lines = pauses
    .filter(({ until }) => Date.parse(String(until)) > Date.now())
    .map(
      ({ name, until, reason }) =>
        `${name === EVERY_TARGET ? 'All targets are' : `${name} is`} paused until ${until}: ${onOneLine(String(reason))}`,
    );
  return lines.length === 0 ? '' : `${lines.join('\n')}\n\n`;
}

const thrownSchema = z.object({ errorMessage: z.string() });

/** A function's error is kept as Lambda reports it. */
function messageOf(cause = ''): string[] {
  try {
    return [thrownSchema.parse(JSON.parse(cause)).errorMessage];
  } catch {
    return cause === '' ? [] : [cause];
  }
}
