import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { inputSchema } from '../../../../functions/refresh-service/input.ts';
import { refreshRequest } from '../../../../functions/refresh-service/operation.ts';
import { watchSchema } from '../../../../shared/jobs/job-reference.ts';
import { jobOperation, type Submission } from '../../../../shared/lambda/job-operation.ts';
import { operationHandler } from '../../../../shared/lambda/operation-handler.ts';
import { fromItem } from '../../../../shared/ledger/attributes.ts';
import { invoke } from '../../../support/invoke.ts';
import { logLines } from '../../../support/log-lines.ts';

const OPERATION = 'refresh-service';
const INPUT = { target: 'city-gis', serviceName: 'Landsat', serviceType: 'ImageServer' };
const AT_ONCE = { ...INPUT, waitForJobCompletion: 'DO_NOT_WAIT' };
const TASK = 'rest/services/System/PublishingTools/GPServer/Refresh%20Service';
const JOB = {
  taskPath: TASK,
  jobId: 'j1',
  jobStatus: 'esriJobSubmitted',
  jobUrl: `https://gis.example.org/${TASK}/jobs/j1`,
};
const SUBMITTED = {
  operation: OPERATION,
  target: 'city-gis',
  status: 'submitted',
  service: 'Landsat.ImageServer',
  jobId: 'j1',
  jobStatus: 'esriJobSubmitted',
  jobUrl: JOB.jobUrl,
};
const RUN = { operation: OPERATION, name: 'nightly-2026-01-15T03-00-00Z' };
const EXECUTION = {
  id: `arn:aws:states:us-east-1:000000000000:execution:${OPERATION}:${RUN.name}`,
  name: RUN.name,
  startedAt: '2026-01-15T03:00:02Z',
};
const OLD_EXECUTION = { name: RUN.name, startedAt: EXECUTION.startedAt };
const DAY_MS = 86_400_000;

let inputs: unknown[];
let sought: unknown[];
let submission: Submission;

const handler = operationHandler(
  OPERATION,
  jobOperation({
    operation: OPERATION,
    inputSchema,
    request: refreshRequest,
    async submit(input, request) {
      inputs.push(input);
      sought.push(request.sought);
      return submission;
    },
  }),
);

beforeEach((t) => {
  inputs = [];
  sought = [];
  submission = { job: JOB };
  Object.assign(process.env, { MAX_DURATION_DAYS: '14', KEEP_DAYS: '400' });
  if ('mock' in t) logLines(t);
});

const prepare = async (input: object, more: object = {}) =>
  Object(await invoke(handler, { prepare: input, execution: EXECUTION, submitSeconds: 150, ...more }));

describe('a job operation that is asked to prepare', () => {
  it('tells its machine what to write into the ledger and what to claim, and calls nobody', async () => {
    const { run, entry, request, ...told } = await prepare(INPUT);

    const startedAt = '2026-01-15T03:00:02.000Z';
    const { id, ...named } = run;
    assert.match(id, /^nightly-2026-01-15T03-00-00Z-[0-9a-f]{12}$/);
    assert.deepEqual(named, { ...RUN, startedAt, startedBy: 'schedule nightly', ticket: `${startedAt}#${RUN.name}` });
    assert.partialDeepStrictEqual(told, { claims: 'something', claim: 'city-gis/Landsat.ImageServer', later: true });
    assert.match(request, /^[0-9a-f]{32}$/);
    const { input, sought: how, expiresAt, ...written } = fromItem(entry);
    assert.deepEqual(written, {
      ...named,
      executionArn: EXECUTION.id,
      status: 'waiting',
      open: 'yes',
      target: 'city-gis',
      service: 'Landsat.ImageServer',
      submitSeconds: 150,
      waitingFor: 'city-gis/Landsat.ImageServer',
    });
    assert.deepEqual(JSON.parse(String(input)), INPUT);
    assert.partialDeepStrictEqual(JSON.parse(String(how)), { taskPath: TASK });
    assert.ok(Math.abs(Number(expiresAt) * 1000 - Date.now() - 400 * DAY_MS) < 60_000);
    assert.deepEqual(inputs, []);
  });

  it('gives names to nested executions that are its own, and that AWS takes, whatever it is called itself', async () => {
    const names = ['a', 'a:b/é'.repeat(16), 'x'.repeat(80)];
    const arns = [EXECUTION.id, `${EXECUTION.id}-2`];

    const ids = await Promise.all(
      names.flatMap((name) =>
        arns.map(async (id) => (await prepare(INPUT, { execution: { ...EXECUTION, name, id } })).run.id),
      ),
    );

    assert.equal(new Set(ids).size, names.length * arns.length);
    for (const id of ids) assert.match(id, /^[\w-]{1,45}$/);
  });

  it('takes equal requests for equal, whatever the order of their keys, and others for others', async () => {
    const reordered = Object.fromEntries(Object.entries(INPUT).reverse());
    const inputsOfRuns = [INPUT, reordered, { ...INPUT, refreshOptions: 'x' }, AT_ONCE];

    const [one, same, ...others] = await Promise.all(inputsOfRuns.map(async (input) => (await prepare(input)).request));

    assert.equal(one, same);
    assert.equal(new Set([one, ...others]).size, 3);
  });

  it('gives a machine of version 0.1.0 what that writes itself', async () => {
    const told = Object(await invoke(handler, { prepare: INPUT, execution: OLD_EXECUTION }));

    const { run, sought: how, request, ...rest } = told;
    assert.partialDeepStrictEqual(run, { ...RUN, startedBy: 'schedule nightly' });
    assert.ok(run.expiresAt * 1000 > Date.now());
    assert.partialDeepStrictEqual(how, { taskPath: TASK });
    assert.equal(typeof request, 'string');
    const claim = 'city-gis/Landsat.ImageServer';
    assert.deepEqual(rest, { input: INPUT, target: 'city-gis', service: 'Landsat.ImageServer', claim, later: true });
  });
});

