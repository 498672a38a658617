import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { VendorRejectedError } from '../errors.ts';
import { parseJson } from '../http/json.ts';
import type { VendorAnswer } from '../http/send.ts';
import { cubePath, listStored, type Place } from './list-stored.ts';
import { assertNoContent, readReply } from './replies.ts';
import type { MicrostrategySession } from './session.ts';

/** What has become of the caches that were to go; filled in while the work goes on, so that an error loses nothing. */
export interface Tally {
  /** That fit, as far as the lists were read. */
  fitting: number;
  /** That are gone. */
  deleted: number;
  /** That the server has taken on, and does not tell when they are done: invalidated ones too. */
  accepted: number;
  /** What went wrong, with its place. */
  problems: string[];
}

export interface Removal {
  place: Place;
  /** Content caches are invalidated in place of deleted. */
  invalidate: boolean;
  tally: Tally;
  progress: () => void;
}

/** The time of the run is used up: what is left is told, and done by the next run. */
export class TimeIsUp extends Error {}

/** Enough for one more call, and for what is said of it. */
const RESERVE_MS = 3_000;
/** Of content caches in one call. */
export const MAX_BATCH = 500;
/** Looks at what is still there after a refusal, and refusals in a row that no vanished cache explains. */
const MAX_LOOKS = 20;
const MAX_REFUSALS = 5;

export function isTimeUp({ workDeadline }: MicrostrategySession): boolean {
  return workDeadline - Date.now() < RESERVE_MS;
}

export function assertTime(session: MicrostrategySession): void {
  if (isTimeUp(session)) throw new TimeIsUp();
}

/**
 * Deletes (or invalidates) caches of one node by their ids: content caches in calls of at most 500, cubes one by one. Safe
 * to repeat. Where the server refuses, it may be for a cache that has vanished since it was listed: what is still there is
 * looked at, and tried again. A refusal of what is still there is a problem, and the others are tried.
 *
 * @throws TimeIsUp, and what stops all of it
 */
export async function removeStored(session: MicrostrategySession, ids: string[], removal: Removal): Promise<void> {
  const { place, tally, progress } = removal;
  const size = place.type === 'content' ? MAX_BATCH : 1;
  const takenOn: string[] = [];
  let left = ids;
  for (let looks = 0, refusals = 0; left.length > 0; progress()) {
    assertTime(session);
    const batch = left.slice(0, size);
    try {
      const isDone = await removeBatch(session, batch, removal);
      if (isDone) tally.deleted += batch.length;
      else {
        tally.accepted += batch.length;
        takenOn.push(...batch);
      }
      left = left.slice(size);
      refusals = 0;
    } catch (error) {
      if (!mayHaveVanished(error) || looks >= MAX_LOOKS) throw error;
      looks += 1;
      const still = await stillListed(session, place, left);
      tally.deleted += left.length - still.length;
      const isAllStill = still.length === left.length;
      left = still;
      if (!isAllStill) continue;
      refusals += 1;
      if (refusals === MAX_REFUSALS) throw error;
      tally.problems.push(`${place.node}: ${error.name}: ${error.message}`);
      left = still.slice(size);
    }
  }
  if (!isInvalidation(removal)) await followTakenOn(session, takenOn, removal);
}

/** An answer to the call as a whole that is about some cache in it; a missing right is about the user. */
function mayHaveVanished(error: unknown): error is VendorRejectedError {
  return error instanceof VendorRejectedError && [200, 400, 404, 500].includes(error.httpStatus ?? 0);
}

async function stillListed(session: MicrostrategySession, place: Place, ids: string[]): Promise<string[]> {
  const listed = new Set<string>();
  for await (const { fitting } of listStored(session, place)) {
    assertTime(session);
    for (const { id } of fitting) listed.add(id);
  }
  return ids.filter((id) => listed.has(id));
}

/** True where the caches are gone, false where the server has only taken the call on. */
async function removeBatch(session: MicrostrategySession, batch: string[], removal: Removal): Promise<boolean> {
  const { place } = removal;
  if (place.type === 'content') {
    const { path, body } = contentCall(place.node, batch, isInvalidation(removal));
    const answer = await session.call('PATCH', path, body);
    assertNoContent(answer);
    // 200 by the vendor's client, 202 by others: then it is not said to be done.
    return !isInvalidation(removal) && answer.status !== 202;
  }
  const answer = await session.call('DELETE', cubePath(batch.join()));
  assertNoContent(answer);
  const manipulationId = manipulationOf(answer);
  if (manipulationId !== undefined) return await followManipulation(session, manipulationId);
  return answer.status !== 202;
}

/** The call on content caches of one node, as the vendor's client makes it. */
export function contentCall(node: string, ids: string[], invalidate: boolean) {
  const operationList = ids.map((id) =>
    invalidate
      ? { op: 'replace', path: `/contentCaches/${id}/status/invalid`, value: true }
      : { op: 'remove', path: `/contentCaches/${id}`, value: null },
  );
  return {
    path: `/api/v2/monitors/caches/contents?${new URLSearchParams({ clusterNode: node })}`,
    body: { operationList },
  };
}

function manipulationOf(answer: VendorAnswer): string | undefined {
  const { manipulationId } = Object(parseJson(answer));
  return typeof manipulationId === 'string' && manipulationId !== '' ? manipulationId : undefined;
}

const MANIPULATION_POLLS_MS = [200, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000, 8_000, 8_000];

/** The one thing of this vendor that can be followed to its end. True when it is done, false when it takes longer. */
async function followManipulation(session: MicrostrategySession, id: string): Promise<boolean> {
  const path = `/api/monitors/caches/cubes/manipulations/${encodeURIComponent(id)}/status`;
  for (const waitMs of MANIPULATION_POLLS_MS) {
    if (session.workDeadline - Date.now() < RESERVE_MS + waitMs) return false;
    await sleep(waitMs);
    const { status, statusDetail } = readReply(await session.call('GET', path), manipulationSchema);
    if (/^ready$/i.test(status)) return true;
    if (/^(error|requestHandlingFailed)$/i.test(status)) {
      throw new VendorRejectedError(
        `The server ended the deletion as ${status}${statusDetail === undefined ? '' : `: ${statusDetail}`}. Look into the server's log for the cause.`,
        { code: status, httpStatus: 200 },
      );
    }
  }
  return false;
}

const manipulationSchema = z.looseObject({
  status: z.string(),
  statusDetail: z.catch(z.optional(z.string()), undefined),
});

const LOOKS_AFTER_MS = [500, 2_000, 5_000, 10_000];

/** What was only taken on is looked for in the list, for some seconds: what is no longer there is deleted. */
async function followTakenOn(session: MicrostrategySession, ids: string[], { place, tally }: Removal): Promise<void> {
  let left = ids;
  for (const waitMs of LOOKS_AFTER_MS) {
    if (left.length === 0 || session.workDeadline - Date.now() < RESERVE_MS + waitMs) return;
    await sleep(waitMs);
    const still = await stillListed(session, place, left);
    tally.deleted += left.length - still.length;
    tally.accepted -= left.length - still.length;
    left = still;
  }
}

/** Cubes cannot be invalidated. */
function isInvalidation({ place, invalidate }: Removal): boolean {
  return invalidate && place.type === 'content';
}
