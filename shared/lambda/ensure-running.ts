import { RASTERS_NAME } from '../jobs/started-by.ts';
import type { Mailbox } from '../ledger/raster-items.ts';
import type { RasterTable } from '../ledger/raster-table.ts';
import { describeExecution, startNamed } from './executions.ts';

/** Each look that finds the mailbox changed has let somebody else go on. */
const MAX_LOOKS = 5;

interface Place {
  rasters: RasterTable;
  source: string;
  /** The machine that takes care of rasters. */
  machineArn: string;
}

/**
 * Sees to it that an execution takes care of what is in a mailbox: starts one where none runs, and where the one that
 * did has ended without a word. Its name is made of the source and the generation, so that a doubled start is none.
 */
export async function ensureRunning(place: Place, box: Mailbox): Promise<string> {
  const { rasters, source } = place;
  let looked = box;
  for (let look = 0; look < MAX_LOOKS; look += 1) {
    const execution = looked.running === undefined ? await begin(place, looked) : await goOn(place, looked);
    if (execution !== undefined) return execution;
    looked = await rasters.mailbox(source);
  }
  throw new Error(`The mailbox of ${source} was changed again and again`);
}

/** Undefined where somebody else was faster. */
async function begin(place: Place, { generation }: Mailbox): Promise<string | undefined> {
  const next = executionArn(place, generation);
  const isFree = {
    condition: 'attribute_not_exists(#running) AND #generation = :was',
    values: { ':was': generation },
  };
  const isMine = await place.rasters.change(place.source, { set: { running: next } }, isFree);
  return isMine ? await start(place, next) : undefined;
}

async function goOn(place: Place, box: Mailbox): Promise<string | undefined> {
  const { running = '' } = box;
  const status = (await describeExecution(running))?.status;
  if (status === 'RUNNING') return running;
  // The mailbox says that it is to be started, or it has been started just now.
  return status === undefined ? await start(place, running) : await handOver(place, box);
}

/** The mailbox goes from the execution that it names to a new one; undefined where it was changed meanwhile. */
export async function handOver(place: Place, { running = '', generation }: Mailbox): Promise<string | undefined> {
  const next = executionArn(place, generation + 1);
  const isMine = await place.rasters.change(
    place.source,
    { set: { running: next, generation: generation + 1 } },
    {
      condition: '#running = :running_before AND #generation = :generation_before',
      values: { ':running_before': running, ':generation_before': generation },
    },
  );
  return isMine ? await start(place, next) : undefined;
}

function executionArn({ source, machineArn }: Place, generation: number): string {
  return `${machineArn.replace(':stateMachine:', ':execution:')}:${RASTERS_NAME}${source}-${generation}`;
}

async function start({ source, machineArn }: Place, execution: string): Promise<string> {
  return await startNamed(machineArn, execution.split(':').at(-1) ?? '', { source });
}
