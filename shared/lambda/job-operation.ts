import type * as z from 'zod/mini';
import { type ServiceName, serviceLabel } from '../arcgis/service-name.ts';
import type { SubmittedJob } from '../arcgis/submit-once.ts';
import type { Unsent } from '../http/unsent.ts';
import type { CacheReport, SoughtJob, Watch } from '../jobs/job-reference.ts';
import { leaseUntil, nextWaitSeconds, RUN_COST } from '../jobs/poll-policy.ts';
import type { Samples } from '../jobs/proof.ts';
import { expiresAt } from '../ledger/keeping.ts';
import { goodEnd } from '../ledger/transitions.ts';
import type { PlanFigures } from '../tiles/plan.ts';
import { wouldSend } from './dry-run.ts';
import { environment } from './environment.ts';
import { log } from './log.ts';
import type { Operation, Run } from './operation-handler.ts';
import type { Looked } from './plan-events.ts';
import { type InputOf, operationOf, type Work } from './run-events.ts';
import { endOfUnit } from './unit-end.ts';
import type { WorkUnit } from './work-unit.ts';

const MS_PER_DAY = 86_400_000;

/** What every job operation's input has. */
interface JobInput {
  target: string | string[];
  waitForJobCompletion: 'WAIT' | 'DO_NOT_WAIT';
}

/** What an input asks for, told without asking the vendor. */
export interface JobRequest {
  service: ServiceName;
  /** What makes two requests for one service the same: mode, scales, area. */
  sameAs: unknown;
  /** Whether a run that was submitted before is no answer, though it asks for the same. */
  later?: boolean;
  /** How the job is found again when the answer to its submit is lost. */
  sought: SoughtJob;
  /** Whether the work is split into units. */
  isPlan?: boolean;
  /** Whether it counts among the tile jobs of its target. */
  takesPlace?: boolean;
  /** The unit that is to be submitted. */
  unit?: WorkUnit | undefined;
}

/** What was submitted for an input, and what was decided for the caller. */
export interface Submission {
  /** None where the vendor has done the work at once. */
  job?: SubmittedJob | undefined;
  notes?: string[];
  /** How far the job is can be told by this. */
  cacheReport?: CacheReport | undefined;
  /** Tiles as they were before. */
  samples?: Samples | undefined;
  /** In a dry run of tiles: what they are. */
  plan?: PlanFigures | undefined;
  /** How many tiles the job is for. */
  tiles?: number | undefined;
  /** What map clients draw again when the job has succeeded. */
  renews?: object | undefined;
}

export interface JobOperation<S extends z.ZodMiniObject & z.ZodMiniType<JobInput>> {
  operation: string;
  inputSchema: S;
  request: (input: InputOf<S>) => JobRequest;
  submit: (input: InputOf<S>, request: JobRequest, run: Run) => Promise<Submission>;
  /** Looks up what a plan is made from. */
  makePlan?: (input: InputOf<S>, request: JobRequest, run: Run) => Promise<object>;
  /** Looks again at what `makePlan` has looked at. */
  prove?: (looked: Looked, run: Run) => Promise<object>;
}

