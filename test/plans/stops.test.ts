import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OPEN } from '../../shared/ledger/entry.ts';
import { COUNTRY, planPlatform, resumeInput, startPlan, unitsOf } from '../support/plan-platform.ts';
import { stopAt } from '../support/stops.ts';
import { TILES } from '../support/tile-runs.ts';

const UNITS = 3;

/** The states that a plan passes beside those of its units; those of tasks have a moment after them, too. */
const STATES: [machine: string, state: string, isTask?: 'task'][] = [
  ['hold', 'Do the work', 'task'],
  ['run-plan', 'Make the plan', 'task'],
  ['run-plan', 'Look at the plan', 'task'],
  ['run-plan', 'How does it go on?'],
  ['run-plan', 'Run its units'],
  ['run-plan', 'Run a lane', 'task'],
  ['run-plan', 'Lane over'],
  ['run-plan', 'Done'],
  ['run-units', 'Take the lane'],
  ['run-units', 'Next unit', 'task'],
  ['run-units', 'Is there one?'],
  ['run-units', 'Run the unit', 'task'],
  ['run-units', 'Done'],
  ['run-job', 'Note the submit', 'task'],
  ['run-job', 'Submit', 'task'],
  ['run-job', 'Record the job', 'task'],
  ['run-job', 'Watch', 'task'],
  ['run-job', 'Write the result', 'task'],
];

describe('a plan that is stopped', () => {
  for (const [machine, state, isTask] of STATES) {
    for (const moment of isTask ? (['before', 'after'] as const) : (['before'] as const)) {
      it(`${moment} "${state}" of ${machine} leaves no job running, and exactly the rest is done when it is resumed`, async (t) => {
        const platform = await planPlatform(t, { emulator: { jobSeconds: 60 } });
        const { emulator, ledger, clock } = platform;
        const begin = clock.now();
        const run = startPlan(platform, 'first', UNITS);
        const isMet = stopAt(platform, { machine, state, moment }, () => run.abort());
        await platform.idle();
        assert.ok(isMet(), 'the state was never entered');
        assert.ok(emulator.jobs.list().every(({ endedAt }) => endedAt !== undefined));
        const { status, open } = (await ledger.get(TILES, 'first')) ?? {};
        const units = await unitsOf(platform, 'first');
        const done = Number(
          JSON.parse(String((await ledger.get('plan', `${TILES}/first`))?.['progress'] ?? '{"done":[]}')).done.reduce(
            (sum: number, [from, to]: number[]) => sum + Number(to) - Number(from) + 1,
            0,
          ),
        );
        const before = emulator.jobs.list().length;

        const second = platform.start(TILES, resumeInput(platform, 'first'), 'second');
        await platform.idle();

        assert.notEqual(open, OPEN, String(status));
        for (const unit of units) assert.ok(!['waiting', 'submitting', 'running'].includes(unit.status), unit.status);
        assert.equal(second.status, 'SUCCEEDED', second.cause);
        assert.equal(emulator.jobs.list().length - before, UNITS - done);
        const tiles = emulator.tiles.list(COUNTRY);
        assert.equal(tiles.length, UNITS * 128);
        assert.ok(tiles.every(({ madeAt }) => madeAt >= begin));
      });
    }
  }
});
