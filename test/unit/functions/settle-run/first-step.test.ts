import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EndedRun } from '../../../../functions/settle-run/ended-run.ts';
import { firstStep } from '../../../../functions/settle-run/first-step.ts';
import type { Entry, RunStatus } from '../../../../shared/ledger/entry.ts';

const NOW = Date.parse('2026-01-05T03:10:00.000Z');
const RUN = { operation: 'refresh-service', name: 'nightly' };
const SOUGHT = { taskPath: 'rest/services/A/GPServer/B', inputs: { serviceName: 'Landsat' } };
const SUBMITTING = { submittingAt: '2026-01-05T03:09:00Z', submitSeconds: 150, sought: JSON.stringify(SOUGHT) };
const IMMEDIATE = { ...SUBMITTING, sought: undefined };
const LONG_AGO = { submittingAt: '2026-01-05T02:00:00Z' };
const JOB = { jobId: 'j1', taskPath: SOUGHT.taskPath };
const OLD_JOB = { jobId: 'j1', taskUrl: `https://gis.example.org/server/${SOUGHT.taskPath}` };

/** What is to be done, in short: what is asked, how the run ends, and what becomes of the service. */
function said(ended: string, error: string | undefined, entry: Partial<Entry>) {
  const end: EndedRun = { run: RUN, ended, error, cause: error && `${error} in words` };
  const step = firstStep(end, { ...RUN, target: 'gis', ...entry }, NOW);
  const { plan, service, end: written, note } = step;
  const [asked] = plan.next === 'ask' ? Object.keys(plan.ask ?? {}).filter((key) => key !== 'attempt') : [plan.next];
  const status = written && `${written.name} ${written.set['error']}`;
  const freed = typeof service === 'object' ? `until ${service.keepUntil.slice(11, 19)}` : service;
  return [asked, status, freed, note].filter((part) => part !== undefined).join(', ');
}

/** Status, how the execution ended, its error; what the entry has more; what follows. */
type Row = [status: RunStatus, ended: string, error: string | undefined, entry: Partial<Entry>, expected: string];

const TABLE: Row[] = [
  ['waiting', 'ABORTED', undefined, {}, 'done, isCancelled JobCancelledError, free'],
  ['waiting', 'TIMED_OUT', 'States.Timeout', {}, 'done, isCancelled JobCancelledError, free'],
  ['waiting', 'GONE', undefined, {}, 'done, isCancelled JobCancelledError, free'],
  ['waiting', 'FAILED', 'InvalidInputError', {}, 'done, fails InvalidInputError, free'],
  ['waiting', 'FAILED', 'VendorBusyError', {}, 'done, fails VendorBusyError, free'],
  ['waiting', 'FAILED', 'AwsUnavailableError', {}, 'done, fails AwsUnavailableError, free'],
  ['waiting', 'FAILED', 'States.Runtime', {}, 'done, isCancelled JobCancelledError, free'],
  ['paused', 'ABORTED', undefined, {}, 'done, isCancelled JobCancelledError, free'],

  ['submitting', 'ABORTED', undefined, SUBMITTING, 'find'],
  ['submitting', 'TIMED_OUT', 'States.Timeout', SUBMITTING, 'find'],
  ['submitting', 'GONE', undefined, SUBMITTING, 'find'],
  ['submitting', 'FAILED', 'AwsUnavailableError', SUBMITTING, 'find'],
  ['submitting', 'FAILED', 'SubmitUncertainError', SUBMITTING, 'find'],
  ['submitting', 'FAILED', 'JobTimedOutError', SUBMITTING, 'find'],
  ['submitting', 'FAILED', 'VendorRejectedError', SUBMITTING, 'done, fails VendorRejectedError, free'],
  ['submitting', 'FAILED', 'JobFailedError', SUBMITTING, 'done, fails JobFailedError, free'],
  // A call that starts no job may go on until 03:11:30, and holds what it holds until then.
  ['submitting', 'ABORTED', undefined, IMMEDIATE, 'done, isStopped JobCancelledError, until 03:11:30'],
  ['submitting', 'ABORTED', undefined, { ...IMMEDIATE, ...LONG_AGO }, 'done, isStopped JobCancelledError, free'],
  ['submitting', 'FAILED', 'PartialFailureError', IMMEDIATE, 'done, fails PartialFailureError, free'],

  ['running', 'ABORTED', undefined, JOB, 'cancel'],
  ['running', 'ABORTED', undefined, OLD_JOB, 'cancel'],
  ['running', 'TIMED_OUT', 'States.Timeout', JOB, 'cancel'],
  ['running', 'GONE', undefined, JOB, 'cancel'],
  ['running', 'OVERDUE', undefined, JOB, 'cancel'],
  ['running', 'FAILED', 'AwsUnavailableError', JOB, 'cancel'],
  ['running', 'FAILED', 'JobTimedOutError', JOB, 'cancel'],
  ['running', 'FAILED', 'JobFailedError', JOB, 'done, fails JobFailedError, free'],
  ['running', 'FAILED', 'JobLostError', JOB, 'done, fails JobLostError, free'],
  // The watch was given up, and the job may run on.
  ['running', 'FAILED', 'VendorAuthError', JOB, 'cancel'],
  ['running', 'FAILED', 'VendorContractError', JOB, 'cancel'],

  ['uncertain', 'ABORTED', undefined, { ...SUBMITTING, ...JOB }, 'cancel'],
  ['uncertain', 'ABORTED', undefined, SUBMITTING, 'find'],

  // What a run said itself is kept.
  ['failed', 'FAILED', 'VendorRejectedError', { error: 'VendorRejectedError', ...SUBMITTING }, 'done'],
  ['failed', 'FAILED', 'SubmitUncertainError', { error: 'SubmitUncertainError', ...SUBMITTING }, 'done'],
  ['failed', 'FAILED', 'VendorAuthError', { error: 'VendorAuthError', ...JOB }, 'done, isUncertain VendorAuthError'],
  ['failed', 'FAILED', 'JobFailedError', { error: 'JobFailedError', ...JOB }, 'done'],
  ['failed', 'FAILED', 'JobTimedOutError', { error: 'JobTimedOutError', ...JOB }, 'cancel'],
  ['failed', 'OVERDUE', undefined, { error: 'JobTimedOutError', ...JOB }, 'cancel'],
  ['failed', 'FAILED', 'AwsUnavailableError', { error: 'AwsUnavailableError', ...SUBMITTING }, 'find'],
  ['failed', 'FAILED', 'AwsUnavailableError', { error: 'AwsUnavailableError', ...JOB }, 'cancel'],
  ['failed', 'FAILED', 'AwsUnavailableError', { error: 'AwsUnavailableError', ...IMMEDIATE }, 'done, until 03:11:30'],
  ['failed', 'FAILED', 'AwsUnavailableError', { error: 'AwsUnavailableError' }, 'done, free'],
  // Stopped after that, before it let go of the service.
  ['failed', 'ABORTED', undefined, { error: 'VendorRejectedError', ...SUBMITTING }, 'done, free'],
  ['failed', 'ABORTED', undefined, { error: 'JobFailedError', ...JOB }, 'done, free'],
  ['failed', 'ABORTED', undefined, { error: 'VendorAuthError', ...JOB }, 'cancel'],
  ['failed', 'ABORTED', undefined, { error: 'SubmitUncertainError', ...SUBMITTING }, 'find'],
  ['failed', 'FAILED', 'States.Runtime', { error: 'VendorAuthError', ...JOB }, 'cancel'],
  // Version 0.1.0 wrote errors of Lambda and of Step Functions.
  ['failed', 'FAILED', 'States.TaskFailed', { error: 'States.TaskFailed', ...SUBMITTING }, 'find'],

  ...(['succeeded', 'partly', 'submitted', 'stopped', 'cancelled'] as const).flatMap((status): Row[] => [
    [status, 'ABORTED', undefined, {}, 'done, free'],
    [status, 'GONE', undefined, {}, 'done, free'],
  ]),
];

