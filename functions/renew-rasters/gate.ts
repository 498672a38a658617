import * as z from 'zod/mini';
import type { OpenRaster } from '../../shared/ledger/raster-items.ts';
import { answerTo } from './ask.ts';
import type { Look, Turn } from './turn.ts';

const missingSchema = z.object({ missing: z.array(z.string()) });

const FIRST_WAIT_SECONDS = 15;
const LONGEST_WAIT_SECONDS = 300;
/** Of the time that was waited already. */
const SHARE = 0.1;
/** A state holds 256 KiB. */
const MOST_CHARACTERS = 100_000;

/** Are the files there that say that the set is complete? */
export async function files(look: Look): Promise<Turn> {
  const { source, memory } = look;
  const { marker, manifest, sidecar, visible } = source.ready ?? {};
  const isOpen: Turn = { memory: { ...memory, stage: visible === undefined ? 'fits' : 'visible' } };
  if ((marker ?? manifest ?? sidecar) === undefined) return isOpen;
  const question = { ask: 'missing', source: source.name, generation: memory.taken };
  const said = answerTo(look, { function: 'read-footprint', question, reply: missingSchema });
  if ('turn' in said) return said.turn;
  return said.given.missing.length === 0 ? isOpen : closed(look, said.given.missing);
}

/** Does the image service itself find the rasters? It is asked for as many at a time as a state can hold. */
export async function visible(look: Look): Promise<Turn> {
  const { source, memory } = look;
  const { target, serviceFolder, serviceName, serviceType } = source.refresh;
  const { names, until } = await namesAfter(look, memory.visibleUntil);
  if (names.length === 0) return { memory: { ...memory, visibleUntil: undefined, stage: 'fits' } };
  const service = { folder: serviceFolder, name: serviceName, type: serviceType };
  const question = { target, service, where: source.ready?.visible, names };
  const said = answerTo(look, { function: 'count-rasters', question, reply: missingSchema });
  if ('turn' in said) return said.turn;
  const { missing } = said.given;
  if (missing.length === 0) return { memory: { ...memory, visibleUntil: until } };
  const label = `${serviceFolder === undefined ? '' : `${serviceFolder}/`}${serviceName}.${serviceType}`;
  return closed(
    look,
    missing.map((name) => `${name} in ${label}`),
  );
}

/** Waits and looks again, with what comes meanwhile; at the end of the time nothing is refreshed. */
function closed({ source, memory, now }: Look, missing: string[]): Turn {
  const { longest = 0 } = source.ready ?? {};
  const { waitsSince = new Date(now).toISOString() } = memory;
  const waited = (now - Date.parse(waitsSince)) / 1000;
  if (waited >= longest) {
    const Cause = `Rasters of ${source.name} were not ready within ${longest} seconds: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing, and perhaps more. Nothing was refreshed. The rasters wait for the next that arrives; put what is missing first.`;
    return { memory, end: { Error: 'NotReadyError', Cause } };
  }
  const wait = Math.min(Math.max(FIRST_WAIT_SECONDS, waited * SHARE), LONGEST_WAIT_SECONDS, longest - waited);
  const later: Turn['memory'] = {
    ...memory,
    waitsSince,
    visibleUntil: undefined,
    tries: 0,
    troubleSince: undefined,
    stage: 'take',
  };
  return { memory: later, step: { next: 'wait', waitSeconds: Math.max(1, Math.ceil(wait)) } };
}

async function namesAfter({ rasters, source, memory }: Look, after: string | undefined) {
  const names = new Set<string>();
  let [until, characters] = ['', 0];
  for await (const page of rasters.open(source.name, memory.taken ?? -1)) {
    for (const { name, key } of page.filter((raster) => after === undefined || isAfter(raster, after))) {
      const own = baseName(key);
      characters += own.length;
      if (characters > MOST_CHARACTERS) return { names: [...names], until };
      names.add(own);
      until = name;
    }
  }
  return { names: [...names], until };
}

/** DynamoDB orders texts by their bytes in UTF-8. */
function isAfter({ name }: OpenRaster, after: string): boolean {
  return Buffer.compare(Buffer.from(name), Buffer.from(after)) > 0;
}

/** Without its folders and its suffix, as a mosaic names it. */
function baseName(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1).replace(/\.[^.]*$/u, '');
}
