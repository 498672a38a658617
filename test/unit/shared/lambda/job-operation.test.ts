import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { inputSchema } from '../../../../functions/refresh-service/input.ts';
import { refreshRequest } from '../../../../functions/refresh-service/operation.ts';
import { watchSchema } from '../../../../shared/jobs/job-reference.ts';
import { jobOperation, type Submission } from '../../../../shared/lambda/job-operation.ts';
import { operationHandler } from '../../../../shared/lambda/operation-handler.ts';
import { startExecution } from '../../../../shared/lambda/start-execution.ts';
import { invoke, startTestAws, type TestAws } from '../../../support/invoke.ts';
import { logLines } from '../../../support/log-lines.ts';
import { startRefusingStepFunctions } from '../../../support/step-functions.ts';

const INPUT = { target: 'city-gis', serviceName: 'Landsat', serviceType: 'ImageServer' };
const AT_ONCE = { ...INPUT, waitForJobCompletion: 'DO_NOT_WAIT' };
const TASK_URL = 'https://gis.example.org/server/rest/services/System/PublishingTools/GPServer/Refresh%20Service';
const TASK_PATH = 'rest/services/System/PublishingTools/GPServer/Refresh%20Service';
const JOB = { taskPath: TASK_PATH, jobId: 'j1', jobStatus: 'esriJobSubmitted', jobUrl: `${TASK_URL}/jobs/j1` };
const SUBMITTED = {
  operation: 'refresh-service',
  target: 'city-gis',
  status: 'submitted',
  service: 'Landsat.ImageServer',
  jobId: 'j1',
  jobStatus: 'esriJobSubmitted',
  jobUrl: `${TASK_URL}/jobs/j1`,
};

