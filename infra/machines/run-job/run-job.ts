import { errorsWith } from '../../../shared/errors.ts';
import { comment, examples } from '../examples.ts';
import { choose, type Machine, type Pass, type Retrier } from '../states.ts';
import {
  changeClaim,
  goOn,
  invoke,
  NOTHING_WAS_RUN,
  NOW,
  note,
  number,
  type Place,
  RUN,
  runMachine,
  step,
  text,
  windowName,
  writeTold,
} from '../tasks.ts';

export interface RunJobParts extends Place {
  watchJobArn: string;
  takeTurnArn: string;
  cancelRunArn: string;
}

/** At most one submit whose outcome is not known: no other error of the Lambda service is ever followed by another. */
const SUBMIT_RETRY: readonly Retrier[] = [
  { ErrorEquals: [NOTHING_WAS_RUN], IntervalSeconds: 5, BackoffRate: 2, MaxDelaySeconds: 60, MaxAttempts: 5 },
];

const UNCERTAIN = 'SubmitUncertainError';
/** A search harms nothing; with the submit before it, it fits into the lease of a claim whose job is not known yet. */
const FIND_RETRY: readonly Retrier[] = [
  { ErrorEquals: [UNCERTAIN], MaxAttempts: 0 },
  { ErrorEquals: ['States.ALL'], IntervalSeconds: 30, BackoffRate: 1, MaxAttempts: 2 },
];

const AWS_PAUSE_SECONDS = 300;

const FUNCTION = { path: '$.functionArn' };
/** What the function told, or a machine that watched: how the work stands. */
const WORK = { ResultSelector: { 'state.$': '$.Payload' }, ResultPath: '$.work', Next: 'What came of it?' } as const;
const STATUS = '$.work.state.status';

const NOT_FOUND =
  "States.Format('The submitting function ended by {}, and nobody can say what came of it ({}). Look for {} before you start this again.', $.error.Error, $.search.Error, $.lookFor)";

/** Has the work of a run done: submits its job, or looks for it where the answer was lost, and watches it to its end. */
export function runJob(parts: RunJobParts): Machine {
  return {
    Comment: comment('Does the work of one run: submits its job and watches it to its end.', examples['run-job']),
    StartAt: 'Note the submit',
    States: { ...submitStates(parts), ...lostSubmitStates(parts), ...watchStates(parts) },
  };
}

function submitStates(parts: RunJobParts): Machine['States'] {
  return {
    'Note the submit': step(
      parts,
      RUN,
      'submits',
      { set: { submittingAt: text(NOW) }, remove: ['waitingFor', 'attachedTo'] },
      { Next: 'Submit', Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'AWS did not go on' }] },
    ),
    Submit: {
      ...invoke(parts, FUNCTION, { 'submit.$': '$.input', 'run.$': '$.run', 'attempts.$': '$.work.state.attempts' }),
      ...WORK,
      Retry: SUBMIT_RETRY,
      Catch: [
        { ErrorEquals: errorsWith('nothingSubmitted'), ResultPath: '$.error', Next: 'Nothing runs' },
        { ErrorEquals: [UNCERTAIN], ResultPath: '$.error', Next: 'A job may run' },
        { ErrorEquals: [NOTHING_WAS_RUN], ResultPath: null, Next: 'AWS did not go on' },
        // Lambda's own errors: a time-out, a crash, or an answer of the service that was lost.
        { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Wait for the lost submit' },
      ],
    },
    'What came of it?': choose(
      STATUS,
      { running: 'Record the job', later: 'Wait to submit again', go: 'Note the submit' },
      'Write the result',
    ),
    // A pause that has begun since keeps it waiting here too.
    'Wait to submit again': runMachine(
      parts,
      parts.takeTurnArn,
      { 'run.$': '$.run', 'claim.$': '$.claim', 'again.$': '$.work.state' },
      {
        into: 'work',
        name: windowName('again'),
        Next: 'What came of it?',
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'AWS did not go on' }],
      },
    ),
    'AWS did not go on': {
      Type: 'Pass',
      Result: {
        Error: 'AwsUnavailableError',
        Cause:
          'AWS failed before anything was submitted, after several tries: Lambda had no room for the function, the ledger could not be written, or a machine not be started. Start it again later, or have the concurrency of the account raised.',
      },
      ResultPath: '$.error',
      Next: 'Nothing runs',
    },
    'Nothing runs': failed('free'),
    'A job may run': failed('kept'),
    // The end of a run is in its entry before its service is free: whoever is attached to it looks there.
    'Write the result': writeTold(parts, RUN, '$.work.state.write', goOn('Done')),
    'Record the failure': step(
      parts,
      RUN,
      'fails',
      { set: { finishedAt: text(NOW), error: text('$.work.state.Error'), cause: text('$.work.state.Cause') } },
      goOn('Done'),
    ),
    Done: { Type: 'Succeed', OutputPath: '$.work.state' },
  };
}

