import * as z from 'zod/mini';
import { VendorContractError, VendorRejectedError } from '../errors.ts';
import { keepLast, parseJson } from '../http/json.ts';
import { redact } from '../http/redact.ts';
import type { VendorAnswer } from '../http/send.ts';
import { isFailure } from '../jobs/borne-errors.ts';
import { type JobState, KEPT_MESSAGES, type MessageProblems } from '../jobs/job-state.ts';
import { statusWord, toMessage, tooManyMessages } from './job-words.ts';
import type { ArcgisSite } from './site.ts';

/** A map: a server's word may be one that every object knows, such as `constructor`. */
const ENDED: ReadonlyMap<string, JobState['outcome']> = new Map([
  ['esriJobSucceeded', 'succeeded'],
  ['esriJobFailed', 'failed'],
  ['esriJobTimedOut', 'timed-out'],
  ['esriJobCancelled', 'cancelled'],
  ['esriJobDeleted', 'lost'],
]);

/** The other six of the eleven that are documented. */
const RUNNING = ['New', 'Submitted', 'Waiting', 'Executing', 'Cancelling', 'Deleting'].map(
  (state) => `esriJob${state}`,
);

const percentSchema = z.catch(z.optional(z.coerce.number()), undefined);
const messageSchema = z.catch(z.object({ type: z.catch(z.string(), ''), description: z.catch(z.string(), '') }), {
  type: '',
  description: '',
});

const jobSchema = z.looseObject({
  jobStatus: z.string(),
  messages: z.catch(z.nullish(z.array(messageSchema)), undefined),
  problems: z.optional(z.custom<MessageProblems>()),
  // Esri's own clients disagree on the name: `percent` (JavaScript SDK) and `percentage` (arcgis-rest-js).
  progress: z.catch(z.nullish(z.object({ percent: percentSchema, percentage: percentSchema })), undefined),
  results: z.catch(z.nullish(z.record(z.string(), z.unknown())), undefined),
});

/** A job's JSON with the newest of its messages: a job of weeks may have a hundred thousand, and all are in every answer. */
function parseJob(answer: VendorAnswer): unknown {
  const problems: MessageProblems = { errors: 0, warnings: 0, firstError: undefined };
  const onItem = (item: string) => {
    if (/MessageType(Error|Abort|Warning)/.test(item)) count(parseJson({ ...answer, text: item }), problems);
  };
  const text = keepLast(answer.text, { key: 'messages', count: KEPT_MESSAGES, onItem });
  const job = parseJson({ ...answer, text });
  return typeof job === 'object' && job !== null ? { ...job, problems } : job;
}

function count(message: unknown, problems: MessageProblems): void {
  const { type, text } = toMessage(z.parse(messageSchema, message));
  if (type === 'warning') problems.warnings += 1;
  if (type !== 'error' && type !== 'abort') return;
  problems.errors += 1;
  problems.firstError ??= text;
}

/**
 * The state of the job at that path (`…/jobs/<id>`), which may have been found to have too many messages for an answer.
 *
 * @throws the Vendor… errors; a job that the server does not know is no error but the outcome `unknown`
 */
export async function readJobState(site: ArcgisSite, path: string, withoutMessages: boolean): Promise<JobState> {
  try {
    return await readState(site, path, withoutMessages);
  } catch (error) {
    const state = stateOfUnknownJob(error);
    if (state === undefined) throw error;
    return state;
  }
}

/** The state of a job that the server says it does not know; undefined for any other failure. */
export function stateOfUnknownJob(error: unknown): JobState | undefined {
  if (!(error instanceof VendorRejectedError && isUnknownJob(error))) return undefined;
  const messages: JobState['messages'] = [{ type: 'error', text: error.message }];
  return { jobStatus: 'unknown to the server', outcome: 'unknown', isKnown: true, messages };
}

const failuresOfJobs = new WeakSet<Error>();

/** Told of every failure of the call for a job's state. */
export function noteFailureOfJob(error: unknown): void {
  if (error instanceof Error && isFailure(error)) failuresOfJobs.add(error);
}

/** Whether the server failed (code 500, HTTP 500) when it was asked for the job itself, and not at the sign-in before. */
export function isFailureOfJob(error: Error): boolean {
  return failuresOfJobs.has(error);
}

async function readState(site: ArcgisSite, path: string, isKnownTooLarge: boolean): Promise<JobState> {
  let withoutMessages = isKnownTooLarge;
  const reply = await site.call({
    path,
    form: { returnMessages: String(!withoutMessages) },
    reply: jobSchema,
    parse: parseJob,
    recover: async (error) => {
      noteFailureOfJob(error);
      if (withoutMessages || !(error instanceof VendorContractError && error.tooLarge)) throw error;
      withoutMessages = true;
      return await site.call({ path, form: { returnMessages: 'false' }, reply: jobSchema, parse: parseJob });
    },
  });
  const { jobStatus, messages, problems, progress, results } = reply;
  const outcome = ENDED.get(jobStatus) ?? 'running';
  const instead = withoutMessages ? [tooManyMessages(site.address(path))] : [];
  return {
    jobStatus: statusWord(jobStatus),
    outcome,
    isKnown: outcome !== 'running' || RUNNING.includes(jobStatus),
    percent: outcome === 'running' ? (progress?.percent ?? progress?.percentage) : undefined,
    messages: messages?.length ? messages.map(toMessage) : instead,
    problems,
    withoutMessages: withoutMessages || undefined,
    ...(outcome === 'succeeded' ? await outputOf(site, path, results) : {}),
  };
}

/** No body for an unknown job was ever captured: 400 and 404 are taken for it, and a 500 whose text says so. */
function isUnknownJob({ code, message, httpStatus = 0 }: VendorRejectedError): boolean {
  if (httpStatus >= 500) return false;
  return code === 400 || code === 404 || (code === 500 && /not (be )?found|not exist|invalid job/i.test(message));
}

/** Most jobs have one. */
const MAX_OUTPUTS = 3;
const MAX_URL_CHARACTERS = 2_000;
const outputSchema = z.looseObject({
  value: z.catch(z.string().check(z.regex(/^https?:\/\/\S+$/i), z.maxLength(MAX_URL_CHARACTERS)), ''),
});

/**
 * The caching tools give the service's address as their output, by names that differ (`out_service_url`, `out_job_url`).
 * The job has succeeded whether or not it can be read.
 */
async function outputOf(
  site: ArcgisSite,
  path: string,
  results: Record<string, unknown> | null | undefined,
): Promise<Pick<JobState, 'outputUrl' | 'isOutputLate'>> {
  if (!results) return { isOutputLate: true };
  const names = Object.keys(results).filter((name) => /^\w+$/.test(name));
  const named = names.filter((name) => /url$/i.test(name));
  for (const name of (named.length > 0 ? named : names).slice(0, MAX_OUTPUTS)) {
    const place = `${path}/results/${name}`;
    const { value } = await site.call({ path: place, reply: outputSchema }).catch(() => ({ value: '' }));
    if (value !== '') return { outputUrl: redact(value) };
    if (named.length > 0) return { outputUrl: site.address(place) };
  }
  return {};
}