describe('the first step after the end of an execution', () => {
  for (const [status, ended, error, entry, expected] of TABLE) {
    const known = entry.jobId ? 'with a job' : entry.sought ? 'with a submit' : entry.submittingAt ? 'with a call' : '';
    it(`of a run that is ${status} (${entry.error ?? known}), ${ended} ${error ?? ''} is: ${expected}`, () => {
      assert.equal(said(ended, error, { status, ...entry }), expected);
    });
  }

  for (const [status, entry] of [
    ['waiting', {}],
    ['submitting', SUBMITTING],
    ['running', JOB],
  ] as const) {
    it(`of a run that is ${status} and has succeeded is its result, and nothing is cancelled`, () => {
      const end = { run: RUN, ended: 'SUCCEEDED', result: { status: 'submitted', jobId: 'j1' } };

      const step = firstStep(end, { ...RUN, target: 'gis', status, ...entry }, NOW);

      assert.deepEqual([step.plan.next, step.end, step.service], ['done', undefined, 'free']);
      assert.partialDeepStrictEqual(step.goodEnd?.ExpressionAttributeValues, {
        ':status': { S: 'submitted' },
        ':result': { S: '{"status":"submitted","jobId":"j1"}' },
        ':jobId': { S: 'j1' },
      });
    });
  }

  it('keeps the end that a run has in the ledger, also where its execution has succeeded', () => {
    const end = { run: RUN, ended: 'SUCCEEDED', result: { status: 'succeeded' } };

    const step = firstStep(end, { ...RUN, target: 'gis', status: 'cancelled' }, NOW);

    assert.deepEqual([step.goodEnd, step.plan.next], [undefined, 'done']);
  });

  it('is none where a later version has written a status that is not known', () => {
    assert.equal(said('ABORTED', undefined, { status: undefined, ...JOB }), 'done');
  });

  it('looks for the job of a submit when its call has ended, with what it is known by', () => {
    const entry: Entry = { ...RUN, target: 'gis', status: 'submitting', ...SUBMITTING };

    const { plan } = firstStep({ run: RUN, ended: 'ABORTED' }, entry, NOW);

    const find = { target: 'gis', sought: SOUGHT, since: SUBMITTING.submittingAt };
    assert.deepEqual(plan, { next: 'ask', waitSeconds: 90, ask: { find, attempt: { attempts: 0 } } });
  });

  it('waits no longer than a second for a call that has ended long ago, and two minutes and a half for those of 0.1.0', () => {
    const entry: Entry = { ...RUN, target: 'gis', status: 'submitting', ...SUBMITTING };
    const waits = [{ ...LONG_AGO }, { submitSeconds: undefined }].map(
      (more) => firstStep({ run: RUN, ended: 'ABORTED' }, { ...entry, ...more }, NOW).plan.waitSeconds,
    );

    assert.deepEqual(waits, [1, 90]);
  });

  it('cancels the job by its place below the site, or by the address that 0.1.0 wrote', () => {
    const asks = [JOB, OLD_JOB].map(
      (job) =>
        firstStep({ run: RUN, ended: 'ABORTED' }, { ...RUN, target: 'gis', status: 'running', ...job }, NOW).plan,
    );

    assert.partialDeepStrictEqual(asks[0], { waitSeconds: 1, ask: { cancel: { target: 'gis', ...JOB } } });
    assert.partialDeepStrictEqual(asks[1], { waitSeconds: 1, ask: { cancel: { target: 'gis', ...OLD_JOB } } });
  });
});
