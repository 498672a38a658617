import { CLAIMS } from '../constructs/ledger.ts';
import { goOn } from './job-parts.ts';
import { FUNCTION_RETRY, invoke, SUBMIT_ENDS_AFTER_SECONDS, text, update } from './tasks.ts';

export interface CancelRunParts {
  partition: string;
  table: string;
  cancelArn: string;
}

export const CLAIM = {
  operation: text(CLAIMS),
  name: text("States.Format('{}/{}', $.ledger.Item.target.S, $.ledger.Item.service.S)"),
};
/** Only while the claim is still the run's. */
export const MINE = {
  condition: '#holder = :me AND #holderOperation = :operation AND attribute_not_exists(#releasedAt)',
  values: { ':me': text('$.run.name'), ':operation': text('$.run.operation') },
};
export const RUN = { operation: text('$.run.operation'), name: text('$.run.name') };

export const STATUS = '$.ledger.Item.status.S';

const TO_UNCERTAIN = [
  { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Is it an error of Step Functions?' },
];

/** Stopped between the submit and the saved job id: the submit has ended meanwhile, and its job is looked for. */
export function searchStates({ partition, table, cancelArn }: CancelRunParts): object {
  const sought = {
    'target.$': '$.ledger.Item.target.S',
    'sought.$': 'States.StringToJson($.ledger.Item.sought.S)',
    'since.$': '$.ledger.Item.submittingAt.S',
  };
  return {
    'Wait for its submit': { Type: 'Wait', Seconds: SUBMIT_ENDS_AFTER_SECONDS, Next: 'Look for its job' },
    'Look for its job': {
      ...invoke(partition, cancelArn, { Payload: { find: sought, 'attempt.$': '$.attempt.state' } }),
      ResultSelector: { 'state.$': '$.Payload' },
      ResultPath: '$.attempt',
      Retry: FUNCTION_RETRY,
      Catch: TO_UNCERTAIN,
      Next: 'Is there a job?',
    },
    'Is there a job?': {
      Type: 'Choice',
      Choices: [
        { Variable: '$.attempt.state.found', StringEquals: 'yes', Next: 'Take the job found' },
        { Variable: '$.attempt.state.found', StringEquals: 'no', Next: 'Mark as stopped in its submit' },
      ],
      Default: 'Keep the service for the search',
    },
    'Keep the service for the search': keep(partition, table, 'Wait for the server'),
    'Wait for the server': { Type: 'Wait', SecondsPath: '$.attempt.state.waitSeconds', Next: 'Look for its job' },
    'Take the job found': {
      Type: 'Pass',
      Parameters: {
        'target.$': '$.ledger.Item.target.S',
        'taskPath.$': '$.attempt.state.taskPath',
        'jobId.$': '$.attempt.state.jobId',
      },
      ResultPath: '$.job',
      Next: 'Cancel',
    },
  };
}

/** Asks the server again and again to cancel the job, until it is over. */
export function cancelStates({ partition, table, cancelArn }: CancelRunParts): object {
  return {
    // As it was read: where its job is has another name in entries of version 0.1.0.
    'Take its job': {
      Type: 'Pass',
      Parameters: { 'entry.$': '$.ledger.Item' },
      ResultPath: '$.job',
      Next: 'Cancel',
    },
    Cancel: {
      ...invoke(partition, cancelArn, { Payload: { 'cancel.$': '$.job', 'attempt.$': '$.attempt.state' } }),
      ResultSelector: { 'state.$': '$.Payload' },
      ResultPath: '$.attempt',
      Retry: FUNCTION_RETRY,
      Catch: TO_UNCERTAIN,
      Next: 'Is it over?',
    },
    'Is it over?': {
      Type: 'Choice',
      Choices: [
        { Variable: '$.attempt.state.over', BooleanEquals: false, Next: 'Keep the service' },
        { Variable: STATUS, StringEquals: 'failed', Next: 'Note how the job ended' },
        { Variable: '$.attempt.state.jobStatus', StringEquals: 'esriJobCancelled', Next: 'Mark as cancelled' },
        { Variable: '$.attempt.state.jobStatus', StringEquals: 'esriJobDeleted', Next: 'Mark as cancelled' },
      ],
      Default: 'Mark as stopped',
    },
    'Keep the service': keep(partition, table, 'Wait'),
    Wait: { Type: 'Wait', SecondsPath: '$.attempt.state.waitSeconds', Next: 'Cancel' },
  };
}

/** While the job may run nobody else gets the service. Whatever becomes of the claim, the job is to be cancelled. */
function keep(partition: string, table: string, next: string): object {
  const set = { leaseUntil: text('$.attempt.state.leaseUntil') };
  return update(partition, table, CLAIM, { set, ...MINE }, goOn(next));
}
