import {
  CLAIM,
  goOn,
  type JobDefinitionParts,
  MINE,
  NOTHING_SUBMITTED,
  RUN,
  release,
  TO_FAILURE,
} from './job-parts.ts';
import { invoke, NOTHING_WAS_RUN, NOW, number, runMachine, SUBMIT_ENDS_AFTER_SECONDS, text, update } from './tasks.ts';

/**
 * At most one submit whose outcome is not known: no error of the Lambda service is ever followed by another. All of it
 * fits into the lease of a claim whose job is not known yet.
 */
const SUBMIT_RETRY = [
  { ErrorEquals: ['VendorUnreachableError', 'VendorBusyError'], IntervalSeconds: 60, BackoffRate: 2, MaxAttempts: 2 },
  { ErrorEquals: [NOTHING_WAS_RUN], IntervalSeconds: 5, BackoffRate: 2, MaxDelaySeconds: 60, MaxAttempts: 5 },
];

const UNCERTAIN = 'SubmitUncertainError';
/** A search harms nothing; with the submits before it, it fits into the lease too. */
const FIND_RETRY = [
  { ErrorEquals: [UNCERTAIN], MaxAttempts: 0 },
  { ErrorEquals: ['States.ALL'], IntervalSeconds: 30, BackoffRate: 1, MaxAttempts: 2 },
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
      Catch: [
        { ErrorEquals: [...NOTHING_SUBMITTED, UNCERTAIN], ResultPath: '$.error', Next: 'Record the failure' },
        // Lambda's own errors: a time-out, a crash, or an answer of the service that was lost.
        { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Wait for the lost submit' },
      ],
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
          taskPath: text('$.watch.state.job.taskPath'),
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

/** The submitting function broke off, and may have submitted: its job is looked for and watched, never submitted again. */
export function lostSubmitStates({ partition, submitArn }: JobDefinitionParts): object {
  return {
    'Wait for the lost submit': { Type: 'Wait', Seconds: SUBMIT_ENDS_AFTER_SECONDS, Next: 'Find the lost job' },
    'Find the lost job': {
      ...invoke(partition, submitArn, { Payload: { 'submit.$': '$.input', 'lostSince.$': '$.turn.state.claimedAt' } }),
      ResultSelector: { 'state.$': '$.Payload' },
      ResultPath: '$.watch',
      Retry: FIND_RETRY,
      Catch: [
        { ErrorEquals: [UNCERTAIN], ResultPath: '$.error', Next: 'Record the failure' },
        { ErrorEquals: ['States.ALL'], ResultPath: '$.search', Next: 'The submit is uncertain' },
      ],
      Next: 'Is the job watched?',
    },
    'The submit is uncertain': {
      Type: 'Pass',
      Parameters: {
        Error: UNCERTAIN,
        'Cause.$':
          "States.Format('The submitting function ended by {}, and whether its job runs on target {} could not be told ({}). Look for a job of {} in ArcGIS Server Manager (the jobs of the geoprocessing service) before you start this again.', $.error.Error, $.target, $.search.Error, $.service)",
      },
      ResultPath: '$.error',
      Next: 'Record the failure',
    },
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
      goOn('Is it an error of Step Functions?'),
    ),
  };
}
