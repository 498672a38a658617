import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { readDefinition } from '../../local/machine-definition.ts';
import { sequence, startMachines } from '../support/hand-made-machines.ts';

const LIMIT_BYTES = 262_144;
const work = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', ResultPath: '$.work' };
const withPayload = { ...work, Parameters: { FunctionName: 'work', 'Payload.$': '$' } };
const plain = { ...work, Parameters: { FunctionName: 'work' } };
const pass = { Type: 'Pass' };
const CAUGHT = {
  Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 2 }],
  Catch: [{ ErrorEquals: ['States.ALL'], Next: 'caught' }],
};
const caught = { Type: 'Pass', Result: 'caught' };

/** A text that makes `{"text":"…"}` so many bytes long. */
const bytes = (length: number) => ({ text: 'x'.repeat(length - '{"text":""}'.length) });
/** The same in letters of two bytes. */
const accents = (length: number) => ({ text: 'é'.repeat((length - '{"text":""}'.length) / 2) });

async function run(t: TestContext, states: Record<string, object>, input: object, answer: () => unknown = () => ({})) {
  let calls = 0;
  const machines = await startMachines(
    t,
    { machine: sequence(states) },
    {
      answer() {
        calls += 1;
        return answer();
      },
    },
  );
  const execution = machines.start('machine', input);
  await execution.ended;
  return { status: execution.status, error: execution.error, cause: execution.cause ?? '', calls };
}

describe('the size of a state', () => {
  it('may be all that Step Functions takes', async (t) => {
    const { status } = await run(t, { pass, next: pass }, bytes(LIMIT_BYTES));

    assert.equal(status, 'SUCCEEDED');
  });

  const tooLarge: [what: string, states: Record<string, object>, input: object, answer: object][] = [
    ['the output of a state', { task: plain, pass, caught }, bytes(LIMIT_BYTES - 20), bytes(100)],
    ['the output of the last state', { task: plain }, bytes(LIMIT_BYTES - 20), bytes(100)],
    ['it in bytes, not letters', { task: plain, pass, caught }, accents(LIMIT_BYTES - 19), bytes(100)],
    ['the result of a task', { task: { ...plain, ...CAUGHT }, caught }, {}, bytes(LIMIT_BYTES + 1)],
  ];
  for (const [what, states, input, answer] of tooLarge) {
    it(`ends the execution where ${what} is more`, async (t) => {
      const outcome = await run(t, states, input, () => answer);

      assert.deepEqual([outcome.status, outcome.error, outcome.calls], ['FAILED', 'States.DataLimitExceeded', 1]);
    });
  }

  it('ends the execution where a task would be given more, before it is done', async (t) => {
    const doubled = { FunctionName: 'work', Payload: { 'one.$': '$', 'two.$': '$' } };

    const outcome = await run(t, { task: { ...work, ...CAUGHT, Parameters: doubled }, caught }, bytes(150_000));

    assert.deepEqual([outcome.status, outcome.error, outcome.calls], ['FAILED', 'States.DataLimitExceeded', 0]);
    assert.match(outcome.cause, /"task" gives to its task has 300\d+ bytes/);
  });
});

describe('a Fail', () => {
  const failBy = { Type: 'Fail', ErrorPath: '$.error', CausePath: '$.cause' };
  const machine = { StartAt: 'Fail', States: { Fail: failBy } };

  for (const [error, expected] of [
    ['VendorBusyError', 'VendorBusyError'],
    ['States.TaskFailed', 'States.Runtime'],
    ['States.Timeout', 'States.Runtime'],
    ['Statesman', 'Statesman'],
  ]) {
    it(`ends by ${expected} where its path leads to ${error}`, async (t) => {
      const machines = await startMachines(t, { machine });

      const execution = machines.start('machine', { error, cause: 'because' });
      await execution.ended;

      assert.deepEqual([execution.status, execution.error], ['FAILED', expected]);
      assert.match(execution.cause ?? '', /because$/);
    });
  }

  it('is refused with a reserved name in the definition', () => {
    const reserved = { StartAt: 'Fail', States: { Fail: { Type: 'Fail', Error: 'States.Timeout' } } };

    assert.throws(() => readDefinition(reserved), /"Fail" must not fail by the reserved name States\.Timeout/);
  });

  it('leaves the names of Step Functions to Step Functions', async (t) => {
    const outcome = await run(t, { task: { ...withPayload, InputPath: '$.nowhere' } }, {});

    assert.match(outcome.error ?? '', /^States\./);
    assert.doesNotMatch(outcome.cause, /reserved/);
  });
});
