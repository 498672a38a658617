import { ServiceError } from './service-error.ts';

/** "Quotas related to state machine executions": what a state may take in or give out, and a task be given. */
const LIMIT_BYTES = 262_144;

/** The interpreter neither tries again nor catches what has these. */
export const FINAL = { isRetryable: false, isCatchable: false };

/**
 * @param whose for example `The output of the state "Submit"`
 * @throws {ServiceError} `States.DataLimitExceeded`, which ends an execution: not even `States.ALL` catches it
 */
export function checkPayloadSize(json: string | undefined, whose: string): void {
  const bytes = Buffer.byteLength(json ?? '');
  if (bytes <= LIMIT_BYTES) return;
  const error = new ServiceError('States.DataLimitExceeded', `${whose} has ${bytes} bytes, over ${LIMIT_BYTES}`);
  throw Object.assign(error, FINAL);
}
