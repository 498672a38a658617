import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BASEMAP, ended, startTiles, TILES, tilePlatform } from '../support/tile-runs.ts';

describe('a run that Step Functions itself cannot go on with', () => {
  it('fails by a name that is not reserved, and tells the ledger the same', async (t) => {
    const platform = await tilePlatform(t);
    platform.onInvoke(({ functionName, event, moment }) => {
      if (functionName !== 'check-job' || moment !== 'before' || !Object.hasOwn(Object(event), 'clock')) return;
      throw Object.assign(new Error('not ready'), { name: 'Lambda.ResourceNotReadyException' });
    });

    const execution = startTiles(platform, 'unlucky');
    await ended([execution]);

    assert.deepEqual([execution.status, execution.error], ['FAILED', 'AwsUnavailableError']);
    assert.match(execution.cause ?? '', /^Step Functions says States\.TaskFailed: .*Lambda\.ResourceNotReadyException/);
    const entry = await platform.ledger.get(TILES, 'unlucky');
    assert.deepEqual(
      [entry?.['status'], entry?.['error'], entry?.['cause']],
      ['failed', 'AwsUnavailableError', execution.cause],
    );
    assert.deepEqual([entry?.['waitingFor'], platform.emulator.jobs.list()], [undefined, []]);
  });

  it('gives the same name to the runs that are attached to it', async (t) => {
    const platform = await tilePlatform(t);
    platform.onInvoke(({ functionName, event, moment }) => {
      if (functionName !== 'check-job' || moment !== 'before' || Object(event).status !== 'running') return;
      throw Object.assign(new Error('The state is too large'), { name: 'States.ItemReaderFailed' });
    });

    const holder = startTiles(platform, 'holder');
    await platform.clock.after(1, () => undefined);
    const attached = startTiles(platform, 'attached');
    await ended([holder, attached]);
    await platform.idle();

    assert.deepEqual([holder.error, attached.error], ['AwsUnavailableError', 'AwsUnavailableError']);
    assert.equal((await platform.ledger.get('claim', `${platform.target}/${BASEMAP}`))?.['releasedAt'], undefined);
  });
});
