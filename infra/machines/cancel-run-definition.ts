import { CLAIMS } from '../constructs/ledger.ts';
import { goOn, JOB_IS_OVER, NOTHING_SUBMITTED } from './job-parts.ts';
import { FUNCTION_RETRY, invoke, NOW, REFUSED, read, SUBMIT_ENDS_AFTER_SECONDS, text, update } from './tasks.ts';

interface CancelRunParts {
  partition: string;
  table: string;
  cancelArn: string;
}

/** What a stopped execution had under way has reached the ledger by then. */
const SETTLE_SECONDS = 5;

const CLAIM = {
  operation: text(CLAIMS),
  name: text("States.Format('{}/{}', $.ledger.Item.target.S, $.ledger.Item.service.S)"),
};
/** Only while the claim is still the run's. */
const MINE = {
  condition: '#holder = :me AND #holderOperation = :operation AND attribute_not_exists(#releasedAt)',
  values: { ':me': text('$.run.name'), ':operation': text('$.run.operation') },
};
const RUN = { operation: text('$.run.operation'), name: text('$.run.name') };

/**
 * Sees to it that the job of an execution that was stopped, timed out or gave up at its deadline does not run on, and
 * only then says `cancelled` and frees the service. Its input is Step Functions' own event of the execution's end.
 */
export function cancelRunDefinition(parts: CancelRunParts): object {
  const { partition, table } = parts;
  return {
    StartAt: 'Did it end by itself?',
    States: {
      // Most failures: the run has told the ledger, and freed the service or not, as it had to.
      'Did it end by itself?': {
        Type: 'Choice',
        Choices: [
          {
            And: [
              { Variable: '$.detail.status', StringEquals: 'FAILED' },
              { Variable: '$.detail.error', IsPresent: true },
              { Not: { Variable: '$.detail.error', StringEquals: 'JobTimedOutError' } },
              // The engine's own errors end a run where it stands.
              { Not: { Variable: '$.detail.error', StringMatches: 'States.*' } },
            ],
            Next: 'Nothing to do',
          },
        ],
        Default: 'Which run?',
      },
      // Nothing else of the event: it may hold the whole input and output of the execution.
      'Which run?': {
        Type: 'Pass',
        Parameters: {
          run: {
            'name.$': '$.detail.name',
            'operation.$': "States.ArrayGetItem(States.StringSplit($.detail.stateMachineArn, ':'), 6)",
          },
          'ended.$': '$.detail.status',
          attempt: { state: { attempts: 0 } },
        },
        Next: 'Let it settle',
      },
      'Let it settle': { Type: 'Wait', Seconds: SETTLE_SECONDS, Next: 'Read its entry' },
      'Read its entry': read(partition, table, RUN, {
        attributes: ['status', 'error', 'target', 'service', 'sought', 'submittingAt', 'taskUrl', 'jobId'],
        into: 'ledger',
        next: 'What was it doing?',
      }),
      'What was it doing?': {
        Type: 'Choice',
        Choices: [
          { Variable: '$.ledger.Item', IsPresent: false, Next: 'Nothing to do' },
          { Variable: STATUS, StringEquals: 'waiting', Next: 'Mark as cancelled before its submit' },
          { Variable: STATUS, StringEquals: 'submitting', Next: 'Wait for its submit' },
          { Variable: STATUS, StringEquals: 'running', Next: 'Take its job' },
          // Told a second time, or started again by hand.
          { And: [{ Variable: STATUS, StringEquals: 'uncertain' }, HAS_JOB], Next: 'Take its job' },
          { Variable: STATUS, StringEquals: 'uncertain', Next: 'Look for its job' },
          { And: [IS_FAILED, failedBy('JobTimedOutError'), HAS_JOB], Next: 'Take its job' },
          // Whether its job is over was for the run itself to say, and it kept or freed the service accordingly.
          { And: [IS_FAILED, { Variable: '$.ended', StringEquals: 'FAILED' }], Next: 'Nothing to do' },
          { And: [IS_FAILED, failedBy(...JOB_IS_OVER)], Next: 'Free the service' },
          { And: [IS_FAILED, HAS_JOB], Next: 'Take its job' },
          { And: [IS_FAILED, failedBy(...NOTHING_SUBMITTED)], Next: 'Free the service' },
          { ...IS_FAILED, Next: 'Nothing to do' },
        ],
        Default: 'Free the service',
      },
      'Nothing to do': { Type: 'Succeed' },
      ...find(parts),
      ...cancel(parts),
      ...finish(parts),
    },
  };
}

