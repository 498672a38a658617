import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { pascalCase } from '../../infra/operations.ts';
import type { Execution } from '../../local/execution.ts';
import { type JobPlatform, startJobPlatform } from './job-platform.ts';
import { definitionFrom, type readVersion } from './recorded-version.ts';
import type { RecordedVisit } from './recorded-visits.ts';
import { troubleOf } from './replay-troubles.ts';

type Definitions = ReturnType<typeof readVersion>['definitions'];

/**
 * What became of a run. `execution`: `SUCCEEDED`, or `FAILED` and the error's name. `word`: of its output, by which others
 * go on (`outcome` of a turn, `status` of a job). `ledger`: status and error of the run's entry. `service`: `free`, `held`
 * by this run, or by `another`. `jobs`: how every job stands on the server. `followed`: how the machines ended that its
 * end has started.
 */
export type End = Record<(typeof END_WORDS)[number], string>;

export const END_WORDS = ['execution', 'word', 'ledger', 'service', 'jobs', 'followed'] as const;

/** Which definition an execution began with: that of 0.1.0, or the present one. */
export type Began = 'old' | 'new';

const SITE = 'http://127.0.0.1:6080/arcgis';
const TARGET = 'city-gis';
const JOB_ID = /j0{20,}[0-9a-f]+/;
/** How long a job goes on after the visit. */
const REST_SECONDS = 300;
const LIMIT_MS = 120_000;
/** In these the job of a lost submit is on the server, and nobody knows its id yet. */
const AFTER_A_LOST_SUBMIT = ['Wait for the lost submit', 'Find the lost job'];

/** By these settings the stack has the machine that starts scheduled runs, too. */
const SCHEDULED = {
  schedules: [
    {
      name: 'nightly',
      operation: 'refresh-service',
      expression: 'cron(0 3 * * ? *)',
      input: { target: TARGET, serviceName: 'Streets', serviceType: 'MapServer' },
    },
  ],
};

const stateSchema = z.object({
  input: z.looseObject({ target: z.string() }).optional(),
  run: z.object({ operation: z.string(), name: z.string() }).optional(),
  detail: z.object({ name: z.string(), stateMachineArn: z.string(), status: z.string() }).optional(),
  ended: z.string().optional(),
});
const textSchema = z.object({ S: z.string() }).transform(({ S }) => S);
const entrySchema = z.looseObject({
  operation: textSchema,
  name: textSchema,
  holder: textSchema.optional(),
  holderOperation: textSchema.optional(),
  input: textSchema.optional(),
  submittingAt: textSchema.optional(),
});
const submittedSchema = z.object({ jobId: z.string() });

type Item = RecordedVisit['entries'][number];

/**
 * Begins at a recorded visit on a platform of the present version: with the ledger as it was then, the clock at that
 * time, and the job on the server. The present `cancel-run` is told of the same end as that of 0.1.0. What other runs write into the ledger is written when it was recorded.
 */
export async function replay(visit: RecordedVisit, began: Began, definitions: Definitions): Promise<End> {
  const job = jobOf(visit);
  const now = Date.parse(visit.at);
  const submittedAt = job === undefined ? now : Math.min(now, Date.parse(job.submittedAt));
  const platform = await startJobPlatform({
    virtualFrom: new Date(submittedAt).toISOString(),
    emulator: { jobSeconds: (now - submittedAt) / 1000 + REST_SECONDS },
    settings: SCHEDULED,
    database: 'dynalite',
  });
  try {
    const { fate } = troubleOf(visit);
    if (fate !== undefined) platform.emulator.jobs.nextFates.push(fate);
    const id = job === undefined ? undefined : await submit(platform, visit, job);
    const here = <T>(value: T): T => translated(value, platform, job?.id ?? '', id ?? '');
    await platform.clock.after((now - submittedAt) / 1000, () => undefined);
    troubleOf(visit).begin?.(platform);
    await playLedger(platform, visit, here);
    const execution = start(platform, here(visit), began, definitions);
    await Promise.race([platform.idle(), sleep(LIMIT_MS, undefined, { ref: false })]);
    if (execution.status === 'RUNNING') throw new Error(`still in ${execution.state.name} after ${LIMIT_MS} ms`);
    return await endOf(platform, execution, runOf(visit));
  } finally {
    await platform.close();
  }
}

interface SoughtJob {
  /** Empty where nobody knows it. */
  id: string;
  submittedAt: string;
}

/** The job that a visit has, or that its submit has lost. */
function jobOf(visit: RecordedVisit): SoughtJob | undefined {
  const own = ownEntry(visit);
  const text = JSON.stringify([visit.input, own]);
  const id = JOB_ID.exec(text)?.[0];
  const submittedAt = /"submittedAt":(?:\{"S":)?"([^"]+)"/.exec(text)?.[1] ?? own?.submittingAt ?? visit.at;
  if (id !== undefined) return { id, submittedAt };
  const isLost = visit.machine === 'cancel-run' || AFTER_A_LOST_SUBMIT.includes(visit.state);
  return isLost && visit.hasJob && own?.submittingAt !== undefined ? { id: '', submittedAt } : undefined;
}

