import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { followExecution } from '../../cli/follow-execution.ts';
import { Progress } from '../../cli/progress.ts';
import type { LedgerEntry } from '../../local/ledger.ts';
import { wordsOfStop } from '../../local/run-end.ts';
import { machineArn, sequence, startMachines } from '../support/hand-made-machines.ts';

function progressOn(t: TestContext, isTTY: boolean, columns = 40) {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'] });
  const written: string[] = [];
  const stream = { isTTY, columns, write: (text: string) => written.push(text) > 0 };
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
  assert.equal(erase, '\u001b[2F\u001b[J');
  assert.equal(lines.length, 2);
  assert.ok(lines.every((line) => line.length <= 40 && line.endsWith('\n')));
});

test('on a terminal leaves the end of an operation above the running ones', (t) => {
  const { progress, written } = progressOn(t, true, 70);
  const first = progress.start('refresh-service');
  progress.start('clear-rest-cache');
  t.mock.timers.tick(100);
  written.length = 0;

  first.end('succeeded');

  const [, ended, running] = written;
  assert.match(ended ?? '', /refresh-service.*succeeded/);
  assert.match(running ?? '', /^clear-rest-cache/);
});

test('on a terminal breaks lines between words, and the end of a run below its beginning', (t) => {
  const { progress, written } = progressOn(t, true, 70);

  progress.note('Ctrl-C: stops what runs, its job on the server too. Ctrl-C again leaves at once.');
  progress.start('refresh-service').end('stopped: its job j3063383b4cb5713fc8 is cancelled on the server');

  assert.deepEqual(
    written.filter((text) => text.endsWith('\n')).flatMap((text) => text.trimEnd().split('\n')),
    [
      'Ctrl-C: stops what runs, its job on the server too. Ctrl-C again',
      'leaves at once.',
      'refresh-service                    0.0 s  stopped: its job',
      `${' '.repeat(42)}j3063383b4cb5713fc8 is`,
      `${' '.repeat(42)}cancelled on the server`,
    ],
  );
});

test('on a terminal cuts the line of what runs between words', (t) => {
  const { progress, written } = progressOn(t, true, 60);
  progress.start('refresh-service').update('waits for its turn behind others');

  t.mock.timers.tick(100);

  assert.equal(written.at(-1), 'refresh-service                    0.1 s  waits for its …\n');
});

test('ends the line of a stopped run only when it is known what became of its job', async (t) => {
  const settled = Promise.withResolvers<LedgerEntry | undefined>();
  const shown: string[] = [];
  const line = { update: (text: string) => shown.push(text), end: (text: string) => shown.push(text) };
  const wait = { Type: 'Wait', Seconds: 3600 };
  const machines = await startMachines(
    t,
    { 'refresh-service': sequence({ Watch: wait }) },
    { onStart: (execution) => followExecution(execution, settled.promise, { start: () => line }) },
  );

  const execution = machines.start('refresh-service');
  execution.abort();
  await execution.ended;
  await setImmediate();
  const before = [...shown];
  settled.resolve({ status: 'cancelled', jobId: 'j1' });
  await setImmediate();

  assert.deepEqual(before.slice(-1), ['stopped: what becomes of its job?']);
  assert.deepEqual(shown.slice(-1), ['stopped: its job j1 is cancelled on the server']);
});

const BECAME: [entry: LedgerEntry | undefined, words: string][] = [
  [undefined, 'before anything was sent to the server'],
  [{ status: 'cancelled' }, 'before a job ran; nothing runs on the server'],
  [{ status: 'stopped' }, 'in the middle of its submit; no job of it runs on the server'],
  [
    { status: 'stopped', target: 'north, south' },
    'with it the runs of its targets that were at work; their own entries say what became of them',
  ],
  [
    { status: 'stopped', jobId: 'j1', jobStatus: 'esriJobSucceeded' },
    'its job j1 had ended by itself (esriJobSucceeded)',
  ],
  [{ status: 'submitted', jobId: 'j1' }, 'its job j1 runs on: it was only submitted'],
  [{ status: 'failed', error: 'VendorRejectedError' }, 'it had failed by VendorRejectedError'],
  [{ status: 'uncertain', jobId: 'j1' }, 'whether its job j1 runs on is not known: look for it on the server'],
  [{ status: 'running' }, 'whether its job runs on is not known: look for it on the server'],
];
for (const [entry, words] of BECAME) {
  test(`says of a stopped run whose entry is ${JSON.stringify(entry)}: ${words}`, () => {
    assert.equal(wordsOfStop(entry), words);
  });
}

test('tells people what a run is doing, and in its watching what the job does', async (t) => {
  const watch = (polls: number, percent: number) => ({
    status: 'running',
    polls,
    jobStatus: 'esriJobExecuting',
    percent,
  });
  const answers = [watch(1, 12.4), { ...watch(2, 42), status: 'progressed' }, { status: 'succeeded' }];
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
      'refresh-service': sequence({ Prepare: { Type: 'Pass' }, 'Hold and run': nested('hold') }),
      hold: sequence({ 'Take a turn': nested('take-turn'), 'Do the work': nested('run-job') }),
      'take-turn': sequence({ 'Does it wait?': { Type: 'Pass' } }),
      'run-job': sequence({ Submit: { Type: 'Pass' }, Watch: nested('watch-job') }),
      'watch-job': sequence({ one: check, two: check, three: check }),
    },
    {
      answer: () => answers.shift(),
      onStart: (execution) =>
        execution.parent ?? followExecution(execution, Promise.resolve(undefined), { start: () => line }),
    },
  );

  await machines.start('refresh-service').ended;

  assert.deepEqual(shown, [
    'checks the input',
    'waits for its turn, or for the end of a pause',
    'at work',
    'esriJobExecuting 12 %, poll 1',
    'esriJobExecuting 42 %, poll 2',
    'succeeded',
  ]);
});
