import type { OpenRaster } from '../../shared/ledger/raster-items.ts';
import { serviceOf } from '../../shared/rasters/sources.ts';
import { afterTrouble, failureOf, RENEWAL, runOperation } from './child.ts';
import { quietSeconds } from './quiet.ts';
import { type Look, type Memory, on, type Turn } from './turn.ts';

/** What each stage of a run does when it is looked at. */
export const STAGES: Readonly<Record<Memory['stage'], (look: Look) => Promise<Turn>>> = {
  begin,
  quiet,
  take,
  refresh,
  cover,
};

const REFRESH = 'refresh-service';
/** A message is delivered again within the 14 days that a queue keeps it at most. */
const SEEN_DAYS = 14;
const SECONDS_PER_DAY = 86_400;

/** One execution takes care of a source: the one that its mailbox names, or that a person has started while there is none. */
async function begin({ rasters, source, execution, memory }: Look): Promise<Turn> {
  const isFree = { condition: 'attribute_not_exists(#running)' };
  const { running } = await rasters.mailbox(source.name);
  const isMine = running === execution || (await rasters.change(source.name, { set: { running: execution } }, isFree));
  if (isMine) return on(memory, 'quiet');
  const Cause = `source: the execution ${running ?? 'of another start'} takes care of the rasters of ${source.name}, nothing was done. New rasters need no start by hand.`;
  return { memory, end: { Error: 'InvalidInputError', Cause } };
}

async function quiet({ rasters, source, memory, now }: Look): Promise<Turn> {
  const waitSeconds = quietSeconds(await rasters.mailbox(source.name), source.together, now);
  return waitSeconds === 0 ? on(memory, 'take') : { memory, step: { next: 'wait', waitSeconds } };
}

/** The group is closed: what comes from now on is stamped with the next generation, and gets a refresh of its own. */
async function take(look: Look): Promise<Turn> {
  const { rasters, source, memory, execution, ledger, run } = look;
  const { generation, running } = await rasters.mailbox(source.name);
  const isTaken = await rasters.change(
    source.name,
    { set: { generation: generation + 1, taken: generation }, remove: ['firstAt', 'lastAt'] },
    {
      condition: '#running = :me AND #generation = :before',
      values: { ':me': execution, ':before': generation },
    },
  );
  if (!isTaken && running === execution) return { memory };
  if (!isTaken) {
    const Cause = `Another execution, ${running ?? 'which has ended'}, takes care of the rasters of ${source.name}; nothing was done here.`;
    return { memory, end: { Error: 'JobLostError', Cause } };
  }
  const group = await groupOf(look, generation);
  if (group === undefined) return { memory, end: { result: resultOf(look, { notes: [NOTHING_OPEN] }) } };
  const told = { set: { rasters: JSON.stringify(group) } };
  await ledger.step(run, 'submits', told);
  await ledger.step(run, 'runs', told);
  return { memory: { ...memory, group, taken: generation, stage: 'refresh' } };
}

const NOTHING_OPEN = 'No raster was open: all that had arrived were covered already.';

async function groupOf({ rasters, source }: Look, generation: number): Promise<Memory['group']> {
  let count = 0;
  let [first, last]: OpenRaster[] = [];
  for await (const page of rasters.open(source.name, generation)) {
    count += page.length;
    first ??= page[0];
    last = page.at(-1) ?? last;
  }
  return first === undefined || last === undefined ? undefined : { count, first: first.key, last: last.key };
}

async function refresh(look: Look): Promise<Turn> {
  const { source, memory, answer, ledger } = look;
  const step = runOperation(look, { operation: REFRESH, label: 'refresh', input: source.refresh });
  if (answer === undefined) return { memory, step };
  const run = { operation: REFRESH, name: step.name };
  const failure = await failureOf(answer, ledger, run);
  // Taken anew: the next try covers what has come meanwhile too.
  if (failure !== undefined) return afterTrouble(look, failure, 'take');
  return on(memory, 'cover', { runs: { ...memory.runs, refresh: `${REFRESH}/${step.name}` } });
}

/** The rasters of the group are done with. */
async function cover(look: Look): Promise<Turn> {
  const { rasters, source, memory, now } = look;
  const expires = Math.ceil(now / 1000) + SEEN_DAYS * SECONDS_PER_DAY;
  for await (const page of rasters.open(source.name, memory.taken ?? -1)) {
    await rasters.cover(source.name, page, expires);
  }
  return { memory, end: { result: resultOf(look, { ...memory.runs }) } };
}

function resultOf({ source, memory }: Look, more: object): object {
  const { group: rasters = { count: 0 } } = memory;
  return { operation: RENEWAL, target: source.refresh.target, service: serviceOf(source), rasters, ...more };
}
