/**
 * Every error that leaves a function. The literal `name` is what Lambda reports as `errorType` and what a state machine
 * matches on. A message says what happened, to what, and what to do next; it never holds a secret, a query or a body.
 */
export abstract class CacheOpsError extends Error {
  abstract override readonly name: string;
}

/** The input does not fit: every problem, each with its path. */
export class InvalidInputError extends CacheOpsError {
  override readonly name = 'InvalidInputError';
}

/** There is no secret for the target. */
export class UnknownTargetError extends CacheOpsError {
  override readonly name = 'UnknownTargetError';
}

/** The target's secret does not fit: names the keys, never the values. */
export class InvalidSecretError extends CacheOpsError {
  override readonly name = 'InvalidSecretError';
}

const REPEATING_IS_NO_USE = 'Repeating does not help until that is mended.';

/** No whole answer: DNS, connect, TLS, reset, time-out, an answer that broke off. */
export class VendorUnreachableError extends CacheOpsError {
  override readonly name = 'VendorUnreachableError';
  /** False only when it is certain that no byte of the request left, or that nothing behind the TLS read it. */
  readonly sent: boolean;
  /** False when trying again in minutes cannot help, for example a certificate that is not trusted; the message says it. */
  readonly passing: boolean;

  constructor(message: string, options: ErrorOptions & { sent: boolean; passing?: boolean }) {
    const { sent, passing = true } = options;
    super(passing ? message : `${message} ${REPEATING_IS_NO_USE}`, options);
    this.sent = sent;
    this.passing = passing;
  }
}

/**
 * The vendor is there and cannot serve now: 429, 502, 503, 504, its service is not started, or it failed without a word of
 * its own (a page with HTTP 500).
 */
export class VendorBusyError extends CacheOpsError {
  override readonly name = 'VendorBusyError';
  /** False only when the server refused before any work (429, 503, service not started). */
  readonly sent: boolean;
  readonly retryAfterSeconds: number | undefined;
  /** Of the answer. */
  readonly httpStatus: number | undefined;

  constructor(
    message: string,
    options: { sent: boolean; retryAfterSeconds?: number | undefined; httpStatus?: number | undefined },
  ) {
    super(message);
    this.sent = options.sent;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.httpStatus = options.httpStatus;
  }
}

/** Credentials refused, or the token or session refused again after one renewal. Never tried again: accounts get locked. */
export class VendorAuthError extends CacheOpsError {
  override readonly name = 'VendorAuthError';
}

/** The vendor said no: its code and message are kept. */
export class VendorRejectedError extends CacheOpsError {
  override readonly name = 'VendorRejectedError';
  /** The vendor's own code, for example 404 or ERR014; of a page without one `HTTP 404`. */
  readonly code: number | string | undefined;
  /** MicroStrategy's `iServerCode`, where it is given. */
  readonly iServerCode: number | undefined;
  /** Of the answer, where it matters beside the code. */
  readonly httpStatus: number | undefined;

  constructor(
    message: string,
    options: {
      code?: number | string | undefined;
      iServerCode?: number | undefined;
      httpStatus?: number | undefined;
    } = {},
  ) {
    super(message);
    this.code = options.code;
    this.iServerCode = options.iServerCode;
    this.httpStatus = options.httpStatus;
  }
}

/** A whole answer that is not what the vendor documents. */
export class VendorContractError extends CacheOpsError {
  override readonly name = 'VendorContractError';
  /** True when the answer was a redirect: whoever sent it did none of the work. */
  readonly redirect: boolean;
  /** True when the answer was larger than is read. */
  readonly tooLarge: boolean;

  constructor(message: string, options: ErrorOptions & { redirect?: boolean; tooLarge?: boolean } = {}) {
    super(message, options);
    this.redirect = options.redirect ?? false;
    this.tooLarge = options.tooLarge ?? false;
  }
}

/** A submit may have reached the server and its answer is missing or unreadable: the job may exist. */
export class SubmitUncertainError extends CacheOpsError {
  override readonly name = 'SubmitUncertainError';
}

