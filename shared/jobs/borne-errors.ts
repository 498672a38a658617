import {
  AwsUnavailableError,
  VendorBusyError,
  VendorContractError,
  VendorRejectedError,
  VendorUnreachableError,
} from '../errors.ts';

/**
 * How long a server may say that it does not know a job before that is believed. Machines of a cluster may see a shared
 * directory so much late (so long NFS keeps what it knows of one).
 */
export const UNKNOWN_SECONDS = 60;

/** The server is down or busy, or fails itself (code 500, a page with HTTP 5xx): nothing is said of the job. */
export function isServerDown(error: Error): boolean {
  if (error instanceof VendorUnreachableError || error instanceof VendorBusyError) return true;
  // The secret could not be read again.
  if (error instanceof AwsUnavailableError) return true;
  return error instanceof VendorRejectedError && Number(String(error.code).replace('HTTP ', '')) >= 500;
}

/** An answer that makes no sense, as a restarting web adaptor gives it. */
export function isOdd(error: Error): boolean {
  if (error instanceof VendorContractError) return true;
  return error instanceof VendorRejectedError && /^HTTP/.test(String(error.code));
}

/** Whether a submit that ended so may have been obeyed. */
export function mayHaveStarted(error: unknown): error is Error {
  if (error instanceof VendorUnreachableError || error instanceof VendorBusyError) return error.sent;
  if (error instanceof VendorContractError) return !error.redirect;
  return error instanceof VendorRejectedError && /^HTTP 5/.test(String(error.code));
}
