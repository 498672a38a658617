import { CLAIM, goOn, type JobDefinitionParts, MINE, RUN, release, TO_FAILURE } from './job-parts.ts';
import { invoke, NOTHING_WAS_RUN, NOW, number, runMachine, text, update } from './tasks.ts';

/**
 * At most one submit whose outcome is not known: no error of the Lambda service is ever followed by another. All of it
 * fits into the lease of a claim whose job is not known yet.
 */
const SUBMIT_RETRY = [
  { ErrorEquals: ['VendorUnreachableError', 'VendorBusyError'], IntervalSeconds: 60, BackoffRate: 2, MaxAttempts: 2 },
  { ErrorEquals: [NOTHING_WAS_RUN], IntervalSeconds: 5, BackoffRate: 2, MaxDelaySeconds: 60, MaxAttempts: 5 },
];

export function submitStates({ partition, table, submitArn }: JobDefinitionParts): object {
  return {
    'Note the submit': update(
      partition,
      table,
      RUN,
      {
        set: { status: text('submitting'), submittingAt: text(NOW), fence: { 'N.$': '$.turn.state.fence' } },
        remove: ['waitingFor'],
      },
      { Next: 'Submit', Catch: TO_FAILURE },
    ),
    Submit: {
      ...invoke(partition, submitArn, { Payload: { 'submit.$': '$.input' } }),
      ResultSelector: { 'state.$': '$.Payload' },
      ResultPath: '$.watch',
      Retry: SUBMIT_RETRY,
      Catch: TO_FAILURE,
      Next: 'Is the job watched?',
    },
    'Is the job watched?': {
      Type: 'Choice',
      Choices: [{ Variable: '$.watch.state.status', StringEquals: 'running', Next: 'Record the job' }],
      Default: 'Write the submitted job',
    },
    // The job runs: where the ledger cannot be told, it is watched all the same.
    'Record the job': update(
      partition,
      table,
      RUN,
      {
        set: {
          status: text('running'),
          jobId: text('$.watch.state.job.jobId'),
          taskUrl: text('$.watch.state.job.taskUrl'),
          submittedAt: text('$.watch.state.job.submittedAt'),
          jobStatus: text('$.watch.state.jobStatus'),
        },
      },
      goOn('Renew the lease'),
    ),
    'Write the submitted job': update(
      partition,
      table,
      RUN,
      {
        set: {
          status: text('submitted'),
          jobId: text('$.watch.state.jobId'),
          finishedAt: text(NOW),
          result: text('States.JsonToString($.watch.state)'),
        },
      },
      { Next: 'Release the service, unwatched', Catch: TO_FAILURE },
    ),
    'Release the service, unwatched': release(partition, table, 'Submitted'),
    Submitted: { Type: 'Succeed', OutputPath: '$.watch.state' },
  };
}

/** Window after window, so that no history fills; between two the lease is renewed. */
export function watchStates({ partition, table, watchJobArn }: JobDefinitionParts): object {
  return {
    Watch: runMachine(partition, watchJobArn, { 'watch.$': '$.watch.state' }, 'watch', {
      Next: 'How is the job?',
      Catch: TO_FAILURE,
    }),
    'How is the job?': {
      Type: 'Choice',
      Choices: [
        { Variable: '$.watch.state.status', StringEquals: 'handover', Next: 'Note the progress' },
        { Variable: '$.watch.state.status', StringEquals: 'succeeded', Next: 'Write the result' },
      ],
      Default: 'Take the error of the watch',
    },
    'Note the progress': update(
      partition,
      table,
      RUN,
      {
        set: {
          jobStatus: text('$.watch.state.jobStatus'),
          polls: number('$.watch.state.polls'),
          watchingCost: number('$.watch.state.watchingCost'),
        },
      },
      goOn('Renew the lease'),
    ),
    // Even where somebody else holds the service by now the job is there, and is watched to its end.
    'Renew the lease': update(
      partition,
      table,
      CLAIM,
      { set: { leaseUntil: text('$.watch.state.leaseUntil') }, ...MINE },
      goOn('Watch'),
    ),
    'Take the error of the watch': {
      Type: 'Pass',
      InputPath: '$.watch.state.error',
      ResultPath: '$.error',
      Next: 'Note the polls',
    },
    'Note the polls': update(
      partition,
      table,
      RUN,
      {
        set: { polls: number('$.watch.state.polls'), watchingCost: number('$.watch.state.watchingCost') },
      },
      goOn('Record the failure'),
    ),
  };
}
