import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BASEMAP, ended, startTiles, TILES, tilePlatform } from '../support/tile-runs.ts';

const TWO_HOURS_SECONDS = 7200;

describe('a run that AWS itself lets down', () => {
  it('for good before its submit fails by a name that is not reserved, and tells the ledger the same', async (t) => {
    const platform = await tilePlatform(t);
    platform.onInvoke(({ functionName, moment }) => {
      if (functionName !== 'take-turn' || moment !== 'before') return;
      throw Object.assign(new Error('not ready'), { name: 'Lambda.ResourceNotReadyException' });
    });

    const execution = startTiles(platform, 'unlucky');
    await ended([execution]);

    assert.deepEqual([execution.status, execution.error], ['FAILED', 'AwsUnavailableError']);
    assert.match(execution.cause ?? '', /^AWS itself failed, after many tries: .*Start it again when AWS works/);
    const entry = await platform.ledger.get(TILES, 'unlucky');
    assert.deepEqual(
      [entry?.['status'], entry?.['error'], entry?.['cause']],
      ['failed', 'AwsUnavailableError', execution.cause],
    );
    assert.deepEqual([entry?.['waitingFor'], platform.emulator.jobs.list()], [undefined, []]);
  });

  it('for two hours while it watches goes on to its end, and so does a run that is attached to it', async (t) => {
    const platform = await tilePlatform(t);
    let isDown = false;
    platform.onInvoke(({ functionName, moment }) => {
      if (!isDown || functionName !== 'check-job' || moment !== 'before') return;
      throw Object.assign(new Error('not ready'), { name: 'Lambda.ResourceNotReadyException' });
    });

    const holder = startTiles(platform, 'holder');
    await platform.clock.after(60, () => {
      isDown = true;
    });
    const attached = startTiles(platform, 'attached');
    await platform.clock.after(TWO_HOURS_SECONDS, () => {
      isDown = false;
    });
    await ended([holder, attached]);

    const [job, ...others] = platform.emulator.jobs.list();
    assert.deepEqual([holder.status, attached.status, others.length], ['SUCCEEDED', 'SUCCEEDED', 0]);
    assert.deepEqual([Object(holder.output).jobId, Object(attached.output).jobId], [job?.id, job?.id]);
    assert.equal(Object(attached.output).attachedTo, 'holder');
    assert.notEqual((await platform.ledger.get('claim', `${platform.target}/${BASEMAP}`))?.['releasedAt'], undefined);
  });
});
