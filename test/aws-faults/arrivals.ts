import type { LedgerEntry } from '../../local/ledger.ts';
import type { CreatedObject } from '../../local/storage.ts';
import { errorNames } from '../../shared/errors.ts';
import { MAILBOXES, openPartition, seenPartition } from '../../shared/ledger/raster-items.ts';
import type { JobPlatform } from '../support/job-platform.ts';
import { record } from '../support/raster-messages.ts';
import { LEVEL, SERVICE } from '../support/raster-places.ts';
import { renewals, SOURCE } from '../support/raster-runs.ts';
import type { Fault } from './faults.ts';
import { PLACES } from './objects.ts';
import type { Seen } from './scenario.ts';

/** Tells of objects as their queue does: what comes back is delivered again, until the queue gives it up. */
export async function arrive(platform: JobPlatform, objects: readonly CreatedObject[], seen: Seen): Promise<void> {
  const { template, clock } = platform;
  const { VisibilityTimeout = 0, RedrivePolicy } =
    template.queues.find(({ name }) => name.includes('NewRasters')) ?? {};
  let messages = objects.map(({ bucket, key, sizeBytes: size, etag }) =>
    record({ 'detail-type': 'Object Created', detail: { bucket: { name: bucket }, object: { key, size, etag } } }),
  );
  for (const { key } of objects) seen.arrivals.set(key, clock.now());
  for (let receives = 0; messages.length > 0; receives += 1) {
    if (receives === RedrivePolicy?.maxReceiveCount) {
      seen.deadLetters.push(...messages.map(({ body }) => body));
      return;
    }
    const failed = await clock.after(receives === 0 ? 1 : VisibilityTimeout, () => delivered(platform, messages));
    messages = messages.filter(({ messageId }) => failed.includes(messageId));
  }
}

async function delivered({ invoke, template }: JobPlatform, Records: { messageId: string }[]): Promise<string[]> {
  const outcome = await invoke(template.functions.find(({ name }) => name.startsWith('StartRefresh'))?.name ?? '', {
    Records,
  });
  if ('error' in outcome) return Records.map(({ messageId }) => messageId);
  const { batchItemFailures } = JSON.parse(outcome.payload);
  return batchItemFailures.map(({ itemIdentifier }: { itemIdentifier: string }) => itemIdentifier);
}

/** Whether an execution is to take care of a mailbox: each hour the sweep looks whether it does. */
export function isMinded(entries: readonly LedgerEntry[]): boolean {
  return entries.some(({ operation, running }) => operation === MAILBOXES && running !== undefined);
}

/**
 * Every raster is covered by a refresh and by tiles that were submitted after it came, or is among the dead letters, or
 * the run that had it has failed by a name of ours.
 */
export async function areCovered(platform: JobPlatform, seen: Seen, fault?: Fault): Promise<string[]> {
  const entries = await platform.ledger.entries();
  const letters = [...platform.letters.map(({ body }) => body), ...seen.deadLetters];
  const isIn = (partition: string, key: string) =>
    entries.some(({ operation, name }) => operation === partition && String(name).startsWith(`${key}#`));
  return [...seen.arrivals].flatMap(([key, at]) => {
    if (letters.some((letter) => letter.includes(key))) return [];
    if (isIn(openPartition(SOURCE.name), key)) return isGivenUp(platform, at) ? [] : [`${key} waits, and nobody knows`];
    if (!isIn(seenPartition(SOURCE.name), key)) return [`${key} is forgotten`];
    if (!isRefreshed(entries, at)) return [`${key} is covered, but its service was not refreshed since it came`];
    // The table answers so though no other object is there; the product takes it at its word.
    if (fault?.error.name === 'PreconditionFailed') return [];
    return hasTile(platform, key, at) ? [] : [`${key} is covered, but its tiles were not made since it came`];
  });
}

/** A person has stopped the run, or it has told by its own end: both are seen. */
function isGivenUp(platform: JobPlatform, since: number): boolean {
  const names: string[] = errorNames();
  return renewals(platform).some(
    ({ status, error = '', stoppedAt = 0 }) =>
      stoppedAt > since && (status === 'ABORTED' || (status === 'FAILED' && names.includes(error))),
  );
}

function isRefreshed(entries: readonly LedgerEntry[], since: number): boolean {
  return entries.some(
    ({ operation, status, submittedAt }) =>
      operation === 'refresh-service' && status === 'succeeded' && Date.parse(String(submittedAt)) >= since,
  );
}

function hasTile({ emulator }: JobPlatform, key: string, since: number): boolean {
  const [, place] = Object.entries(PLACES).find(([name]) => key.includes(name)) ?? [];
  if (place === undefined) return false;
  const [col, row] = place;
  return (emulator.tiles.get(SERVICE, { level: LEVEL, row, col })?.madeAt ?? 0) > since;
}
