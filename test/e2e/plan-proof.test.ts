import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VendorRejectedError } from '../../shared/errors.ts';
import { planPlatform, resumeInput, startPlan } from '../support/plan-platform.ts';
import { TILES } from '../support/tile-runs.ts';

const TILE = /\/tile\/\d+\/\d+\/\d+$/;

describe('the proof of a plan', () => {
  it('compares tiles from before the first unit with those after the last', async (t) => {
    const platform = await planPlatform(t);
    const run = startPlan(platform, 'plan', 3, { verify: 4 });
    await platform.idle();

    assert.equal(run.status, 'SUCCEEDED', `${run.error} ${run.cause}`);
    const { proof, notes = [], plan } = Object(run.output);
    const asked = platform.emulator.requests.filter(({ path }) => TILE.test(path)).length;
    assert.deepEqual([proof, asked], [{ asked: 4, missing: 0, changed: 4, same: 0 }, 8]);
    assert.equal(plan.done, 3);
    assert.doesNotMatch(notes.join('\n'), /verify/);
    assert.deepEqual(JSON.parse(String((await platform.ledger.get(TILES, 'plan'))?.['result'])).proof, proof);
  });

  it('is of the whole plan where it was stopped and resumed', async (t) => {
    const platform = await planPlatform(t);
    const first = startPlan(platform, 'first', 4, { verify: 4 });
    await platform.clock.after(700, () => first.abort());
    await platform.idle();
    const second = platform.start(TILES, resumeInput(platform, 'first'), 'second');
    await platform.idle();

    assert.equal(second.status, 'SUCCEEDED', second.cause);
    assert.deepEqual(Object(second.output).proof, { asked: 4, missing: 0, changed: 4, same: 0 });
  });

  it('is not asked of a resumed plan that had none, and a note says so', async (t) => {
    const platform = await planPlatform(t);
    const first = startPlan(platform, 'first', 4);
    await platform.clock.after(700, () => first.abort());
    await platform.idle();
    const second = platform.start(TILES, { ...resumeInput(platform, 'first'), verify: 4 }, 'second');
    await platform.idle();

    assert.equal(second.status, 'SUCCEEDED', second.cause);
    assert.equal(Object(second.output).proof, undefined);
    assert.match(Object(second.output).notes.join('\n'), /^verify: no tile was looked at, because none was/m);
  });

  it('never fails a plan: where the tiles cannot be looked at again, a note says why', async (t) => {
    const platform = await planPlatform(t);
    platform.onInvoke(({ moment, event }) => {
      if (moment === 'before' && Object.hasOwn(Object(event), 'prove')) throw new VendorRejectedError('No answer.');
    });
    const run = startPlan(platform, 'plan', 2, { verify: 2 });
    await platform.idle();

    assert.equal(run.status, 'SUCCEEDED', `${run.error} ${run.cause}`);
    const { proof, plan, notes } = Object(run.output);
    assert.deepEqual([proof, plan.done], [undefined, 2]);
    assert.match(notes.join('\n'), /^verify: the tiles could not be looked at afterwards\. VendorRejectedError: /m);
  });
});