describe('a job operation that is asked to submit', () => {
  const submit = async (more: object = { run: RUN, attempts: 0 }, input: object = INPUT) =>
    Object(await invoke(handler, { submit: input, ...more }));

  it('submits, and gives its machine a watch to go on with', async () => {
    const startedAt = Date.now();

    const watch = watchSchema.parse(await submit());

    const { job, deadline, leaseUntil, watchingCost, expiresAt, ...others } = watch;
    const { submittedAt, ...reference } = job;
    assert.deepEqual(others, { status: 'running', run: RUN, polls: 0, waitSeconds: 2, jobStatus: 'esriJobSubmitted' });
    assert.equal(Date.parse(deadline) - Date.parse(submittedAt), 14 * DAY_MS);
    assert.equal(expiresAt, Math.floor(Date.parse(deadline) / 1000) + (400 * DAY_MS) / 1000);
    assert.ok(leaseUntil > submittedAt && watchingCost > 0);
    assert.partialDeepStrictEqual(reference, {
      operation: OPERATION,
      target: 'city-gis',
      service: 'Landsat.ImageServer',
      taskPath: TASK,
      jobId: 'j1',
    });
    assert.ok(Date.parse(submittedAt) >= startedAt && Date.parse(submittedAt) <= Date.now());
    assert.equal(inputs.length, 1);
  });

  it('gives a machine of version 0.1.0 a watch that tells no entry, with the path by the name that it records', async () => {
    const watch = await submit({});

    assert.equal(watch.run, undefined);
    assert.equal(watch.job.taskUrl, TASK);
  });

  it('looks for the job of a call that broke off since then', async () => {
    await submit({ run: RUN, lostSince: '2026-01-15T03:00:05.000Z' });

    assert.partialDeepStrictEqual(sought, [{ lostSince: Date.parse('2026-01-15T03:00:05Z') }]);
  });

  it('ends at once where nobody is to watch, and tells its machine how to write that', async () => {
    const { write, ...end } = await submit(undefined, AT_ONCE);

    assert.deepEqual(end, { status: 'submitted', service: 'free', result: SUBMITTED });
    assert.partialDeepStrictEqual(write.ExpressionAttributeValues, {
      ':status': { S: 'submitted' },
      ':jobId': { S: 'j1' },
    });
    assert.deepEqual(JSON.parse(write.ExpressionAttributeValues[':result'].S), SUBMITTED);
  });

  it('gives a machine of version 0.1.0 the submitted job itself', async () => {
    assert.deepEqual(await submit({}, AT_ONCE), SUBMITTED);
  });

  it('says what was decided for the caller, watched or not', async () => {
    submission = { ...submission, notes: ['updateExtent was not used'] };

    const results = [await submit(), (await submit(undefined, AT_ONCE)).result];

    for (const result of results) assert.partialDeepStrictEqual(result, { notes: ['updateExtent was not used'] });
  });

  it('reads what another version tells beside it', async () => {
    await submit({ run: { ...RUN, newer: 1 }, attempts: 0, newer: 2 });

    assert.equal(inputs.length, 1);
  });
});

describe('a job operation refuses', () => {
  const wrong = { ...INPUT, serviceName: '../../admin' };
  const large = { ...INPUT, refreshOptions: 'x'.repeat(100_001) };
  const refused: [what: string, event: unknown][] = [
    ['an input that does not fit', wrong],
    ['the same from its state machine, before its turn', { prepare: wrong, execution: EXECUTION }],
    ['the same from its state machine', { submit: wrong, run: RUN }],
    ['nothing from its state machine', { submit: null }],
    ['a submit inside a submit', { submit: { submit: INPUT } }],
    ['an input of more than 100 kB', large],
    ['the same from its state machine, however it is nested', { prepare: large, execution: EXECUTION }],
    ['an execution without a name', { prepare: INPUT, execution: {} }],
    ['a start that is no time', { prepare: INPUT, execution: { ...EXECUTION, startedAt: 'yesterday' } }],
    ['null', null],
  ];
  for (const [what, event] of refused) {
    it(`${what}, before anything is submitted`, async () => {
      await assert.rejects(async () => await invoke(handler, event), { name: 'InvalidInputError' });

      assert.deepEqual(inputs, []);
    });
  }
});
