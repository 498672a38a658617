import * as z from 'zod';
import type { LedgerEntry } from '../local/ledger.ts';
import { EVERY_TARGET } from '../shared/ledger/pauses.ts';
import { progressText, unitsText } from './run-words.ts';
import { onOneLine, type Screen } from './screen.ts';
import { paintStatus } from './status.ts';
import { type Column, fits, textTable } from './text-table.ts';

const REASON_LIMIT_CHARACTERS = 200;

const STARTED: Column = { title: 'Started (UTC)' };
const OPERATION: Column = { title: 'Operation' };
const RUN: Column = { title: 'Run' };
const TARGET: Column = { title: 'Target' };
const SERVICE: Column = { title: 'Service' };
const STATUS: Column = { title: 'Status' };
const REASON: Column = { title: 'Reason' };
const USUAL = [STARTED, OPERATION, RUN, TARGET, SERVICE, STATUS, REASON];
const NARROW = [STARTED, OPERATION, STATUS, { title: 'Run, target, service: reason' }];
const FIGURES: Column[] = [
  { title: 'Started by' },
  { title: 'Seconds', align: 'right' },
  { title: 'Polls', align: 'right' },
  { title: 'AWS cost', align: 'right' },
  { title: 'Job id' },
];
const WIDE = [STARTED, OPERATION, RUN, TARGET, SERVICE, STATUS, ...FIGURES, REASON];

/** Names that nobody chose are known by their beginning. */
const MADE_UP = /^[0-9a-f]{8}(?=(-[0-9a-f]{4}){3}-[0-9a-f]{12}$)/;

const shownSchema = z.object({
  name: z.string().default(''),
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
  percent: z.number().optional(),
  expectedEnd: z.string().optional(),
  /** JSON. */
  plan: z.string().optional(),
});
type ShownRun = z.output<typeof shownSchema>;

/** Runs as a table for people; `wide`: with all columns, each as wide as it needs. */
export function runsTable(entries: LedgerEntry[], screen: Screen, { wide = false } = {}): string {
  if (entries.length === 0) return 'Nothing has been run in this time.';
  const runs = entries.map((entry) => shownSchema.parse(entry));
  if (wide)
    return textTable(
      WIDE,
      runs.map((run) => rowOf(run, screen, figuresOf(run))),
    );
  const usual = runs.map((run) => rowOf(run, screen, []));
  if (fits(USUAL, usual, screen.width)) return textTable(USUAL, usual, screen.width);
  const narrow = usual.map(([started = '', operation = '', run, target, service, status = '', reason = '']) => {
    const place = [run, target, service].filter((part) => part !== '').join(', ');
    return [started, operation, status, [place, reason].filter((part) => part !== '').join(': ')];
  });
  return textTable(NARROW, narrow, screen.width);
}

function rowOf(run: ShownRun, screen: Screen, figures: string[]): string[] {
  const { startedAt, operation, name, target, service, status } = run;
  const started = startedAt.replace('T', ' ').replace(/\.\d+Z$|Z$/, '');
  const shortName = MADE_UP.exec(name)?.[0] ?? name;
  return [started, operation, shortName, target, service, paintStatus(status, screen), ...figures, reasonOf(run)];
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
function reasonOf(run: ShownRun): string {
  const { error, cause, attachedTo, status, pausedUntil, pausedFor } = run;
  if (status === 'running') return [unitsText(run), progressText(run)].filter((part) => part !== '').join(', ');
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