/** The submitting function broke off, and may have submitted: its job is looked for and watched, never submitted again. */
function lostSubmitStates(parts: RunJobParts): Machine['States'] {
  return {
    'Wait for the lost submit': { Type: 'Wait', SecondsPath: '$.submitSeconds', Next: 'Find the lost job' },
    'Find the lost job': {
      ...invoke(parts, FUNCTION, { 'submit.$': '$.input', 'run.$': '$.run', 'lostSince.$': '$.claimedAt' }),
      ...WORK,
      Retry: FIND_RETRY,
      Catch: [
        { ErrorEquals: [UNCERTAIN], ResultPath: '$.error', Next: 'A job may run' },
        { ErrorEquals: ['States.ALL'], ResultPath: '$.search', Next: 'The submit is uncertain' },
      ],
    },
    'The submit is uncertain': {
      Type: 'Pass',
      Parameters: { Error: UNCERTAIN, 'Cause.$': NOT_FOUND },
      ResultPath: '$.error',
      Next: 'A job may run',
    },
  };
}

/** Window after window, so that no history fills; between two the lease is renewed. */
function watchStates(parts: RunJobParts): Machine['States'] {
  const { watchJobArn, cancelRunArn, partition } = parts;
  const watched = {
    jobStatus: text('$.work.state.jobStatus'),
    polls: number('$.work.state.polls'),
    watchingCost: number('$.work.state.watchingCost'),
  };
  return {
    // The job runs: where the ledger cannot be told, it is watched all the same.
    'Record the job': step(
      parts,
      RUN,
      'runs',
      {
        set: {
          jobId: text('$.work.state.job.jobId'),
          taskPath: text('$.work.state.job.taskPath'),
          submittedAt: text('$.work.state.job.submittedAt'),
          expiresAt: number('$.work.state.expiresAt'),
          jobStatus: text('$.work.state.jobStatus'),
        },
      },
      goOn('Renew the lease'),
    ),
    // Of a unit the whole plan holds the service. Even where somebody else holds the service by now the job is there, and is watched to its end.
    'Renew the lease': changeClaim(
      parts,
      '$.fence',
      { leaseUntil: text('$.work.state.leaseUntil') },
      goOn('Watch'),
      '$.holder',
    ),
    Watch: runMachine(
      parts,
      watchJobArn,
      { 'watch.$': '$.work.state' },
      {
        into: 'work',
        name: windowName('watch'),
        Next: 'Note the watch',
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'Wait for AWS' }],
      },
    ),
    'Wait for AWS': { Type: 'Wait', Seconds: AWS_PAUSE_SECONDS, Next: 'Watch' },
    'Note the watch': note(parts, RUN, watched, goOn('How is the job?')),
    'How is the job?': choose(
      STATUS,
      { handover: 'Renew the lease', overdue: 'Have the job cancelled', failed: 'Record the failure' },
      'Write the result',
    ),
    // The event of the failed execution would do it too, where it arrives.
    'Have the job cancelled': {
      Type: 'Task',
      Resource: `arn:${partition}:states:::states:startExecution`,
      Parameters: { StateMachineArn: cancelRunArn, Input: { 'run.$': '$.run', ended: 'OVERDUE' } },
      ResultPath: null,
      Retry: [
        { ErrorEquals: ['States.ALL'], IntervalSeconds: 5, BackoffRate: 2, MaxDelaySeconds: 300, MaxAttempts: 10 },
      ],
      ...goOn('Record the failure'),
    },
  };
}

/** Ends by the error that was met. */
function failed(service: 'free' | 'kept'): Pass {
  return {
    Type: 'Pass',
    Parameters: { status: 'failed', service, 'Error.$': '$.error.Error', 'Cause.$': '$.error.Cause' },
    ResultPath: '$.work.state',
    Next: 'Record the failure',
  };
}