/** The job ended as failed. */
export class JobFailedError extends CacheOpsError {
  override readonly name = 'JobFailedError';
}

/** The server ended the job because it ran longer than the geoprocessing service allows. */
export class JobTimedOutError extends CacheOpsError {
  override readonly name = 'JobTimedOutError';
}

/** Somebody cancelled the job on the server. */
export class JobCancelledError extends CacheOpsError {
  override readonly name = 'JobCancelledError';
}

/** The job was deleted, or the server no longer knows it. */
export class JobLostError extends CacheOpsError {
  override readonly name = 'JobLostError';
}

/** Some or all of several parts failed: the message carries the results. */
export class PartialFailureError extends CacheOpsError {
  override readonly name = 'PartialFailureError';
}

/** Rasters that nobody can say where they lie: the others are shown. */
export class UnreadableRasterError extends CacheOpsError {
  override readonly name = 'UnreadableRasterError';
}

/** What a source of rasters waits for has not come in time; nothing was done. */
export class NotReadyError extends CacheOpsError {
  override readonly name = 'NotReadyError';
}

/** A call of ours to AWS (the secret, an execution) failed for AWS' own reasons. */
export class AwsUnavailableError extends CacheOpsError {
  override readonly name = 'AwsUnavailableError';
}

/** What an error means for its run, whatever its message says. */
interface ErrorFacts {
  /** Whether the same may succeed minutes later. */
  repeatingHelps: boolean;
  /** Thrown by a submit: no job of it runs on the server. */
  nothingSubmitted: boolean;
  /** Thrown by a poll: the job does not run any more. */
  jobIsOver: boolean;
}

const NOTHING_SUBMITTED: ErrorFacts = { repeatingHelps: false, nothingSubmitted: true, jobIsOver: false };
const JOB_IS_OVER: ErrorFacts = { repeatingHelps: false, nothingSubmitted: false, jobIsOver: true };
const MAY_RUN: ErrorFacts = { repeatingHelps: false, nothingSubmitted: false, jobIsOver: false };

/** Every error that a run may end by: the one table that functions, state machines and documents read. */
export const ERRORS = {
  InvalidInputError: NOTHING_SUBMITTED,
  UnknownTargetError: NOTHING_SUBMITTED,
  InvalidSecretError: NOTHING_SUBMITTED,
  VendorUnreachableError: { ...NOTHING_SUBMITTED, repeatingHelps: true },
  VendorBusyError: { ...NOTHING_SUBMITTED, repeatingHelps: true },
  VendorAuthError: NOTHING_SUBMITTED,
  VendorRejectedError: NOTHING_SUBMITTED,
  AwsUnavailableError: { ...NOTHING_SUBMITTED, repeatingHelps: true },
  VendorContractError: NOTHING_SUBMITTED,
  // Of parts that an operation itself goes through, or of the tasks of a job that has ended.
  PartialFailureError: { ...NOTHING_SUBMITTED, jobIsOver: true },
  SubmitUncertainError: MAY_RUN,
  JobFailedError: JOB_IS_OVER,
  // The server's own time-out. At our own deadline the machine cancels the job before it says so.
  JobTimedOutError: MAY_RUN,
  JobCancelledError: JOB_IS_OVER,
  JobLostError: JOB_IS_OVER,
  // Of a run for new rasters, which submits nothing itself.
  UnreadableRasterError: NOTHING_SUBMITTED,
  NotReadyError: NOTHING_SUBMITTED,
} as const satisfies Record<string, ErrorFacts>;

export type ErrorName = keyof typeof ERRORS;

/** The names of the errors of which a fact holds. */
export function errorsWith(fact: keyof ErrorFacts): ErrorName[] {
  return errorNames().filter((name) => ERRORS[name][fact]);
}

/** The names of all errors. */
export function errorNames(): ErrorName[] {
  return Object.keys(ERRORS).filter(isErrorName);
}

export function isErrorName(name: string | undefined): name is ErrorName {
  return name !== undefined && Object.hasOwn(ERRORS, name);
}
