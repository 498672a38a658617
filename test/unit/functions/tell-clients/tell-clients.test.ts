import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tellClients } from '../../../../functions/tell-clients/operation.ts';

const detail = {
  stack: 'CacheOps',
  run: 'manage-map-server-cache-tiles/one',
  target: 'city-gis',
  service: 'Imagery/Landsat.ImageServer',
  scales: [9027.977411],
  renewedAt: '2026-01-31T03:00:00.000Z',
};

describe('map clients', () => {
  it('are told the detail of the event as it is, on the channel of its service', async () => {
    const told: unknown[] = [];

    const result = await tellClients(
      { 'detail-type': 'Tiles Renewed', detail: { ...detail, later: 1 } },
      async (...one) => {
        told.push(one);
      },
    );

    const channel = '/tiles/city-2Dgis/Imagery/Landsat-2EImageServer';
    assert.deepEqual([result, told], [{ channel }, [[channel, { ...detail, later: 1 }]]]);
  });

  for (const [what, event] of [
    ['another event', { 'detail-type': 'Run Ended', detail }],
    ['a service that is none', { 'detail-type': 'Tiles Renewed', detail: { ...detail, service: 7 } }],
    ['nothing', {}],
  ] as const) {
    it(`are not told of ${what}, which is refused by name`, async () => {
      const never = async () => assert.fail('something was published');

      await assert.rejects(tellClients(event, never), { name: 'InvalidInputError' });
    });
  }
});
