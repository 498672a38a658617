import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { SubmittedJob } from '../arcgis/geoprocessing.ts';
import { type ServiceName, serviceLabel } from '../arcgis/service-name.ts';
import { InvalidInputError } from '../errors.ts';
import type { SoughtJob, Watch } from '../jobs/job-reference.ts';
import { leaseUntil, nextWaitSeconds, RUN_COST } from '../jobs/poll-policy.ts';
import { startedBy } from '../jobs/started-by.ts';
import { log } from './log.ts';
import type { Operation, Run } from './operation-handler.ts';
import { parseInput } from './parse-input.ts';
import { startExecution } from './start-execution.ts';

const SECONDS_PER_DAY = 86_400;

/** What every job operation's input has. */
interface JobInput {
  target: string;
  waitForJobCompletion: 'WAIT' | 'DO_NOT_WAIT';
}

/** What an input asks for, told without asking the vendor. */
export interface JobRequest {
  service: ServiceName;
  /** What makes two requests for one service the same: mode, scales, area. */
  sameAs: unknown;
  /** How the job is found again when the answer to its submit is lost. */
  sought: SoughtJob;
}

/** The job that was submitted for an input, and what was decided for the caller. */
export interface Submission {
  job: SubmittedJob;
  notes?: string[];
}

export interface JobOperation<S extends z.ZodMiniObject & z.ZodMiniType<JobInput>> {
  operation: string;
  inputSchema: S;
  request: (input: z.output<S>) => JobRequest;
  submit: (input: z.output<S>, request: JobRequest, run: Run) => Promise<Submission>;
}

const prepareSchema = z.strictObject({
  prepare: z.unknown(),
  execution: z.object({ name: z.string(), startedAt: z.iso.datetime() }),
});
const submitSchema = z.strictObject({ submit: z.unknown(), lostSince: z.optional(z.iso.datetime()) });

/**
 * The state machine wraps the input, so that none of its calls is ever taken for a start by hand, also where it does not
 * fit. With `lostSince` the function that was to submit broke off: its job is looked for.
 */
function readMachineEvent(operation: string, event: unknown) {
  if (typeof event !== 'object' || event === null) return undefined;
  if ('prepare' in event) return parseInput(operation, prepareSchema, event);
  return 'submit' in event ? parseInput(operation, submitSchema, event) : undefined;
}

/**
 * A job operation's function. Its state machine first has it check the input (`prepare`), and submit when it is its
 * turn. By hand it hands the input over to the state machine, or submits at once where nobody is to wait.
 */
export function jobOperation<S extends z.ZodMiniObject & z.ZodMiniType<JobInput>>(parts: JobOperation<S>): Operation {
  const { operation, inputSchema } = parts;
  return async (event, run) => {
    const machineEvent = readMachineEvent(operation, event);
    if (machineEvent !== undefined && 'prepare' in machineEvent) {
      checkSize(operation, machineEvent.prepare);
      const input = parseInput(operation, inputSchema, machineEvent.prepare);
      return prepared(operation, machineEvent, input, parts.request(input));
    }
    const rawInput = machineEvent === undefined ? event : machineEvent.submit;
    checkSize(operation, rawInput);
    const input = parseInput(operation, inputSchema, rawInput);
    const { target, waitForJobCompletion } = input;
    if (machineEvent === undefined && waitForJobCompletion === 'WAIT') {
      return await startExecution(rawInput, `by-hand-${run.requestId}`);
    }
    const request = parts.request(input);
    const lostSince = machineEvent?.lostSince;
    if (lostSince !== undefined) request.sought.lostSince = Date.parse(lostSince);
    const submission = await parts.submit(input, request, run);
    const frame = { operation, target, service: serviceLabel(request.service) };
    log('info', 'submitted', { ...frame, jobId: submission.job.jobId });
    return waitForJobCompletion === 'WAIT' ? watchOf(frame, submission) : resultOf(frame, submission);
  };
}

/** What the state machine writes into the ledger and claims the service with. */
function prepared(
  operation: string,
  { prepare, execution }: { prepare: unknown; execution: { name: string; startedAt: string } },
  { target, waitForJobCompletion }: JobInput,
  { service, sameAs, sought }: JobRequest,
) {
  const label = serviceLabel(service);
  // Step Functions leaves the milliseconds out where there are none: as texts such times are not in their order.
  const startedAt = new Date(execution.startedAt).toISOString();
  const keptSeconds = Number(process.env['LEDGER_DAYS'] ?? 400) * SECONDS_PER_DAY;
  return {
    run: {
      operation,
      ...execution,
      startedAt,
      startedBy: startedBy(execution.name),
      ticket: `${startedAt}#${execution.name}`,
      expiresAt: Math.floor(Date.now() / 1000) + keptSeconds,
    },
    input: prepare,
    target,
    service: label,
    claim: `${target}/${label}`,
    request: createHash('sha256')
      .update(JSON.stringify([operation, waitForJobCompletion, sameAs]))
      .digest('hex')
      .slice(0, 32),
    sought,
  };
}

/** A state of a machine holds 256 KB: the input, what its job is found by, and both again as text with quotes escaped. */
const MAX_INPUT_BYTES = 100_000;

function checkSize(operation: string, input: unknown): void {
  if (bytesOf(input) <= MAX_INPUT_BYTES) return;
  throw new InvalidInputError(
    `The input of ${operation} is larger than ${MAX_INPUT_BYTES / 1000} kB or nested too deep, nothing was done. Give an area with fewer points, or several areas one after the other.`,
  );
}

function bytesOf(input: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(input) ?? '');
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

type Frame = Pick<Watch['job'], 'operation' | 'target' | 'service'>;

function watchOf(frame: Frame, { job, notes }: Submission): Watch {
  const { taskPath, jobId, jobStatus } = job;
  // By this name an execution that began with version 0.1.0 records it.
  const taskUrl = taskPath;
  const now = Date.now();
  const maxSeconds = Number(process.env['MAX_DURATION_DAYS'] ?? 14) * SECONDS_PER_DAY;
  return {
    status: 'running',
    job: { ...frame, taskPath, taskUrl, jobId, submittedAt: new Date(now).toISOString() },
    deadline: new Date(now + maxSeconds * 1000).toISOString(),
    polls: 0,
    waitSeconds: nextWaitSeconds(0),
    leaseUntil: leaseUntil(now, 0),
    watchingCost: RUN_COST,
    jobStatus,
    ...allNotes(job, notes),
  };
}

function resultOf(frame: Frame, { job, notes }: Submission) {
  const { jobId, jobStatus, jobUrl } = job;
  const { operation, target, service } = frame;
  return { operation, target, status: 'submitted', service, jobId, jobStatus, jobUrl, ...allNotes(job, notes) };
}

function allNotes({ adopted }: SubmittedJob, notes: string[] = []): { notes?: string[] } {
  const all = adopted ? [...notes, 'The answer to the submit was lost; the job was found on the server.'] : notes;
  return all.length === 0 ? {} : { notes: all };
}
