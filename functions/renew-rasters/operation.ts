import * as z from 'zod/mini';
import { startedBy } from '../../shared/jobs/started-by.ts';
import { handOver } from '../../shared/lambda/ensure-running.ts';
import { environment } from '../../shared/lambda/environment.ts';
import { log } from '../../shared/lambda/log.ts';
import { expiresAt } from '../../shared/ledger/keeping.ts';
import { goodEnd } from '../../shared/ledger/transitions.ts';
import { serviceOf, sourcesIn } from '../../shared/rasters/sources.ts';
import { machineBeside, RENEWAL } from './child.ts';
import { STAGES } from './stages.ts';
import { answerSchema, type Failure, type Look, memorySchema, type Step, type Turn } from './turn.ts';

const eventSchema = z.object({
  state: z.looseObject({
    source: z.string(),
    memory: z._default(memorySchema, { stage: 'begin', tries: 0, runs: {}, job: 0, tileRuns: [] }),
    answer: z.optional(answerSchema),
  }),
  execution: z.object({ id: z.string(), name: z.string(), startedAt: z.string() }),
});

const MAX_STAGES = 20;
const MAX_LOOKS = 5;

/** Says what a run for new rasters does next. It holds no data of its own: what it knows is in the ledger and in the state of its machine. */
export async function renewRasters(event: unknown, tables: Pick<Look, 'ledger' | 'rasters'>): Promise<object> {
  const { state, execution } = eventSchema.parse(event);
  const run = { operation: RENEWAL, name: execution.name };
  const sources = sourcesIn(environment('RASTERS').RASTERS);
  const source = sources.find(({ name }) => name === state.source);
  if (source === undefined) {
    const Cause = `source: the settings have no rasters by this name, nothing was done. Name one of ${sources.map(({ name }) => name).join(', ')}.`;
    await tables.ledger.step(run, 'fails', { set: { error: 'InvalidInputError', cause: Cause } });
    return { next: 'fail', Error: 'InvalidInputError', Cause } satisfies Step;
  }
  const look = { ...tables, source, now: Date.now(), execution: execution.id, run };
  await begin({ ...look, memory: state.memory, answer: undefined }, execution.startedAt);
  let turn: Turn = { memory: state.memory };
  for (let stage = 0; stage < MAX_STAGES && turn.step === undefined && turn.end === undefined; stage += 1) {
    // An answer is one to the stage that asked.
    const answer = stage === 0 ? state.answer : undefined;
    turn = await STAGES[turn.memory.stage]({ ...look, memory: turn.memory, answer });
  }
  if (turn.step === undefined && turn.end === undefined) {
    throw new Error(
      `The rasters of ${source.name} came to no next step in ${MAX_STAGES} stages, the last is ${turn.memory.stage}`,
    );
  }
  const step = turn.end === undefined ? turn.step : await ended({ ...look, ...turn, answer: undefined }, turn.end);
  return { source: source.name, memory: turn.memory, ...step };
}

/** What the machine could not write into its entry. */
async function begin({ memory, source, run, ledger }: Look, startedAt: string): Promise<void> {
  if (memory.stage !== 'begin') return;
  const set = {
    startedBy: startedBy(run.name),
    ticket: `${new Date(startedAt).toISOString()}#${run.name}`,
    target: source.refresh.target,
    service: serviceOf(source),
    input: JSON.stringify({ source: source.name }),
  };
  await ledger.note(run, ['waiting'], { set });
}

/** Lets go of the mailbox first: what came meanwhile has its own run. Then writes how this one has ended. */
async function ended(look: Look, end: NonNullable<Turn['end']>): Promise<Step> {
  const { ledger, run, now } = look;
  await letGo(look);
  const kept = expiresAt(now, environment('KEEP_DAYS').KEEP_DAYS);
  if ('result' in end) {
    const result = { status: 'succeeded' as const, ...end.result };
    await ledger.write(run, goodEnd(result, { now, expiresAt: kept }));
    return { next: 'done', result };
  }
  const failure: Failure = end;
  const finishedAt = new Date(now).toISOString();
  const set = { finishedAt, error: failure.Error, cause: failure.Cause, expiresAt: kept };
  await ledger.step(run, 'fails', { set });
  return { next: 'fail', ...failure };
}

async function letGo({ rasters, source, execution }: Look): Promise<void> {
  const place = { rasters, source: source.name, machineArn: machineBeside(execution, RENEWAL) };
  for (let look = 0; look < MAX_LOOKS; look += 1) {
    const box = await rasters.mailbox(source.name);
    if (box.running !== execution) return;
    const isEmpty = await rasters.change(
      source.name,
      { set: {}, remove: ['running'] },
      { condition: '#running = :me AND attribute_not_exists(#lastAt)', values: { ':me': execution } },
    );
    if (isEmpty) return;
    const next = await handOver(place, box);
    if (next === undefined) continue;
    log('info', 'rasters that came meanwhile have the next run', { source: source.name, execution: next });
    return;
  }
  throw new Error(`The mailbox of ${source.name} was changed again and again`);
}
