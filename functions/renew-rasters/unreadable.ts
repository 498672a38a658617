import type { OpenRaster } from '../../shared/ledger/raster-items.ts';
import { afterTrouble } from './child.ts';
import { type Failure, type Look, type Memory, on, type Turn } from './turn.ts';

/** A message of SQS has 256 KiB, and keys have 1,024 bytes. */
const RASTERS_OF_A_LETTER = 80;
const MOST_NAMED = 20;

/**
 * Puts the rasters that cannot be read among the dead letters, in the words of S3: who has mended them, or their files
 * beside, sends the letters back to the queue.
 */
export async function letters(look: Look): Promise<Turn> {
  const { source, memory, answer } = look;
  if (!isFailure(look)) return on(memory, 'cover');
  if (answer?.Error !== undefined) {
    const Cause = `The dead letters of ${source.name} could not be written: ${answer.Error}: ${answer.Cause ?? ''}`;
    return afterTrouble(look, { Error: 'AwsUnavailableError', Cause }, 'letters');
  }
  // A letter is told of when the queue has it.
  const toldUntil = answer === undefined ? memory.toldUntil : (memory.telling ?? memory.toldUntil);
  const group: OpenRaster[] = [];
  for await (const page of look.rasters.open(source.name, memory.taken ?? -1)) {
    group.push(...page.filter((raster) => wasRead(raster, memory) && raster.unreadable !== undefined));
  }
  const first = toldUntil === undefined ? 0 : group.findIndex(({ name }) => name === toldUntil) + 1;
  const next = group.slice(first, first + RASTERS_OF_A_LETTER);
  const last = next.at(-1);
  if (last === undefined) return on(memory, 'cover');
  return {
    memory: { ...memory, toldUntil, telling: last.name },
    step: { next: 'tell', letter: JSON.stringify({ Records: next.map((raster) => recordOf(raster, look)) }) },
  };
}

/** As S3's own notification. With a sequencer of its own it is a raster that has arrived anew. */
function recordOf({ bucket, key, etag, unreadable }: OpenRaster, { run }: Look): object {
  const encoded = encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
  const object = { key: encoded, eTag: etag, sequencer: run.name };
  return {
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Put',
    s3: { bucket: { name: bucket }, object },
    unreadable,
  };
}

/** Whether a raster was there when the tiles of its group were looked for; those that came later are the next run's. */
export function wasRead({ plane }: OpenRaster, { cache }: Memory): boolean {
  return cache === undefined || plane === `${cache.plane.tileSide} ${cache.plane.crs}`;
}

/** The error that a run with unreadable rasters ends by after its work; undefined where it ends well. */
export function unreadableError(look: Look): Failure | undefined {
  const { memory, source } = look;
  if (!isFailure(look)) return undefined;
  const { tilesTouched = 0, tilesRenewed = 0 } = memory.drawn ?? {};
  const Cause = `${words(look)} The service is refreshed; of the other rasters ${tilesTouched} tiles are touched, and ${tilesRenewed} were renewed. The rasters are among the dead letters of ${source.name}: put a file beside them that says where they lie, and send the letters back.`;
  return { Error: 'UnreadableRasterError', Cause };
}

/** What a result says of them. */
export function unreadableNotes(look: Look): string[] {
  return (look.memory.drawn?.unreadable.count ?? 0) === 0 ? [] : [words(look)];
}

function isFailure({ source, memory }: Look): boolean {
  return source.tiles?.unreadable === 'fail' && (memory.drawn?.unreadable.count ?? 0) > 0;
}

function words({ memory, source }: Look): string {
  const { count = 0, rasters = [] } = memory.drawn?.unreadable ?? {};
  const named = rasters.slice(0, MOST_NAMED).map(({ key, reason }) => `${key} (${reason})`);
  const more = count > named.length ? `, and ${count - named.length} more` : '';
  const then = source.tiles?.unreadable === 'whole' ? 'all tiles were renewed' : 'their tiles were not renewed';
  return `Of ${memory.group?.count ?? count} rasters ${count} cannot be read, so ${then}: ${named.join(', ')}${more}.`;
}
