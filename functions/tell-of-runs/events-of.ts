import * as z from 'zod/mini';
import { environment } from '../../shared/lambda/environment.ts';
import type { Entry } from '../../shared/ledger/entry.ts';
import { type Event, eventDetails } from '../../shared/ledger/events.ts';
import { messageOf } from '../../shared/ledger/message-of.ts';

const MAX_INPUT_BYTES = 10_000;
const MAX_MESSAGE_CHARACTERS = 4_000;

/** What all events of a run say. */
function runOf(entry: Entry) {
  const { operation, name, target, service, startedBy, startedAt, executionArn, parent } = entry;
  return {
    stack: environment('STACK').STACK,
    run: `${operation}/${name}`,
    operation,
    target,
    service,
    startedBy,
    startedAt,
    executionArn,
    parent,
  };
}

/** The event of a run that has just said what it asks for. */
export function started(entry: Entry): Event {
  return { name: 'Run Started', detail: eventDetails['Run Started'].parse({ ...runOf(entry), input: inputOf(entry) }) };
}

export function paused(entry: Entry): Event {
  const { pausedAt, pausedUntil, pausedFor: reason } = entry;
  const detail = { ...runOf(entry), pausedAt, pausedUntil, reason };
  return { name: 'Run Paused', detail: eventDetails['Run Paused'].parse(detail) };
}

/** Of a run that has ended; also what its tile job has renewed. */
export function ended(entry: Entry): Event[] {
  const { status, finishedAt, jobId, error, cause, result, attachedTo, watchingCost } = entry;
  const told = eventDetails['Run Ended'].parse({
    ...runOf(entry),
    status,
    finishedAt,
    jobId,
    error,
    message: error === undefined ? undefined : messageOf(cause).slice(0, MAX_MESSAGE_CHARACTERS),
    result: result === undefined ? undefined : JSON.parse(result),
    attachedTo,
    watchingCost,
    input: inputOf(entry),
  });
  return [{ name: 'Run Ended', detail: told }, ...renewed(entry)];
}

/** Whoever attached to a run has renewed nothing itself. */
function renewed(entry: Entry): Event[] {
  const { status = '', renewed: what, attachedTo, finishedAt } = entry;
  if (what === undefined || attachedTo !== undefined || !['succeeded', 'partly'].includes(status)) return [];
  const { stack, run, target, service } = runOf(entry);
  const detail = { stack, run, target, service, ...Object(JSON.parse(what)), renewedAt: finishedAt };
  return [{ name: 'Tiles Renewed', detail: eventDetails['Tiles Renewed'].parse(detail) }];
}

/** As the machine notes it that asked for the invalidation. */
const edgeFailureSchema = z.looseObject({
  edge: z.looseObject({ distributionId: z.string(), paths: z.looseObject({ Items: z.array(z.string()) }) }),
  Error: z.string(),
  Cause: z.string(),
});

/** Of a run whose tiles an edge still keeps as they were. */
export function edgeNotInvalidated(entry: Entry): Event {
  const { stack, run, target, service } = runOf(entry);
  const { edge, Error: error, Cause: cause } = edgeFailureSchema.parse(JSON.parse(entry.edgeFailure ?? ''));
  const { distributionId, paths } = edge;
  const message = messageOf(cause).slice(0, MAX_MESSAGE_CHARACTERS);
  const detail = { stack, run, target, service, distributionId, paths: paths.Items, error, message };
  return { name: 'Edge Not Invalidated', detail: eventDetails['Edge Not Invalidated'].parse(detail) };
}

function inputOf({ input }: Entry): unknown {
  if (input === undefined || Buffer.byteLength(input) > MAX_INPUT_BYTES) return undefined;
  const parsed: unknown = JSON.parse(input);
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined;
}