describe('a job operation', () => {
  let aws: TestAws;
  let inputs: unknown[];
  let submission: Submission;

  const submit = async (input: unknown) => {
    inputs.push(input);
    return submission;
  };
  const handler = operationHandler(
    'refresh-service',
    jobOperation({ operation: 'refresh-service', inputSchema, request: refreshRequest, submit }),
  );

  before(async () => {
    aws = await startTestAws();
  });
  beforeEach(() => {
    inputs = [];
    submission = { job: JOB };
    aws.executions.length = 0;
  });
  after(async () => {
    await aws.close();
  });

  for (const input of [INPUT, { ...INPUT, waitForJobCompletion: 'WAIT' }]) {
    it(`started by hand with ${Object.keys(input)} hands the input over unchanged and submits nothing`, async (t) => {
      logLines(t);

      const result = await invoke(handler, input);

      const [execution] = aws.executions;
      assert.deepEqual([execution?.input, aws.executions.length, inputs], [input, 1, []]);
      assert.ok(typeof result === 'object' && result !== null);
      assert.deepEqual(Object.keys(result), ['executionArn', 'consoleUrl']);
    });
  }

  it('names the execution, and the page that shows it', async (t) => {
    logLines(t);

    const result = await startExecution(INPUT, 'rasters-1');

    const executionArn = 'arn:aws:states:us-east-1:000000000000:execution:under-test:rasters-1';
    const page = 'https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/';
    assert.deepEqual(result, { executionArn, consoleUrl: `${page}${executionArn}` });
  });

  it('takes an execution of that name that exists already for the one it asked for', async () => {
    const refusing = await startRefusingStepFunctions('ExecutionAlreadyExists');

    const { executionArn } = await startExecution(INPUT, 'rasters-1').finally(() => refusing.close());

    assert.equal(executionArn, 'arn:aws:states:us-east-1:000000000000:execution:under-test:rasters-1');
  });

  for (const [who, event] of [
    ['by hand', AT_ONCE],
    ['by its state machine', { submit: AT_ONCE }],
  ] as const) {
    it(`started ${who} with DO_NOT_WAIT submits at once and nobody watches`, async (t) => {
      logLines(t);

      const result = await invoke(handler, event);

      assert.deepEqual(result, SUBMITTED);
      assert.deepEqual([inputs, aws.executions], [[AT_ONCE], []]);
    });
  }

  it('called by its state machine submits, and gives it a watch to go on with', async (t) => {
    logLines(t);
    const startedAt = Date.now();

    const result = await invoke(handler, { submit: INPUT });

    const { job, ...watch } = watchSchema.parse(result);
    const { submittedAt, ...reference } = job;
    const { deadline, leaseUntil, watchingCost, ...others } = watch;
    assert.deepEqual(others, { status: 'running', polls: 0, waitSeconds: 2, jobStatus: 'esriJobSubmitted' });
    assert.equal(Date.parse(deadline) - Date.parse(submittedAt), 14 * 86_400_000);
    assert.ok(leaseUntil > submittedAt && watchingCost > 0);
    assert.deepEqual(reference, {
      operation: 'refresh-service',
      target: 'city-gis',
      service: 'Landsat.ImageServer',
      taskPath: TASK_PATH,
      // What an execution of version 0.1.0 records of it.
      taskUrl: TASK_PATH,
      jobId: 'j1',
    });
    assert.ok(Date.parse(submittedAt) >= startedAt && Date.parse(submittedAt) <= Date.now());
    assert.deepEqual([inputs.length, aws.executions], [1, []]);
  });

  it('says what was decided for the caller, watched or not', async (t) => {
    logLines(t);
    submission = { ...submission, notes: ['updateExtent was not used'] };

    const results = [await invoke(handler, { submit: INPUT }), await invoke(handler, AT_ONCE)];

    for (const result of results) assert.partialDeepStrictEqual(result, { notes: ['updateExtent was not used'] });
  });

  it('asked to prepare tells the ledger what it needs, and calls nobody', async (t) => {
    logLines(t);
    const execution = { name: 'nightly-2026-01-15T03-00-00Z', startedAt: '2026-01-15T03:00:02.000Z' };

    const result = await invoke(handler, { prepare: INPUT, execution });

    assert.partialDeepStrictEqual(result, {
      run: { operation: 'refresh-service', ...execution, startedBy: 'schedule nightly' },
      input: INPUT,
      target: 'city-gis',
      service: 'Landsat.ImageServer',
      claim: 'city-gis/Landsat.ImageServer',
    });
    assert.deepEqual([inputs, aws.executions], [[], []]);
  });

  it('puts runs in the order of their starts, where Step Functions tells of milliseconds or not', async (t) => {
    logLines(t);
    const starts = ['2026-01-15T03:00:01.900Z', '2026-01-15T03:00:02Z', '2026-01-15T03:00:02.001Z'];

    const runs = starts.map(async (startedAt) => {
      const result: unknown = await invoke(handler, { prepare: INPUT, execution: { name: 'a', startedAt } });
      return Object(result).run;
    });

    const tickets = (await Promise.all(runs)).map(({ ticket, startedAt }) => [ticket, startedAt]);
    assert.deepEqual(
      tickets.map(([, startedAt]) => startedAt),
      ['2026-01-15T03:00:01.900Z', '2026-01-15T03:00:02.000Z', '2026-01-15T03:00:02.001Z'],
    );
    assert.deepEqual(tickets, tickets.toSorted());
  });

  it('takes equal requests for equal, whatever the order of their keys, and others for others', async (t) => {
    logLines(t);
    const execution = { name: 'by-hand', startedAt: '2026-01-15T03:00:02.000Z' };
    const reordered = Object.fromEntries(Object.entries(INPUT).reverse());

    const requests = [INPUT, reordered, { ...INPUT, refreshOptions: 'x' }, AT_ONCE].map(async (prepare) => {
      const result: unknown = await invoke(handler, { prepare, execution });
      return typeof result === 'object' && result !== null && 'request' in result ? result.request : undefined;
    });

    const [one, same, ...others] = await Promise.all(requests);
    assert.equal(one, same);
    assert.equal(new Set([one, ...others]).size, 3);
  });

  const refused: [what: string, event: unknown][] = [
    ['an input that does not fit', { ...INPUT, serviceName: '../../admin' }],
    ['the same from its state machine', { submit: { ...INPUT, serviceName: '../../admin' } }],
    ['nothing from its state machine', { submit: null }],
    ['a submit with something beside it', { submit: INPUT, target: 'city-gis' }],
    ['a submit inside a submit', { submit: { submit: INPUT } }],
    ['a submit beside an input', { ...INPUT, submit: INPUT }],
    ['a submit that was lost nobody knows when', { submit: INPUT, lostSince: 'yesterday' }],
    ['a prepare without its execution', { prepare: INPUT }],
    ['a prepare beside an input', { ...INPUT, prepare: INPUT }],
    ['a prepare beside a submit', { prepare: INPUT, submit: INPUT }],
    ['null', null],
  ];
  for (const [what, event] of refused) {
    it(`refuses ${what} before anything is started or submitted`, async (t) => {
      logLines(t);

      const run = invoke(handler, event);

      await assert.rejects(run, { name: 'InvalidInputError' });
      assert.deepEqual([inputs, aws.executions], [[], []]);
    });
  }
});
