import type { RecordedVisit } from './recorded-visits.ts';
import type { Began, End } from './replay.ts';

/** Where a run of 0.1.0 is meant to end otherwise than it did in 0.1.0. */
interface Intended {
  reason: string;
  applies: (visit: RecordedVisit, former: End, began: Began) => boolean;
  now: Partial<End>;
}

const isRun = ({ machine }: RecordedVisit) => machine !== 'cancel-run';

/** A job that one window or call of AWS left alone is cancelled now. */
const CLEANED_UP = { service: 'free', jobs: 'esriJobCancelled' };

export const INTENDED: readonly Intended[] = [
  {
    reason: 'a run that AWS itself ended is cleaned up after; its reserved error name is refused by Step Functions',
    applies: (visit, { execution, service }) =>
      isRun(visit) && execution === 'FAILED States.TaskFailed' && service === 'held',
    now: { execution: 'FAILED States.Runtime', ...CLEANED_UP },
  },
  {
    reason: 'nothing runs; the reserved name of its error is refused by Step Functions',
    applies: (visit, { execution, service }) =>
      isRun(visit) && execution === 'FAILED States.TaskFailed' && service === 'free',
    now: { execution: 'FAILED States.Runtime' },
  },
  {
    reason: 'a run that AWS itself ended is cleaned up after',
    // The later states of 0.1.0 do not tell by which error it ended.
    applies: ({ input }, { ledger, service }, began) =>
      'detail' in Object(input) && began === 'new' && ledger === 'failed States.TaskFailed' && service === 'held',
    now: CLEANED_UP,
  },
  {
    reason:
      '0.1.0 did not note scales and area of the job that it lost: a job of that service may be of somebody else, so it is left alone, with an alarm',
    applies: ({ state, input, entries }, { ledger, jobs }) => {
      const text = JSON.stringify([input, entries]);
      const isSearch = state === 'Look for its job' || !/"jobId"/.test(text);
      return isSearch && /sought/.test(text) && ledger === 'cancelled JobCancelledError' && jobs === 'esriJobCancelled';
    },
    now: {
      execution: 'FAILED VendorRejectedError',
      ledger: 'uncertain VendorRejectedError',
      service: 'held',
      jobs: 'esriJobExecuting',
    },
  },
  {
    reason: 'what a run said of its own end is kept, also where no job of it is found',
    applies: ({ entries }, { ledger }, began) =>
      began === 'new' && ledger === 'stopped JobCancelledError' && /SubmitUncertainError/.test(JSON.stringify(entries)),
    now: { ledger: 'failed SubmitUncertainError' },
  },
  {
    reason: 'every run has an entry: one that is refused gets its own from cancel-run',
    applies: (visit, { execution, ledger }) =>
      isRun(visit) && execution === 'FAILED InvalidInputError' && ledger === '-',
    now: { ledger: 'failed InvalidInputError' },
  },
  ...['VendorRejectedError', 'VendorAuthError'].map((error) => ({
    reason: 'a run whose job nobody watches any longer is uncertain: its job may run on',
    applies: (visit: RecordedVisit, { ledger, service, jobs }: End, began: Began) =>
      (isRun(visit) || began === 'new') &&
      ledger === `failed ${error}` &&
      service === 'held' &&
      jobs === 'esriJobExecuting',
    now: { ledger: `uncertain ${error}` },
  })),
];
