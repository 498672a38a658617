import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { array, asyncProperty, assert as check, constantFrom, string, tuple } from 'fast-check';
import { channelOf } from '../../../../shared/clients/channel.ts';

/** "Understanding the Event API WebSocket protocol", AWS AppSync Events developer guide. */
const CHANNEL =
  /^\/?[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?(?:\/[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?){0,4}\/?$/;

describe('the channel of a service', () => {
  for (const [target, service, channel] of [
    ['gis', 'Basemap.MapServer', '/tiles/gis/Basemap-2EMapServer'],
    ['city-gis', 'Imagery/Landsat.ImageServer', '/tiles/city-2Dgis/Imagery/Landsat-2EImageServer'],
    ['city_gis', 'A b/Größe.MapServer', '/tiles/city-5Fgis/A-20b/Gr-C3-B6-C3-9Fe-2EMapServer'],
    ['_gis', 'A.MapServer', '/tiles/sha256-x7e3b55934b1c71e370940796820dec3772db6f6c/A-2EMapServer'],
  ] as const) {
    it(`of ${service} on ${target} is ${channel}`, async () => {
      assert.equal(await channelOf(target, service), channel);
    });
  }

  it('is one that AppSync takes, and never that of another service', async () => {
    const name = string({
      unit: constantFrom('a', 'B', '1', '-', '_', '.', ' ', 'x', '2', 'D', 'ß', '図'),
      minLength: 1,
      maxLength: 60,
    });
    const service = array(name, { minLength: 1, maxLength: 2 }).filter((parts) => parts.every((part) => part !== ''));
    await check(
      asyncProperty(tuple(name, service), tuple(name, service), async ([target, parts], [other, others]) => {
        const own = await channelOf(target, parts.join('/'));

        assert.match(own, CHANNEL);
        if (target === other && parts.join('/') === others.join('/')) return;
        assert.notEqual(own, await channelOf(other, others.join('/')));
      }),
      { numRuns: 500 },
    );
  });

  it('tells names apart that would be one by a shorter rule', async () => {
    const names = ['a_', 'a-5F', 'a-', 'a-2D', '_a', '-5Fa', `sha256-x${'0'.repeat(40)}`, 'A', 'a', 'a.', 'a '];
    const channels = await Promise.all(names.map((name) => channelOf(name, 'S.MapServer')));

    assert.equal(new Set(channels).size, names.length);
  });

  it('is reckoned by the example page in the same way, letter for letter', () => {
    const [own, ofPage] = ['shared/clients/channel.ts', 'examples/map/channel.ts'].map((file) =>
      readFileSync(file, 'utf8'),
    );

    assert.equal(ofPage, own);
  });
});
