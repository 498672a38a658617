import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type JobPlatform, startJobPlatform } from '../support/job-platform.ts';
import { assertStopped, OPERATION, startRun, stopAt } from '../support/stops.ts';

/** The states that a run passes, machine by machine; those of tasks have a moment after them, too. */
const STATES: [machine: string, state: string, isTask?: 'task'][] = [
  [OPERATION, 'Is it a dry run?'],
  [OPERATION, 'Enter the ledger', 'task'],
  [OPERATION, 'Prepare', 'task'],
  [OPERATION, 'Note what it asks for', 'task'],
  [OPERATION, 'Hold and run', 'task'],
  [OPERATION, 'How did it end?'],
  [OPERATION, 'Done'],
  ['hold', 'Take a turn', 'task'],
  ['hold', 'Whose turn is it?'],
  ['hold', 'Do the work', 'task'],
  ['hold', 'Is the service free?'],
  ['hold', 'Free the service', 'task'],
  ['hold', 'Done'],
  ['take-turn', 'Take a turn', 'task'],
  ['take-turn', 'Does it wait?'],
  ['take-turn', 'Done'],
  ['run-job', 'Note the submit', 'task'],
  ['run-job', 'Submit', 'task'],
  ['run-job', 'What came of it?'],
  ['run-job', 'Record the job', 'task'],
  ['run-job', 'Renew the lease', 'task'],
  ['run-job', 'Watch', 'task'],
  ['run-job', 'Note the watch', 'task'],
  ['run-job', 'How is the job?'],
  ['run-job', 'Write the result', 'task'],
  ['run-job', 'Done'],
  ['watch-job', 'Wait'],
  ['watch-job', 'Check', 'task'],
  ['watch-job', 'Is it still running?'],
  ['watch-job', 'Note the progress', 'task'],
  ['watch-job', 'Done'],
];

/** What the submitting function asks the server, in this order. */
const REQUESTS = [/rest\/info$/, /generateToken$/, /Streets\/MapServer$/, /submitJob$/];

async function platformOf(t: TestContext): Promise<JobPlatform> {
  const platform = await startJobPlatform({ emulator: { jobSeconds: 2000 } });
  t.after(() => platform.close());
  return platform;
}

describe('an execution that is stopped', () => {
  it('can be stopped at no other state than those', async (t) => {
    const platform = await platformOf(t);
    const passed = new Set<string>();
    platform.onState(({ machine, state }) => {
      passed.add(`${machine}: ${state}`);
    });

    const execution = startRun(platform);
    await platform.idle();

    assert.equal(execution.status, 'SUCCEEDED', execution.cause);
    assert.deepEqual([...passed].sort(), STATES.map(([machine, state]) => `${machine}: ${state}`).sort());
  });

  for (const [machine, state, isTask] of STATES) {
    for (const moment of isTask ? (['before', 'after'] as const) : (['before'] as const)) {
      it(`${moment} "${state}" of ${machine} leaves no job running, and the ledger agrees`, async (t) => {
        const platform = await platformOf(t);
        const isMet = stopAt(platform, { machine, state, moment }, () => execution.abort());

        const execution = startRun(platform);
        await platform.idle();

        assert.ok(isMet(), 'the state was never entered');
        await assertStopped(platform);
      });
    }
  }

  for (const path of REQUESTS) {
    it(`while the submitting function asks ${path} leaves no job running`, async (t) => {
      const platform = await platformOf(t);
      const { requests } = platform.emulator;
      const push = requests.push.bind(requests);
      let stopped = false;
      requests.push = (...seen) => {
        if (!stopped && seen.some((request) => path.test(request.path))) {
          stopped = true;
          execution.abort();
        }
        return push(...seen);
      };

      const execution = startRun(platform);
      await platform.idle();

      assert.equal(execution.status, 'ABORTED');
      await assertStopped(platform);
    });
  }
});