/** As the function of 0.1.0's machine was asked to, by nobody but the function. */
async function submit(platform: JobPlatform, visit: RecordedVisit, { id }: SoughtJob): Promise<string> {
  const { operation } = runOf(visit) ?? { operation: visit.operation };
  const given = stateSchema.parse(visit.input).input ?? JSON.parse(ownEntry(visit)?.input ?? 'null');
  const input = { ...(given ?? visit.defaultInput), target: platform.target, waitForJobCompletion: 'DO_NOT_WAIT' };
  const lambda = platform.template.functions.find(({ name }) => name.startsWith(`${pascalCase(operation)}Function`));
  const outcome = await platform.invoke(lambda?.name ?? operation, { submit: input });
  if ('error' in outcome) throw new Error(`no job ${id} of ${operation}: ${outcome.error.errorMessage}`);
  return submittedSchema.parse(JSON.parse(outcome.payload)).jobId;
}

function translated<T>(value: T, { target, emulator }: JobPlatform, from: string, to: string): T {
  const text = JSON.stringify(value).replaceAll(SITE, emulator.url).replaceAll(TARGET, target);
  return JSON.parse(from === '' ? text : text.replaceAll(from, to));
}

async function playLedger(
  { database, template, clock, onState }: JobPlatform,
  visit: RecordedVisit,
  here: <T>(value: T) => T,
): Promise<void> {
  const TableName = template.tables[0]?.name;
  const run = runOf(visit);
  const put = (Item: Item) => database.call('PutItem', { TableName, Item });
  const isMine = (item: Item) => {
    const { operation, name, holder, holderOperation } = entrySchema.parse(item);
    return [operation, holderOperation].includes(run?.operation) && [name, holder].includes(run?.name);
  };
  const others = visit.ledger.filter(({ item }) => !isMine(item));
  for (const { item } of others.filter(({ at }) => at < visit.at)) await put(here(item));
  for (const item of visit.entries) await put(here(item));
  const later = others.filter(({ at }) => at >= visit.at);
  onState(async () => {
    while (later[0] !== undefined && Date.parse(later[0].at) < clock.now()) {
      const item = here(later.shift()?.item ?? {});
      const { operation, name } = item;
      const { Item } = await database.call('GetItem', { TableName, Key: { operation, name }, ConsistentRead: true });
      if (Item === undefined || !isMine(z.record(z.string(), z.unknown()).parse(Item))) await put(item);
    }
  });
}

function start(platform: JobPlatform, visit: RecordedVisit, began: Began, { stateMachines }: Definitions): Execution {
  const now = platform.template.stateMachines.find(({ name }) => name === visit.machine);
  const before = stateMachines.find(({ name }) => name === visit.machine);
  if (now === undefined || before === undefined) throw new Error(`no machine ${visit.machine}`);
  const { detail, run, ended } = stateSchema.parse(visit.input);
  const isNew = began === 'new';
  if (!isNew) platform.stateMachines.update({ ...now, definition: definitionFrom(before.definition, visit.state) });
  const input = JSON.stringify(isNew && detail === undefined ? { run, ended } : visit.input);
  const execution = platform.stateMachines.start({ stateMachineArn: now.arn, name: visit.execution, input });
  platform.stateMachines.update(now);
  return execution;
}

function ownEntry(visit: RecordedVisit): z.output<typeof entrySchema> | undefined {
  const run = runOf(visit);
  const entries = visit.entries.map((item) => entrySchema.parse(item));
  return entries.find(({ operation, name }) => operation === run?.operation && name === run.name);
}

/** The run that the visit is about; a window of polls of 0.1.0 does not know it. */
function runOf({ machine, execution, input }: RecordedVisit): { operation: string; name: string } | undefined {
  const { run, detail } = stateSchema.parse(input);
  if (run !== undefined) return run;
  if (detail !== undefined) return { operation: detail.stateMachineArn.split(':')[6] ?? '', name: detail.name };
  return machine === 'watch-job' || machine === 'start-scheduled-job'
    ? undefined
    : { operation: machine, name: execution };
}

async function endOf(platform: JobPlatform, execution: Execution, run: ReturnType<typeof runOf>): Promise<End> {
  const entries = await platform.ledger.entries();
  const entry = entries.find(({ operation, name }) => operation === run?.operation && name === run?.name);
  const claim = entries.find(({ operation }) => operation === 'claim') ?? {};
  const isFree = claim['holder'] === undefined || claim['releasedAt'] !== undefined;
  const isMine = claim['holder'] === run?.name && claim['holderOperation'] === run?.operation;
  const followed = platform.stateMachines.executions.filter(({ parent, arn }) => !parent && arn !== execution.arn);
  const { outcome, status } = Object(execution.output);
  return {
    execution: endWord(execution),
    word: String(outcome ?? status ?? '-'),
    ledger: entry === undefined ? '-' : [entry['status'], entry['error']].filter(Boolean).join(' '),
    service: run === undefined ? '-' : isFree ? 'free' : isMine ? 'held' : 'another',
    jobs:
      platform.emulator.jobs
        .list()
        .map((job) => job.status)
        .join(' ') || '-',
    followed: followed.map((one) => `${one.machine} ${endWord(one)}`).join(', ') || '-',
  };
}

function endWord({ status, error }: Execution): string {
  return status === 'FAILED' ? `FAILED ${error}` : status;
}
