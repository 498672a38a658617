import { reportedPercent } from '../../shared/arcgis/cache-progress.ts';
import { isFailureOfJob } from '../../shared/arcgis/job-answer.ts';
import type { ArcgisSite } from '../../shared/arcgis/site.ts';
import { checkJob, isTaskWell } from '../../shared/arcgis/site-kinds.ts';
import { AwsUnavailableError, InvalidSecretError, UnknownTargetError, VendorAuthError } from '../../shared/errors.ts';
import { isOdd, isServerDown, UNKNOWN_SECONDS } from '../../shared/jobs/borne-errors.ts';
import type { Trouble, Watch } from '../../shared/jobs/job-reference.ts';
import type { JobState } from '../../shared/jobs/job-state.ts';
import { pauseSeconds } from '../../shared/jobs/poll-policy.ts';
import { log } from '../../shared/lambda/log.ts';
import { openVersionedSite } from '../../shared/lambda/open-site.ts';
import type { Run } from '../../shared/lambda/operation-handler.ts';

/** What became of asking for a job's state. */
export interface Answer {
  state: JobState;
  /** Whether the server told the state; else it is the last one that is known. */
  isTold: boolean;
  /** Whether the server was asked at all. */
  isAsked: boolean;
  trouble?: Trouble;
}

/**
 * How often and how long nothing but one kind of trouble is borne before it ends the watch. A restarting web adaptor shows
 * pages for minutes. A password may be changed on the server before it is in the secret. A server that fails for one job
 * alone has lost its record, or may find it again when its disk is back.
 */
const BORNE: Record<Trouble['kind'], { polls: number; seconds: number }> = {
  odd: { polls: 3, seconds: 3600 },
  unknown: { polls: 2, seconds: UNKNOWN_SECONDS },
  failing: { polls: 3, seconds: 3600 },
  refused: { polls: 1, seconds: 3600 },
};

/**
 * Asks the server for the job's state, once. A server that is down or busy says nothing of the job: it is asked again
 * until the deadline, unless it answers for the job's task meanwhile. Trouble of the other kinds is borne for some time. Credentials that were refused are never tried
 * again: until the secret has another version only the secret is read.
 *
 * @throws what ends the watch
 */
export async function askForJob(watch: Watch, run: Run): Promise<Answer> {
  const { job, trouble } = watch;
  const refusedVersion = trouble?.kind === 'refused' ? trouble.secretVersion : undefined;
  const opened = await openVersionedSite(job.target, run, { fresh: refusedVersion !== undefined }).catch(
    (error: unknown) => {
      // A secret may not fit for a moment while it is rotated.
      if (isAboutTheSecret(error) || error instanceof AwsUnavailableError) return error;
      throw error;
    },
  );
  if (opened instanceof Error) return withoutSecret(watch, opened);
  const { site, secretVersion } = opened;
  if (refusedVersion === secretVersion()) {
    const error = new VendorAuthError(
      `Target "${job.target}": the server refused the credentials of the secret, and the secret has not changed since. Correct it.`,
    );
    return { ...troubled(watch, 'refused', error, refusedVersion), isAsked: false };
  }
  try {
    return await told(watch, site);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (isFailureOfJob(error) && (await isTaskWell(site, job))) return whileFailing(watch, error);
    if (isServerDown(error)) return notTold(watch, error);
    if (error instanceof VendorAuthError) return troubled(watch, 'refused', error, secretVersion());
    if (isOdd(error)) return troubled(watch, 'odd', error);
    throw error;
  }
}

/** AWS may fail for hours; a secret that does not fit only for a while. */
function withoutSecret(watch: Watch, error: Error): Answer {
  const answer = error instanceof AwsUnavailableError ? notTold(watch, error) : troubled(watch, 'odd', error);
  return { ...answer, isAsked: false };
}

function isAboutTheSecret(error: unknown): error is Error {
  return error instanceof InvalidSecretError || error instanceof UnknownTargetError;
}

/** What the job says of its progress, or the caching tools' own report. A young job is asked too often for that. */
async function percentOf({ job, cacheReport }: Watch, state: JobState, site: ArcgisSite): Promise<number | undefined> {
  const isYoung = pauseSeconds((Date.now() - Date.parse(job.submittedAt)) / 1000) !== undefined;
  if (state.percent !== undefined || state.outcome !== 'running' || cacheReport === undefined || isYoung) {
    return state.percent;
  }
  return await reportedPercent(site, cacheReport);
}

async function told(watch: Watch, site: ArcgisSite): Promise<Answer> {
  const { job, withoutMessages, rerun } = watch;
  const state = await checkJob(site, job, { withoutMessages, rerun });
  if (!state.isKnown) {
    log('warn', 'a job state that is not known: taken for running', { jobId: job.jobId, jobStatus: state.jobStatus });
  }
  if (state.outcome === 'unknown') return whileUnknown(watch, state);
  return { state: { ...state, percent: await percentOf(watch, state, site) }, isTold: true, isAsked: true };
}

function notTold({ job: { jobId }, jobStatus }: Watch, { name, message }: Pick<Error, 'name' | 'message'>): Answer {
  log('warn', 'the state of the job is not told', { jobId, error: name, reason: message });
  const messages: JobState['messages'] = [{ type: 'error', text: message }];
  return { state: { jobStatus, outcome: 'running', isKnown: true, messages }, isTold: false, isAsked: true };
}

function troubled(watch: Watch, kind: Trouble['kind'], error: Error, secretVersion?: string): Answer {
  const trouble = troubleAfter(watch, kind, secretVersion);
  if (isTooMuch(trouble)) throw kind === 'refused' ? givenUp(watch, error) : error;
  return { ...notTold(watch, error), trouble };
}

function whileFailing(watch: Watch, error: Error): Answer {
  const trouble = troubleAfter(watch, 'failing');
  if (!isTooMuch(trouble)) return { ...notTold(watch, error), trouble };
  const messages: JobState['messages'] = [{ type: 'error', text: error.message }];
  const jobStatus = 'no longer told by the server, which failed for this job alone for an hour';
  return { state: { jobStatus, outcome: 'unknown', isKnown: true, messages }, isTold: true, isAsked: true };
}

function whileUnknown(watch: Watch, state: JobState): Answer {
  const trouble = troubleAfter(watch, 'unknown');
  if (isTooMuch(trouble)) return { state, isTold: true, isAsked: true };
  return { ...notTold(watch, { name: state.jobStatus, message: state.messages[0]?.text ?? '' }), trouble };
}

function troubleAfter({ trouble: before }: Watch, kind: Trouble['kind'], secretVersion?: string): Trouble {
  const { since, polls } = before?.kind === kind ? before : { since: new Date().toISOString(), polls: 0 };
  return { kind, since, polls: polls + 1, ...(secretVersion === undefined ? {} : { secretVersion }) };
}

function isTooMuch({ kind, since, polls }: Trouble): boolean {
  const borne = BORNE[kind];
  return polls >= borne.polls && Date.now() - Date.parse(since) >= borne.seconds * 1000;
}

function givenUp({ job: { jobId, service, taskPath } }: Watch, { message }: Error): VendorAuthError {
  return new VendorAuthError(
    `${message} It was waited for a new secret for an hour. Job ${jobId} of ${service} is not watched any longer and may run on: look at it in ArcGIS Server Manager or at ${taskPath}/jobs/${jobId} of the site before you start it again.`,
  );
}
