import { type CancelRunParts, CLAIM, cancelStates, MINE, RUN, STATUS, searchStates } from './cancel-states.ts';
import { JOB_IS_OVER, NOTHING_SUBMITTED } from './job-parts.ts';
import { engineErrorStates, NOW, REFUSED, read, text, update } from './tasks.ts';

/** What a stopped execution had under way has reached the ledger by then. */
const SETTLE_SECONDS = 5;

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
        attributes: ['status', 'error', 'target', 'service', 'sought', 'submittingAt', 'taskPath', 'taskUrl', 'jobId'],
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
          { And: [IS_FAILED, failedBy('SubmitUncertainError')], Next: 'Look for its job' },
          { And: [IS_FAILED, failedBy(...JOB_IS_OVER)], Next: 'Free the service' },
          { And: [IS_FAILED, HAS_JOB], Next: 'Take its job' },
          { And: [IS_FAILED, failedBy(...NOTHING_SUBMITTED)], Next: 'Free the service' },
          { ...IS_FAILED, Next: 'Nothing to do' },
        ],
        Default: 'Free the service',
      },
      'Nothing to do': { Type: 'Succeed' },
      ...searchStates(parts),
      ...cancelStates(parts),
      ...finish(parts),
    },
  };
}

const IS_FAILED = { Variable: STATUS, StringEquals: 'failed' };
/** A run that was given another's error has none. */
const HAS_JOB = { Variable: '$.ledger.Item.jobId.S', IsPresent: true };

function failedBy(...names: string[]): object {
  return { Or: names.map((name) => ({ Variable: '$.ledger.Item.error.S', StringEquals: name })) };
}

function finish({ partition, table }: CancelRunParts): object {
  const jobEnd = { jobStatus: text('$.attempt.state.jobStatus') };
  const stopped = (status: string, cause: string) => ({
    status: text(status),
    finishedAt: text(NOW),
    error: text('JobCancelledError'),
    cause: text(cause),
  });
  const withJob = { jobId: text('$.attempt.state.jobId'), taskPath: text('$.attempt.state.taskPath'), ...jobEnd };
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
    // The job list tells of running jobs: a short one may have come and gone.
    'Mark as stopped in its submit': update(
      partition,
      table,
      RUN,
      {
        set: stopped(
          'stopped',
          'The execution was stopped in the middle of its submit. No job of it runs on the server; one that was submitted all the same has ended by itself.',
        ),
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
    ...engineErrorStates('Record that it is uncertain'),
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
