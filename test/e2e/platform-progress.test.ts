import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { followExecution } from '../../cli/follow-execution.ts';
import { Progress } from '../../cli/progress.ts';
import { machineArn, sequence, startMachines } from '../support/hand-made-machines.ts';

function progressOn(t: TestContext, isTTY: boolean) {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'] });
  const written: string[] = [];
  const stream = { isTTY, columns: 40, write: (text: string) => written.push(text) > 0 };
  const progress = new Progress(stream);
  t.after(() => progress.close());
  return { progress, written };
}

test('without a terminal prints a line at the start, when something has changed, and at the end', (t) => {
  const { progress, written } = progressOn(t, false);

  const line = progress.start('refresh-service');
  line.update('Check: 10 %');
  line.update('Check: 20 %');
  t.mock.timers.tick(4000);
  line.end('succeeded');

  assert.deepEqual(
    written.map((text) => text.replace(/^refresh-service +[\d.]+ s +/, '')),
    ['started\n', 'Check: 20 %\n', 'succeeded\n'],
  );
});

test('on a terminal redraws one line for each running operation, no wider than the terminal', (t) => {
  const { progress, written } = progressOn(t, true);
  progress.start('refresh-service').update('x'.repeat(80));
  progress.start('clear-rest-cache');

  t.mock.timers.tick(100);
  written.length = 0;
  t.mock.timers.tick(100);

  const [erase, ...lines] = written;
  assert.equal(erase, '\u001b[2A\u001b[J');
  assert.equal(lines.length, 2);
  assert.ok(lines.every((line) => line.length <= 40 && line.endsWith('\n')));
});

test('on a terminal leaves the end of an operation above the running ones', (t) => {
  const { progress, written } = progressOn(t, true);
  const first = progress.start('refresh-service');
  progress.start('clear-rest-cache');
  t.mock.timers.tick(100);
  written.length = 0;

  first.end('succeeded');

  const [, ended, running] = written;
  assert.match(ended ?? '', /refresh-service.*succeeded/);
  assert.match(running ?? '', /^clear-rest-cache/);
});

test('tells people what a run is doing, and in its watching what the job does', async (t) => {
  const watch = (polls: number, percent: number) => ({
    status: 'running',
    polls,
    jobStatus: 'esriJobExecuting',
    percent,
  });
  const answers = [watch(1, 12.4), watch(2, 42), { status: 'succeeded' }];
  const nested = (name: string) => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::states:startExecution.sync:2',
    Parameters: { StateMachineArn: machineArn(name) },
    ResultPath: null,
  });
  const check = {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { FunctionName: 'check', Payload: {} },
    ResultPath: null,
  };
  const shown: string[] = [];
  const line = { update: (text: string) => shown.push(text), end: (text: string) => shown.push(text) };
  const machines = await startMachines(
    t,
    {
      'refresh-service': sequence({
        'Take a turn': nested('take-turn'),
        Submit: { Type: 'Pass' },
        Watch: nested('watch-job'),
      }),
      'take-turn': sequence({ 'Look at the queue': { Type: 'Pass' } }),
      'watch-job': sequence({ one: check, two: check, three: check }),
    },
    {
      answer: () => answers.shift(),
      onStart: (execution) => execution.parent ?? followExecution(execution, { start: () => line }),
    },
  );

  await machines.start('refresh-service').ended;

  assert.deepEqual(shown, [
    'waits for its turn',
    'submitting',
    'Watch',
    'esriJobExecuting 12 %, poll 1',
    'esriJobExecuting 42 %, poll 2',
    'succeeded',
  ]);
});
