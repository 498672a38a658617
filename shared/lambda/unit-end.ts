import {
  AwsUnavailableError,
  InvalidInputError,
  InvalidSecretError,
  SubmitUncertainError,
  UnknownTargetError,
  VendorAuthError,
  VendorBusyError,
  VendorRejectedError,
  VendorUnreachableError,
} from '../errors.ts';
import { redact } from '../http/redact.ts';
import { attribute, toItem } from '../ledger/attributes.ts';
import { changeOf } from '../ledger/transitions.ts';

/** ArcGIS' own codes for an account that may not do something. */
const NO_RIGHT = [401, 403, 498, 499];

/**
 * A unit of a plan whose job was not submitted: what its machine writes, and whom the error concerns. `plan`: every unit
 * would end so, and none is tried any more. `site`: nothing can be submitted now. `unit`: this one alone.
 *
 * @throws what says that a job may have been submitted, and mistakes of our own
 */
export function endOfUnit(error: unknown) {
  if (!(error instanceof Error) || error instanceof SubmitUncertainError) throw error;
  const concerns = concernsOf(error);
  if (concerns === undefined) throw error;
  const cause = redact(error.message);
  const finishedAt = new Date().toISOString();
  const set = toItem({ status: 'failed', error: error.name, cause, finishedAt });
  const write = changeOf({ set }, { after: ['submitting', 'failed'], ends: true, word: attribute });
  return { status: 'ended', service: 'free', concerns, Error: error.name, Cause: cause, write };
}

function concernsOf(error: Error): 'plan' | 'site' | 'unit' | undefined {
  if (error instanceof VendorAuthError || error instanceof InvalidSecretError) return 'plan';
  if (error instanceof UnknownTargetError || error instanceof InvalidInputError) return 'plan';
  if (error instanceof VendorUnreachableError) return error.passing ? 'site' : 'plan';
  if (error instanceof VendorBusyError || error instanceof AwsUnavailableError) return 'site';
  if (error instanceof VendorRejectedError) return NO_RIGHT.includes(Number(error.code)) ? 'plan' : 'unit';
  return error.name.startsWith('Vendor') ? 'unit' : undefined;
}
