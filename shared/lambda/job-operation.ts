import * as z from 'zod';
import type { SubmittedJob } from '../arcgis/geoprocessing.ts';
import type { Watch } from '../jobs/job-reference.ts';
import { nextWaitSeconds } from '../jobs/poll-policy.ts';
import { log } from './log.ts';
import type { Operation, Run } from './operation-handler.ts';
import { parseInput } from './parse-input.ts';
import { startExecution } from './start-execution.ts';

/** What every job operation's input has. */
interface JobInput {
  target: string;
  waitForJobCompletion: 'WAIT' | 'DO_NOT_WAIT';
}

/** The job that was submitted for an input, and what was decided for the caller. */
export interface Submission {
  job: SubmittedJob;
  /** `Folder/Name.Type`. */
  service: string;
  notes?: string[];
}

export interface JobOperation<S extends z.ZodObject & z.ZodType<JobInput>> {
  operation: string;
  inputSchema: S;
  submit: (input: z.output<S>, run: Run) => Promise<Submission>;
}

/** The state machine wraps the input, so that its submit is never taken for a start by hand. */
const submitEventSchema = z.strictObject({ submit: z.unknown() });

/**
 * A job operation's function. Called by its state machine it submits; by hand it hands the input over to the state
 * machine, or submits at once where nobody is to wait.
 */
export function jobOperation<S extends z.ZodObject & z.ZodType<JobInput>>({
  operation,
  inputSchema,
  submit,
}: JobOperation<S>): Operation {
  return async (event, run) => {
    const submitEvent = submitEventSchema.safeParse(event);
    const rawInput = submitEvent.success ? submitEvent.data.submit : event;
    const input = parseInput(operation, inputSchema, rawInput);
    if (!submitEvent.success && input.waitForJobCompletion === 'WAIT') return await startExecution(rawInput);
    const submission = await submit(input, run);
    log('info', 'submitted', {
      operation,
      target: input.target,
      service: submission.service,
      jobId: submission.job.jobId,
    });
    return input.waitForJobCompletion === 'WAIT'
      ? watchOf(operation, input.target, submission)
      : resultOf(operation, input.target, submission);
  };
}

function watchOf(operation: string, target: string, { job, service, notes }: Submission): Watch {
  const { taskUrl, jobId, jobStatus } = job;
  return {
    status: 'running',
    job: { operation, target, service, taskUrl, jobId, submittedAt: new Date().toISOString() },
    polls: 0,
    waitSeconds: nextWaitSeconds(0),
    jobStatus,
    ...(notes === undefined ? {} : { notes }),
  };
}

function resultOf(operation: string, target: string, { job, service, notes }: Submission) {
  const { jobId, jobStatus, jobUrl } = job;
  return {
    operation,
    target,
    status: 'submitted',
    service,
    jobId,
    jobStatus,
    jobUrl,
    ...(notes === undefined ? {} : { notes }),
  };
}