/** An operation that starts a job of the vendor, which its state machine watches to its end. */
export function jobOperation<S extends z.ZodMiniObject & z.ZodMiniType<JobInput>>(parts: JobOperation<S>): Operation {
  const { operation, inputSchema, request: requestOf, submit, makePlan, prove } = parts;
  return operationOf({
    operation,
    inputSchema,
    asks(input) {
      const { target, waitForJobCompletion } = input;
      const { service: name, sameAs, later = false, sought, isPlan, takesPlace } = requestOf(input);
      const service = serviceLabel(name);
      return {
        target,
        service,
        claim: { sameAs: [waitForJobCompletion, sameAs], later },
        // A plan has no job of its own to look for.
        sought: isPlan ? undefined : sought,
        isPlan,
        takesPlace,
        lookFor: `a job of ${service} on target ${target}, in ArcGIS Server Manager (the jobs of the geoprocessing service),`,
        waits: waitForJobCompletion === 'DO_NOT_WAIT',
      };
    },
    async dryRun(input, run) {
      const unsent: Unsent[] = [];
      const request = requestOf(input);
      const { notes = [], plan } = await submit(input, request, { ...run, unsent });
      return {
        operation,
        target: input.target,
        status: 'planned',
        service: serviceLabel(request.service),
        ...wouldSend(unsent, plan?.units),
        ...(plan === undefined ? {} : { plan }),
        ...(notes.length === 0 ? {} : { notes }),
      };
    },
    makePlan: makePlan && (async (input, run) => await makePlan(input, requestOf(input), run)),
    prove,
    async work(input, work, run) {
      const request = { ...requestOf(input), unit: work.unit };
      if (work.lostSince !== undefined) request.sought.lostSince = work.lostSince;
      const submission = await submit(input, request, run).catch((error: unknown) => endOf(error, work));
      if ('Error' in submission) return submission;
      const frame = { operation, target: input.target, service: serviceLabel(request.service) };
      const { job, notes = [] } = submission;
      log('info', 'submitted', { ...frame, jobId: job?.jobId });
      if (job !== undefined && input.waitForJobCompletion === 'WAIT') return watchOf(frame, job, submission, work);
      const result = job === undefined ? doneResult(frame, notes) : resultOf(frame, job, notes);
      // A machine of 0.1.0 takes the result itself.
      if (work.run === undefined) return result;
      const write = goodEnd(result, { now: Date.now(), ...(job === undefined ? {} : { jobId: job.jobId }) });
      return { status: result.status, service: 'free', result, write };
    },
  });
}

type Frame = Pick<Watch['job'], 'operation' | 'target' | 'service'>;

/** A run ends by the error. A unit of a plan tells it, unless it was only looked for: its submit may have been obeyed. */
function endOf(error: unknown, { unit, lostSince }: Work) {
  if (unit !== undefined && lostSince === undefined) return endOfUnit(error);
  throw error;
}

function watchOf(
  frame: Frame,
  job: SubmittedJob,
  { notes, cacheReport, renews, samples, tiles }: Submission,
  { run, unit }: Work,
) {
  const { taskPath, jobId, jobStatus } = job;
  const now = Date.now();
  const { MAX_DURATION_DAYS: maxDays, KEEP_DAYS: keepDays } = environment('MAX_DURATION_DAYS', 'KEEP_DAYS');
  const latest = now + maxDays * MS_PER_DAY;
  const deadline = unit?.until === undefined ? latest : Math.min(latest, Date.parse(unit.until));
  return {
    status: 'running',
    ...(run === undefined ? {} : { run: { operation: run.operation, name: run.name } }),
    // By the name `taskUrl` an execution that began with version 0.1.0 records it.
    job: { ...frame, taskPath, taskUrl: taskPath, jobId, submittedAt: new Date(now).toISOString() },
    deadline: new Date(deadline).toISOString(),
    expiresAt: expiresAt(latest, keepDays),
    polls: 0,
    waitSeconds: nextWaitSeconds(0),
    leaseUntil: leaseUntil(now, 0),
    watchingCost: RUN_COST + (run?.waitingCost ?? 0),
    jobStatus,
    ...(cacheReport === undefined ? {} : { cacheReport }),
    ...(renews === undefined ? {} : { renews }),
    ...(samples === undefined ? {} : { samples }),
    ...(tiles === undefined ? {} : { tiles }),
    ...allNotes(job, notes),
  };
}

/** Of what the vendor did at once: as of a job, without a job's id. */
function doneResult({ operation, target, service }: Frame, notes: string[]) {
  const now = new Date().toISOString();
  const status = 'succeeded' as const;
  const times = { submittedAt: now, finishedAt: now, elapsedSeconds: 0, polls: 0 };
  return { operation, target, service, status, ...times, messages: [], notes };
}

function resultOf(frame: Frame, job: SubmittedJob, notes: string[]) {
  const { jobId, jobStatus, jobUrl } = job;
  const { operation, target, service } = frame;
  return {
    operation,
    target,
    status: 'submitted' as const,
    service,
    jobId,
    jobStatus,
    jobUrl,
    ...allNotes(job, notes),
  };
}

function allNotes({ adopted }: SubmittedJob, notes: string[] = []): { notes?: string[] } {
  const all = adopted ? [...notes, 'The answer to the submit was lost; the job was found on the server.'] : notes;
  return all.length === 0 ? {} : { notes: all };
}
