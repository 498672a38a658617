import type { OpenRaster } from '../../shared/ledger/raster-items.ts';
import { serviceOf } from '../../shared/rasters/sources.ts';
import { afterTrouble, againFrom, failureOf, RENEWAL, runOperation } from './child.ts';
import { files, visible } from './gate.ts';
import { quietSeconds } from './quiet.ts';
import { draw, fits, read, scheme, tiles } from './tiles.ts';
import { type Look, type Memory, on, type Turn } from './turn.ts';
import { letters, unreadableError, unreadableNotes, wasRead } from './unreadable.ts';

/** What each stage of a run does when it is looked at. */
export const STAGES: Readonly<Record<Memory['stage'], (look: Look) => Promise<Turn>>> = {
  begin,
  quiet,
  take,
  files,
  visible,
  fits,
  refresh,
  scheme,
  read,
  draw,
  tiles,
  clear,
  letters,
  cover,
};

const REFRESH = 'refresh-service';
const CLEAR = 'clear-rest-cache';
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
  const stage = source.ready === undefined ? 'fits' : 'files';
  const { generation, running, lastAt } = await rasters.mailbox(source.name);
  // Nothing came since it was closed.
  if (memory.group !== undefined && lastAt === undefined && running === execution)
    return { memory: { ...memory, stage } };
  const isTaken = await rasters.change(
    source.name,
    { set: { generation: generation + 1, taken: generation }, remove: ['firstAt', 'lastAt'] },
    {
      condition: '#running = :me AND #generation = :before',
      values: { ':me': execution, ':before': generation },
    },
  );
  const now = isTaken ? undefined : await rasters.mailbox(source.name);
  // Where the answer to the write was lost the SDK has repeated it, and the repetition is refused because of the first.
  const wasTaken = now?.running === execution && now.taken === generation;
  if (!isTaken && !wasTaken) {
    const Cause = `Another execution, ${now?.running ?? 'which has ended'}, takes care of the rasters of ${source.name}; nothing was done here.`;
    return { memory, end: { Error: 'JobLostError', Cause } };
  }
  const group = await groupOf(look, generation);
  if (group === undefined) return { memory, end: { result: resultOf(look, { notes: [NOTHING_OPEN] }) } };
  await ledger.note(run, ['waiting', 'running'], { set: { rasters: JSON.stringify(group) } });
  return { memory: { ...memory, group, taken: generation, stage } };
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
  const { source, memory, answer, ledger, run } = look;
  const step = runOperation(look, { operation: REFRESH, label: 'refresh', input: source.refresh });
  if (answer === undefined) {
    await ledger.step(run, 'submits', { set: {} });
    await ledger.step(run, 'runs', { set: {} });
    return { memory, step };
  }
  const failure = await failureOf(answer, ledger, { operation: REFRESH, name: step.name });
  if (failure !== undefined) return afterTrouble(look, failure, againFrom(look, 'refresh'));
  return on(memory, 'scheme', { runs: { ...memory.runs, refresh: `${REFRESH}/${step.name}` } });
}

/** What the REST cache of the site holds of the service. */
async function clear(look: Look): Promise<Turn> {
  const { source, memory, answer, ledger } = look;
  if (source.clear !== true) return on(memory, 'letters');
  const { target, serviceFolder: folderName, serviceName, serviceType: type } = source.refresh;
  const input = { target, ...(folderName === undefined ? {} : { folderName }), serviceName, type };
  const step = runOperation(look, { operation: CLEAR, label: 'clear', input });
  if (answer === undefined) return { memory, step };
  const failure = await failureOf(answer, ledger, { operation: CLEAR, name: step.name });
  if (failure !== undefined) return afterTrouble(look, failure, 'clear');
  return on(memory, 'letters', { runs: { ...memory.runs, clear: `${CLEAR}/${step.name}` } });
}

/** The rasters of the group are done with. */
async function cover(look: Look): Promise<Turn> {
  const { rasters, source, memory, now } = look;
  const expires = Math.ceil(now / 1000) + SEEN_DAYS * SECONDS_PER_DAY;
  for await (const page of rasters.open(source.name, memory.taken ?? -1)) {
    const group = page.filter((raster) => wasRead(raster, memory));
    await rasters.cover(source.name, group, expires);
  }
  const failure = unreadableError(look);
  return { memory, end: failure ?? { result: resultOf(look, workOf(look)) } };
}

/** What was done for the group. */
function workOf(look: Look): object {
  const { runs, tileRuns, drawn, cache } = look.memory;
  if (drawn === undefined || cache === undefined) return runs;
  const nothing = drawn.tilesTouched === 0 ? [NO_TILE] : [];
  const notes = [...unreadableNotes(look), ...nothing];
  const { tilesTouched, tilesRenewed } = drawn;
  return { ...runs, tiles: tileRuns, tilesTouched, tilesRenewed, ...(notes.length > 0 ? { notes } : {}) };
}

const NO_TILE = 'No tile was renewed: what can be read of the rasters touches none at these scales.';

function resultOf({ source, memory }: Look, more: object): object {
  const { group: rasters = { count: 0 } } = memory;
  return { operation: RENEWAL, target: source.refresh.target, service: serviceOf(source), rasters, ...more };
}
