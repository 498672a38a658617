import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import * as z from 'zod/mini';
import { inputSchema } from '../../../../functions/refresh-service/input.ts';
import { refreshRequest } from '../../../../functions/refresh-service/operation.ts';
import { immediateOperation } from '../../../../shared/lambda/immediate-operation.ts';
import { jobOperation } from '../../../../shared/lambda/job-operation.ts';
import { operationHandler } from '../../../../shared/lambda/operation-handler.ts';
import { type ExecutionEnd, invoke, startTestAws, type TestAws } from '../../../support/invoke.ts';

const INPUT = { target: 'gis' };
const REFRESH = { target: 'gis', serviceName: 'Landsat', serviceType: 'ImageServer' };
const ARN = /^arn:aws:states:us-east-1:000000000000:execution:under-test:by-hand-request-1$/;
const PAGE =
  /^https:\/\/us-east-1\.console\.aws\.amazon\.com\/states\/home\?region=us-east-1#\/v2\/executions\/details\//;

/** Nothing of an operation is done by whoever was started by hand. */
const never = () => Promise.reject(new Error('the work was done'));

const immediate = operationHandler(
  'clear-rest-cache',
  immediateOperation({
    operation: 'clear-rest-cache',
    inputSchema: z.strictObject({ target: z.string() }),
    work: never,
  }),
);
const job = operationHandler(
  'refresh-service',
  jobOperation({ operation: 'refresh-service', inputSchema, request: refreshRequest, submit: never }),
);

describe('an operation that is started by hand', () => {
  let aws: TestAws;
  before(async () => {
    aws = await startTestAws();
  });
  beforeEach(() => {
    aws.executions.length = 0;
    aws.refusal = undefined;
    aws.end = { status: 'SUCCEEDED', output: { status: 'succeeded', scope: 'all' } };
  });
  after(() => aws.close());

  const byHand = (handler = immediate, input: object = INPUT, more: object = {}) =>
    invoke(handler, input, { awsRequestId: 'request-1', ...more });

  it('starts a run by the request id, with its input as it is, and gives the result of the run', async () => {
    const result = await byHand();

    assert.deepEqual(result, { status: 'succeeded', scope: 'all' });
    assert.deepEqual(aws.executions, [{ name: 'by-hand-request-1', input: INPUT }]);
  });

  it('waits for the job’s result only where nobody watches it', async () => {
    const watched = Object(await byHand(job, REFRESH));
    const submitted = await byHand(job, { ...REFRESH, waitForJobCompletion: 'DO_NOT_WAIT' });

    assert.deepEqual(Object.keys(watched), ['executionArn', 'consoleUrl']);
    assert.match(watched.executionArn, ARN);
    assert.match(watched.consoleUrl, PAGE);
    assert.ok(watched.consoleUrl.endsWith(watched.executionArn));
    assert.deepEqual(submitted, { status: 'succeeded', scope: 'all' });
  });

  for (const [what, cause] of [
    ['as a machine tells it', 'the server said no'],
    ['as Lambda tells it', JSON.stringify({ errorType: 'VendorRejectedError', errorMessage: 'the server said no' })],
  ] as const) {
    it(`fails by the run’s own name and message, ${what}`, async () => {
      aws.end = { status: 'FAILED', error: 'VendorRejectedError', cause };

      await assert.rejects(byHand(), { name: 'VendorRejectedError', message: 'the server said no' });
    });
  }

  const ends: [what: string, end: ExecutionEnd, name: string][] = [
    ['was stopped', { status: 'ABORTED' }, 'JobCancelledError'],
    ['took longer than a machine may', { status: 'TIMED_OUT', error: 'States.Timeout' }, 'JobTimedOutError'],
    ['failed without a word', { status: 'FAILED' }, 'AwsUnavailableError'],
  ];
  for (const [what, end, name] of ends) {
    it(`fails as ${name} where its run ${what}`, async () => {
      aws.end = end;

      await assert.rejects(byHand(), { name });
    });
  }

  for (const status of ['RUNNING', 'GONE'] as const) {
    it(`tells where its run is ten seconds before its own time-out, while that is ${status}`, async () => {
      aws.end = { status };
      const startedAt = performance.now();

      const result = Object(await byHand(immediate, INPUT, { getRemainingTimeInMillis: () => 11_500 }));

      const seconds = (performance.now() - startedAt) / 1000;
      assert.deepEqual(Object.keys(result), ['executionArn', 'consoleUrl', 'status']);
      assert.equal(result.status, 'running');
      assert.match(result.executionArn, ARN);
      assert.ok(seconds < 1.5 + 3, `${seconds} s`);
    });
  }

  it('waits longer between two looks, and sees an end that comes late', async () => {
    aws.end = { status: 'RUNNING' };
    setTimeout(() => {
      aws.end = { status: 'SUCCEEDED', output: 'late' };
    }, 600);

    assert.equal(await byHand(), 'late');
    assert.equal(aws.executions.length, 1);
  });

  it('waits for the same run where the invocation comes again', async () => {
    aws.refusal = { errorName: 'ExecutionAlreadyExists', text: 'gis' };

    assert.deepEqual(await byHand(), { status: 'succeeded', scope: 'all' });
  });

  it('fails as AwsUnavailableError, saying what to look for, where no run can be started', async () => {
    aws.refusal = { errorName: 'StateMachineDeleting', text: 'gis' };

    await assert.rejects(byHand(), {
      name: 'AwsUnavailableError',
      message: /could not be asked to start the run: StateMachineDeleting: .*Look whether a run was started \(runs\)/,
    });
  });

  it('is refused at once, without a run, where the input does not fit', async () => {
    await assert.rejects(byHand(immediate, { target: 1 }), { name: 'InvalidInputError' });
    await assert.rejects(byHand(job, { ...REFRESH, more: 1 }), { name: 'InvalidInputError' });

    assert.deepEqual(aws.executions, []);
  });
});
