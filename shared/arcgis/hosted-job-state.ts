import * as z from 'zod/mini';
import { VendorRejectedError } from '../errors.ts';
import { redact } from '../http/redact.ts';
import { mayHaveStarted } from '../jobs/borne-errors.ts';
import type { JobMessage, JobState, Rerun } from '../jobs/job-state.ts';
import { isTaken } from './geoprocessing.ts';
import { hostedOutcome } from './hosted-words.ts';
import { noteFailureOfJob, stateOfUnknownJob } from './job-answer.ts';
import { statusWord } from './job-words.ts';
import type { ArcgisSite } from './site.ts';
import { type JobPlace, jobPath } from './submit-once.ts';

const COUNTS = [
  'numTasks',
  'numDoneTasks',
  'numErrorTasks',
  'numCanceledTasks',
  'numTiles',
  'estimatedNumTiles',
] as const;

const countSchema = z.catch(z.optional(z.coerce.number()), undefined);
const countsSchema = {
  numTasks: countSchema,
  numDoneTasks: countSchema,
  numErrorTasks: countSchema,
  numCanceledTasks: countSchema,
  numTiles: countSchema,
  estimatedNumTiles: countSchema,
};
const jobSchema = z.looseObject({
  jobStatus: z.string(),
  percentComplete: countSchema,
  message: z.catch(z.nullish(z.string()), undefined),
  lastTime: z.unknown(),
  ...countsSchema,
  levelStats: z.catch(z.nullish(z.array(z.looseObject({ level: z.unknown(), ...countsSchema }))), undefined),
});

type Job = z.output<typeof jobSchema>;

/** How long a server may go on telling the state from before a rerun. */
const RERUN_SECONDS = 15;

/**
 * Asks for the state of a job of a hosted service (page "Job Statistics"). Where some of its tasks failed, these are run again
 * once (page "Rerun Job"), which may cost credits: that it is about to be done is told first, and done by the next call,
 * which is told so. Who breaks off in between does it no second time.
 *
 * @throws the Vendor… errors; a job that the server does not know is no error but the outcome `unknown`
 */
export async function checkHostedJob(site: ArcgisSite, place: JobPlace, rerun: Rerun | undefined): Promise<JobState> {
  const { state, job } = await readState(site, place);
  if (job === undefined || state.outcome === 'running') return { ...state, rerun };
  const isPartly =
    state.outcome === 'partly' || (state.outcome === 'failed' && (rerun !== undefined || hasDoneTasks(job)));
  if (!isPartly) return { ...state, rerun };
  const seen = JSON.stringify([job.lastTime, job.numDoneTasks, job.numErrorTasks, job.jobStatus]);
  const running: JobState = { ...state, outcome: 'running', percent: job.percentComplete };
  const partly: JobState = { ...state, outcome: 'partly' };
  if (rerun === undefined) return { ...running, rerun: { seen } };
  if (rerun.seen !== seen) return partly;
  if (rerun.sentAt === undefined) return await runAgain(site, place, { seen, running, partly });
  return Date.now() < Date.parse(rerun.sentAt) + RERUN_SECONDS * 1000 ? { ...running, rerun } : partly;
}

function hasDoneTasks({ numErrorTasks = 0, numDoneTasks = 0 }: Job): boolean {
  return numErrorTasks > 0 && numDoneTasks > 0;
}

/** Sent once: where its answer is lost nobody knows whether it was obeyed, and the job's own state will say. */
async function runAgain(
  site: ArcgisSite,
  place: JobPlace,
  { seen, running, partly }: { seen: string; running: JobState; partly: JobState },
): Promise<JobState> {
  try {
    await site.call({
      path: `${jobPath(place)}/rerun`,
      form: { rerun: 'ERROR' },
      reply: z.looseObject({}),
      repeatable: 'if-nothing-was-done',
      recover: (error) => {
        if (mayHaveStarted(error)) return {};
        throw error;
      },
    });
    return { ...running, rerun: { seen, sentAt: new Date().toISOString() } };
  } catch (error) {
    if (!(error instanceof VendorRejectedError)) throw error;
    return { ...partly, messages: [...partly.messages, { type: 'error', text: error.message }] };
  }
}

/**
 * Asks the server to cancel a job of a hosted service, and for its state after that. Safe to repeat; a job that has ended
 * stays as it is.
 *
 * @throws VendorUnreachableError and VendorBusyError: ask again later
 */
export async function cancelHostedJob(site: ArcgisSite, place: JobPlace): Promise<JobState> {
  const { state } = await readState(site, place);
  if (state.outcome !== 'running') return state;
  await isTaken(site, `${jobPath(place)}/cancel`);
  return (await readState(site, place)).state;
}

/** Whether the server answers for the service that the job works on, so that it is up. */
export async function isHostedServiceWell(site: ArcgisSite, { taskPath }: JobPlace): Promise<boolean> {
  return await site.call({ path: taskPath, reply: z.looseObject({}) }).then(
    () => true,
    () => false,
  );
}

async function readState(site: ArcgisSite, place: JobPlace): Promise<{ state: JobState; job?: Job }> {
  try {
    const job = await site.call({
      path: jobPath(place),
      method: 'GET',
      reply: jobSchema,
      recover: (error) => {
        noteFailureOfJob(error);
        throw error;
      },
    });
    const outcome = hostedOutcome(job.jobStatus);
    const isRunning = (outcome ?? 'running') === 'running';
    const hasErrors = outcome === 'succeeded' && (job.numErrorTasks ?? 0) > 0;
    const state: JobState = {
      jobStatus: statusWord(job.jobStatus),
      outcome: outcome ?? 'running',
      isKnown: outcome !== undefined,
      percent: isRunning ? job.percentComplete : undefined,
      messages: messagesOf(job, hasErrors ? 'warning' : outcome === 'partly' ? 'error' : 'informative'),
      problems: { errors: 0, warnings: hasErrors ? 1 : 0, firstError: undefined },
    };
    return { state, job };
  } catch (error) {
    const state = stateOfUnknownJob(error);
    if (state === undefined) throw error;
    return { state };
  }
}

const MAX_TEXT_CHARACTERS = 4_000;

/** The vendor's own text, its counts, and the levels of which tasks failed. */
function messagesOf(job: Job, type: JobMessage['type']): JobMessage[] {
  const failed = (job.levelStats ?? []).filter(({ numErrorTasks = 0 }) => numErrorTasks > 0);
  const texts = [
    job.message ? redact(job.message, MAX_TEXT_CHARACTERS) : '',
    countsText(job),
    ...failed.slice(0, 10).map((level) => `level ${Number(level.level)}: ${countsText(level)}`),
  ];
  return texts.filter((text) => text !== '').map((text) => ({ type, text }));
}

function countsText(counts: Partial<Record<(typeof COUNTS)[number], number | undefined>>): string {
  return COUNTS.flatMap((name) => (counts[name] === undefined ? [] : [`${name} ${counts[name]}`])).join(', ');
}
