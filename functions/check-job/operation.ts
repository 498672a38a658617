import { checkJob } from '../../shared/arcgis/geoprocessing.ts';
import { JobCancelledError, JobFailedError, JobLostError, JobTimedOutError } from '../../shared/errors.ts';
import { type JobReference, type Watch, watchSchema } from '../../shared/jobs/job-reference.ts';
import { type JobState, lastMessages } from '../../shared/jobs/job-state.ts';
import { nextWaitSeconds } from '../../shared/jobs/poll-policy.ts';
import { openSite } from '../../shared/lambda/open-site.ts';
import type { Run } from '../../shared/lambda/operation-handler.ts';
import { parseInput } from '../../shared/lambda/parse-input.ts';

/**
 * One poll of a watched job: the next watch while it runs, the operation's result when it has succeeded.
 *
 * @throws JobFailedError, JobTimedOutError, JobCancelledError, JobLostError
 */
export async function checkWatchedJob(event: unknown, run: Run) {
  const watch = parseInput('check-job', watchSchema, event);
  const site = await openSite(watch.job.target, run);
  const state = await checkJob(site, watch.job);
  if (state.outcome === 'running') return nextWatch(watch, state);
  if (state.outcome === 'succeeded') return resultOf(watch, state);
  throw jobError(watch.job, state);
}

function nextWatch({ percent: _old, ...watch }: Watch, { jobStatus, percent }: JobState): Watch {
  const elapsedSeconds = secondsSince(watch.job.submittedAt);
  return {
    ...watch,
    polls: watch.polls + 1,
    waitSeconds: nextWaitSeconds(elapsedSeconds, percent),
    jobStatus,
    ...(percent === undefined ? {} : { percent }),
  };
}

function resultOf({ job, polls, notes }: Watch, { messages, outputUrl }: JobState) {
  const { operation, target, service, jobId, submittedAt } = job;
  return {
    operation,
    target,
    service,
    jobId,
    status: 'succeeded',
    submittedAt,
    finishedAt: new Date().toISOString(),
    elapsedSeconds: secondsSince(submittedAt),
    polls: polls + 1,
    ...(outputUrl === undefined ? {} : { outputUrl }),
    messages: lastMessages(messages),
    ...(notes === undefined ? {} : { notes }),
  };
}

function secondsSince(time: string): number {
  return Math.max(0, Math.round((Date.now() - Date.parse(time)) / 1000));
}

const NEXT_STEPS = {
  failed: 'Read the messages, mend the cause on the server, and start the operation again.',
  'timed-out':
    'Raise the maximum usage time of the geoprocessing service, or give the job fewer scales or a smaller area.',
  cancelled:
    'Somebody cancelled it on the server; what was done until then is kept. Start it again if it is still wanted.',
  lost: 'Look at the service before you start it again: the job may have done its work.',
};

function jobError(job: JobReference, state: JobState): Error {
  const { operation, service, target, jobId } = job;
  const outcome =
    state.outcome === 'failed' || state.outcome === 'timed-out' || state.outcome === 'cancelled'
      ? state.outcome
      : 'lost';
  const said = lastMessages(state.messages).map(({ type, text }) => `${type}: ${text}`);
  const message = `${operation}: job ${jobId} of ${service} on target "${target}" ended as ${state.jobStatus}. ${NEXT_STEPS[outcome]} Its last messages: ${said.length === 0 ? 'none' : said.join(' | ')}`;
  if (outcome === 'failed') return new JobFailedError(message);
  if (outcome === 'timed-out') return new JobTimedOutError(message);
  return outcome === 'cancelled' ? new JobCancelledError(message) : new JobLostError(message);
}
