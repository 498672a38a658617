import { CLAIMS } from '../constructs/ledger.ts';
import { NOTHING_WAS_RUN, NOW, text, update } from './tasks.ts';

export interface JobDefinitionParts {
  partition: string;
  table: string;
  /** The operation's function. */
  submitArn: string;
  takeTurnArn: string;
  watchJobArn: string;
  /** How many runs may wait for one service. */
  maxWaiting: number;
}

/** The run's entry, and the claim on its service. */
export const RUN = { operation: text('$.run.operation'), name: text('$.run.name') };
export const CLAIM = { operation: text(CLAIMS), name: text('$.claim') };
/** Only while the claim is still this run's. */
export const MINE = {
  condition: '#holder = :me AND #fence = :fence',
  values: { ':me': text('$.run.name'), ':fence': { 'N.$': '$.turn.state.fence' } },
};

/** Errors of a submit after which no job runs on the server. */
export const NOTHING_SUBMITTED = [
  'InvalidInputError',
  'UnknownTargetError',
  'InvalidSecretError',
  'VendorUnreachableError',
  'VendorBusyError',
  'VendorAuthError',
  'VendorRejectedError',
  'VendorContractError',
  NOTHING_WAS_RUN,
];
export const JOB_IS_OVER = ['JobFailedError', 'JobCancelledError', 'JobLostError'];

/** From its entry in the ledger on a run fails with the error recorded and without a place in the queue. */
export const TO_FAILURE = [
  { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Is it an error of Step Functions?' },
];

/** Whatever happens, the run goes on. */
export function goOn(next: string): { Next: string; Catch: object[] } {
  return { Next: next, Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: next }] };
}

/** Frees the service for the next. A claim taken over by another is not this run's to free, and each lease runs off. */
export function release(partition: string, table: string, next: string): object {
  return update(partition, table, CLAIM, { set: { releasedAt: text(NOW) }, ...MINE }, goOn(next));
}