const STATUS = '$.ledger.Item.status.S';
const IS_FAILED = { Variable: STATUS, StringEquals: 'failed' };
/** A run that was given another's error has none. */
const HAS_JOB = { Variable: '$.ledger.Item.taskUrl.S', IsPresent: true };

function failedBy(...names: string[]): object {
  return { Or: names.map((name) => ({ Variable: '$.ledger.Item.error.S', StringEquals: name })) };
}

const TO_UNCERTAIN = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Record that it is uncertain' }];

/** Stopped between the submit and the saved job id: the submit has ended meanwhile, and its job is looked for. */
function find({ partition, table, cancelArn }: CancelRunParts): object {
  const sought = {
    'target.$': '$.ledger.Item.target.S',
    'sought.$': 'States.StringToJson($.ledger.Item.sought.S)',
    'since.$': '$.ledger.Item.submittingAt.S',
  };
  return {
    'Wait for its submit': { Type: 'Wait', Seconds: SUBMIT_ENDS_AFTER_SECONDS, Next: 'Look for its job' },
    'Look for its job': {
      ...invoke(partition, cancelArn, { Payload: { find: sought, 'attempts.$': '$.attempt.state.attempts' } }),
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
        { Variable: '$.attempt.state.found', StringEquals: 'no', Next: 'Mark as cancelled before its submit' },
      ],
      Default: 'Keep the service for the search',
    },
    'Keep the service for the search': keep(partition, table, 'Wait for the server'),
    'Wait for the server': { Type: 'Wait', SecondsPath: '$.attempt.state.waitSeconds', Next: 'Look for its job' },
    'Take the job found': {
      Type: 'Pass',
      Parameters: {
        'target.$': '$.ledger.Item.target.S',
        'taskUrl.$': '$.attempt.state.taskUrl',
        'jobId.$': '$.attempt.state.jobId',
      },
      ResultPath: '$.job',
      Next: 'Cancel',
    },
  };
}

function cancel({ partition, table, cancelArn }: CancelRunParts): object {
  return {
    'Take its job': {
      Type: 'Pass',
      Parameters: {
        'target.$': '$.ledger.Item.target.S',
        'taskUrl.$': '$.ledger.Item.taskUrl.S',
        'jobId.$': '$.ledger.Item.jobId.S',
      },
      ResultPath: '$.job',
      Next: 'Cancel',
    },
    Cancel: {
      ...invoke(partition, cancelArn, { Payload: { 'cancel.$': '$.job', 'attempts.$': '$.attempt.state.attempts' } }),
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

function finish({ partition, table }: CancelRunParts): object {
  const jobEnd = { jobStatus: text('$.attempt.state.jobStatus') };
  const stopped = (status: string, cause: string) => ({
    status: text(status),
    finishedAt: text(NOW),
    error: text('JobCancelledError'),
    cause: text(cause),
  });
  const withJob = { jobId: text('$.job.jobId'), taskUrl: text('$.job.taskUrl'), ...jobEnd };
  const free = { Next: 'Free the service' };
  return {
    'Mark as cancelled before its submit': update(
      partition,
      table,
      RUN,
      {
        set: stopped('cancelled', 'The execution was stopped before a job ran; nothing runs on the server.'),
        remove: ['waitingFor'],
      },
      free,
    ),
    'Mark as cancelled': update(
      partition,
      table,
      RUN,
      {
        set: {
          ...stopped('cancelled', 'The execution was stopped, and the server says that its job is cancelled.'),
          ...withJob,
        },
      },
      free,
    ),
    'Mark as stopped': update(
      partition,
      table,
      RUN,
      {
        set: {
          ...stopped('stopped', 'The execution was stopped; its job had ended by itself, as jobStatus says.'),
          ...withJob,
        },
      },
      free,
    ),
    'Note how the job ended': update(partition, table, RUN, { set: jobEnd }, free),
    'Free the service': update(
      partition,
      table,
      CLAIM,
      { set: { releasedAt: text(NOW) }, ...MINE },
      { Next: 'Over', Catch: [{ ErrorEquals: [REFUSED], ResultPath: null, Next: 'Over' }] },
    ),
    Over: { Type: 'Succeed' },
    'Record that it is uncertain': update(
      partition,
      table,
      RUN,
      {
        set: { status: text('uncertain'), error: text('$.error.Error'), cause: text('$.error.Cause') },
      },
      { Next: 'The job may run on' },
    ),
    'The job may run on': { Type: 'Fail', ErrorPath: '$.error.Error', CausePath: '$.error.Cause' },
  };
}
