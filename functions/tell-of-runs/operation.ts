import * as z from 'zod/mini';
import { log } from '../../shared/lambda/log.ts';
import { fromItem } from '../../shared/ledger/attributes.ts';
import { type Entry, type EntryKey, entrySchema } from '../../shared/ledger/entry.ts';
import type { Event } from '../../shared/ledger/events.ts';
import { keepEnd } from '../../shared/ledger/last-runs.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { edgeNotInvalidated, ended, paused, started } from './events-of.ts';

/** The stream tells of an end within seconds; what it has not told by then is looked for. */
const LATE_MS = 15 * 60_000;

const imageSchema = z.optional(z.record(z.string(), z.unknown()));

/** Records of the ledger's stream, as Lambda hands them over. */
const streamSchema = z.looseObject({
  Records: z.array(
    z.looseObject({
      dynamodb: z.looseObject({ SequenceNumber: z.string(), OldImage: imageSchema, NewImage: imageSchema }),
    }),
  ),
});

type Send = (events: readonly Event[]) => Promise<void>;

/**
 * Tells the account's event bus what has become of runs: of each record of the ledger's stream, in its order. Of the first
 * record that AWS' trouble keeps from being told Lambda is told, and comes again with it and all after it. Called without
 * records it looks for ends that were not told: records are kept for a day only.
 */
export async function tellOfRuns(event: unknown, ledger: LedgerTable, send: Send) {
  const stream = streamSchema.safeParse(event);
  if (!stream.success) return { told: await tellWhatIsLate(ledger, send) };
  for (const { dynamodb } of stream.data.Records) {
    try {
      await tell(entryOf(dynamodb.OldImage), entryOf(dynamodb.NewImage), ledger, send);
    } catch (error) {
      log('error', 'not told, its record comes back', { reason: String(error) });
      return { batchItemFailures: [{ itemIdentifier: dynamodb.SequenceNumber }] };
    }
  }
  return { batchItemFailures: [] };
}

/** Undefined for what is no run: a claim, a pause. */
function entryOf(image: Record<string, unknown> | undefined): Entry | undefined {
  const entry = image && entrySchema.safeParse(fromItem(image)).data;
  return entry?.startedAt === undefined ? undefined : entry;
}

async function tell(before: Entry | undefined, entry: Entry | undefined, ledger: LedgerTable, send: Send) {
  if (entry === undefined) return;
  const isNew = before?.ticket === undefined && entry.ticket !== undefined;
  if (isNew) await send(made(entry, () => [started(entry)]));
  if (entry.status === 'paused' && before?.status !== 'paused') await send(made(entry, () => [paused(entry)]));
  if (entry.finishedAt === undefined) {
    // Of version 0.1.0: its end is looked for too, where its record is lost.
    if (entry.open === undefined) await ledger.noteOpen(entry);
    return;
  }
  if (entry.toldAt === undefined) await tellEnd(entry, ledger, send);
  // A run that was uncertain is cancelled after all.
  else if (entry.status !== before?.status) await keepEnd(ledger, entry);
  const { edgeFailure } = entry;
  if (edgeFailure !== undefined && edgeFailure !== before?.edgeFailure) {
    await send(made(entry, () => [edgeNotInvalidated(entry)]));
  }
}

/** Once: where it was told before, by another record or another call, the entry says so. */
async function tellEnd(key: EntryKey, ledger: LedgerTable, send: Send): Promise<boolean> {
  const entry = await ledger.entry(key);
  if (entry?.finishedAt === undefined) return false;
  await keepEnd(ledger, entry);
  if (entry.toldAt === undefined) await send(made(entry, () => ended(entry)));
  await ledger.noteTold(key, entry.toldAt ?? new Date().toISOString());
  return entry.toldAt === undefined;
}

/** An entry that no event can be made of must not keep the others from being told. */
function made({ operation, name }: EntryKey, make: () => Event[]): Event[] {
  try {
    return make();
  } catch (error) {
    log('error', 'no event can be made of this entry', { operation, name, reason: String(error) });
    return [];
  }
}

async function tellWhatIsLate(ledger: LedgerTable, send: Send): Promise<number> {
  const late = Date.now() - LATE_MS;
  let told = 0;
  for await (const page of ledger.untold()) {
    for (const entry of page) {
      const isLate = entry.finishedAt !== undefined && Date.parse(entry.finishedAt) < late;
      if (isLate && (await tellEnd(entry, ledger, send))) told += 1;
    }
  }
  if (told > 0) log('warn', 'ends of runs that the stream had not told', { told });
  return told;
}
