import * as z from 'zod/mini';
import { VendorContractError, VendorRejectedError } from '../errors.ts';
import { redact } from '../http/redact.ts';
import type { JobState } from '../jobs/job-state.ts';
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

const NO_MESSAGE = { type: '', description: '' };
const percentSchema = z.catch(z.optional(z.coerce.number()), undefined);

const messageSchema = z.catch(
  z.looseObject({ type: z.catch(z.string(), ''), description: z.catch(z.string(), '') }),
  NO_MESSAGE,
);

const jobSchema = z.looseObject({
  jobStatus: z.string(),
  messages: z.catch(z.nullish(z.array(messageSchema)), undefined),
  // Esri's own clients disagree on the name: `percent` (JavaScript SDK) and `percentage` (arcgis-rest-js).
  progress: z.catch(z.nullish(z.looseObject({ percent: percentSchema, percentage: percentSchema })), undefined),
  results: z.catch(z.nullish(z.record(z.string(), z.looseObject({ paramUrl: z.optional(z.string()) }))), undefined),
});

/**
 * The state of the job at that path (`…/jobs/<id>`), which may have been found to have too many messages for an answer.
 *
 * @throws the Vendor… errors; a job that the server does not know is no error but the outcome `unknown`
 */
export async function readJobState(site: ArcgisSite, path: string, withoutMessages: boolean): Promise<JobState> {
  try {
    return await readState(site, path, withoutMessages);
  } catch (error) {
    if (error instanceof VendorRejectedError && isUnknownJob(error)) {
      return {
        jobStatus: 'unknown to the server',
        outcome: 'unknown',
        isKnown: true,
        messages: [{ type: 'error', text: error.message }],
      };
    }
    throw error;
  }
}

async function readState(site: ArcgisSite, path: string, isKnownTooLarge: boolean): Promise<JobState> {
  let withoutMessages = isKnownTooLarge;
  const reply = await site.call({
    path,
    form: { returnMessages: String(!withoutMessages) },
    reply: jobSchema,
    recover: async (error) => {
      if (withoutMessages || !(error instanceof VendorContractError && error.tooLarge)) throw error;
      withoutMessages = true;
      return await site.call({ path, form: { returnMessages: 'false' }, reply: jobSchema });
    },
  });
  const { jobStatus, messages, progress, results } = reply;
  const outcome = ENDED.get(jobStatus) ?? 'running';
  const instead = withoutMessages ? [tooManyMessages(site.address(path))] : [];
  return {
    jobStatus: statusWord(jobStatus),
    outcome,
    isKnown: outcome !== 'running' || RUNNING.includes(jobStatus),
    percent: outcome === 'running' ? (progress?.percent ?? progress?.percentage) : undefined,
    messages: messages?.length ? messages.map(toMessage) : instead,
    withoutMessages: withoutMessages || undefined,
    outputUrl: outcome === 'succeeded' ? await readOutputUrl(site, path, Object.keys(results ?? {})) : undefined,
  };
}

/** No body for an unknown job was ever captured: 400 and 404 are taken for it, and a 500 whose text says so. */
function isUnknownJob({ code, message, httpStatus = 0 }: VendorRejectedError): boolean {
  if (httpStatus >= 500) return false;
  return code === 400 || code === 404 || (code === 500 && /not (be )?found|not exist|invalid job/i.test(message));
}

/** Most jobs have one. */
const MAX_OUTPUTS = 3;
const IS_URL_NAME = /url$/i;
const outputSchema = z.looseObject({ value: z.catch(z.string(), '') });

/**
 * The caching tools give the service's address as their output, by names that differ (`out_service_url`, `out_job_url`).
 * The job has succeeded whether or not it can be read.
 */
async function readOutputUrl(site: ArcgisSite, path: string, results: string[]): Promise<string | undefined> {
  const named = results.filter((name) => IS_URL_NAME.test(name));
  for (const name of (named.length > 0 ? named : results).slice(0, MAX_OUTPUTS)) {
    const place = `${path}/results/${encodeURIComponent(name)}`;
    const { value } = await site.call({ path: place, reply: outputSchema }).catch(() => ({ value: '' }));
    if (IS_URL_NAME.test(name)) return value === '' ? site.address(place) : redact(value);
    if (/^https?:\/\//i.test(value)) return redact(value);
  }
  return undefined;
}
