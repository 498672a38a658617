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

/** The server is down or busy, or fails itself (code 500, HTTP 5xx): nothing is said of the job. */
export function isServerDown(error: Error): boolean {
  if (error instanceof VendorUnreachableError || error instanceof VendorBusyError) return true;
  // The secret could not be read again.
  if (error instanceof AwsUnavailableError) return true;
  return error instanceof VendorRejectedError && (failsItself(error) || (error.httpStatus ?? 0) >= 500);
}

/** The server itself failed, by code 500 or HTTP 500: where only one job is answered so, its record may be gone. */
export function isFailure(error: Error): boolean {
  if (error instanceof VendorBusyError) return error.httpStatus === 500;
  return error instanceof VendorRejectedError && (failsItself(error) || error.httpStatus === 500);
}

/** An answer that makes no sense, as a restarting web adaptor or a gateway gives it. */
export function isOdd(error: Error): boolean {
  if (error instanceof VendorContractError) return true;
  return error instanceof VendorRejectedError && typeof error.code !== 'number';
}

/** Whether a submit that ended so may have been obeyed. */
export function mayHaveStarted(error: unknown): error is Error {
  if (error instanceof VendorUnreachableError || error instanceof VendorBusyError) return error.sent;
  if (error instanceof VendorContractError) return !error.redirect;
  // Only ArcGIS itself says that it started nothing, by a code of its own; a gateway behind which it works does not know.
  return error instanceof VendorRejectedError && (typeof error.code !== 'number' || (error.httpStatus ?? 0) >= 500);
}

/** Code 500 and above, and the negative ones of Windows. */
function failsItself({ code }: VendorRejectedError): boolean {
  return typeof code === 'number' && Math.abs(code) >= 500;
}
