import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { type EmulatorCaller, signIn } from '../../local/emulators/arcgis/emulator-caller.ts';
import type { StoredTile } from '../../local/emulators/arcgis/tile-store.ts';

const CACHING = '/rest/services/System/CachingTools/GPServer';
const MANAGE = `${CACHING}/Manage%20Map%20Cache%20Tiles`;
const REFRESH = '/rest/services/System/PublishingTools/GPServer/Refresh%20Service';
const BASEMAP = 'Basemap.MapServer';
const LEVELS = '591657527.591555;295828763.795777;147914381.897889;';
const TILES_OF_THESE_LEVELS = 21;
const EDGE = 20_037_508.342787;

describe('the tile store of the ArcGIS emulator', () => {
  let emulator: ArcgisEmulator;
  let caller: EmulatorCaller;
  let start: number;
  let now: number;

  beforeEach(async () => {
    start = Date.UTC(2026, 0, 15);
    now = start;
    emulator = await startArcgisEmulator({ now: () => now, jobSeconds: 10 });
    caller = await signIn(emulator);
  });
  afterEach(() => emulator.close());

  const manage = (mode: string, more: Record<string, string> = {}) => {
    const fields = { service_url: 'Basemap:MapServer', levels: LEVELS, thread_count: '3', update_mode: mode };
    return caller.submit(MANAGE, { ...fields, ...more });
  };
  const isNew = ({ madeAt }: StoredTile) => madeAt > start;
  const places = (tiles: StoredTile[]) => tiles.map(({ level, row, col }) => `${level}/${row}/${col}`);
  const managed = () => emulator.tiles.list(BASEMAP).filter(({ level }) => level <= 2);

  it('creates only the missing tiles with RECREATE_EMPTY_TILES, and says how many', async () => {
    const before = managed();
    const missing = TILES_OF_THESE_LEVELS - before.length;

    const job = await manage('RECREATE_EMPTY_TILES');
    now += 20_000;

    assert.ok(missing > 0 && before.length > 0);
    assert.equal(managed().length, TILES_OF_THESE_LEVELS);
    assert.equal(managed().filter(isNew).length, missing);
    const messages = emulator.jobs.list()[0]?.messages.map(({ description }) => description) ?? [];
    assert.ok(messages.includes(`${missing} tiles created, ${before.length} left as they were.`));
    assert.partialDeepStrictEqual(await caller.post(job), { jobStatus: 'esriJobSucceeded' });
  });

  it('renews every tile of the scales with RECREATE_ALL_TILES, and none of the others', async () => {
    await manage('RECREATE_ALL_TILES');
    now += 20_000;

    assert.equal(managed().filter(isNew).length, TILES_OF_THESE_LEVELS);
    assert.equal(emulator.tiles.list(BASEMAP).filter(isNew).length, TILES_OF_THESE_LEVELS);
  });

  it('removes the tiles with DELETE_TILES and keeps the scheme', async () => {
    await manage('DELETE_TILES');
    now += 20_000;

    assert.deepEqual(managed(), []);
    assert.partialDeepStrictEqual(await caller.post('/rest/services/Basemap/MapServer'), { singleFusedMapCache: true });
  });

  it('writes the tiles little by little, and a cancelled job keeps those that it has written', async () => {
    const job = await manage('RECREATE_ALL_TILES');
    now += 6000;
    const half = managed().filter(isNew);

    const reply = await caller.post(`${job}/cancel`);
    now += 60_000;

    assert.partialDeepStrictEqual(reply, { jobStatus: 'esriJobCancelling' });
    assert.partialDeepStrictEqual(await caller.post(job), { jobStatus: 'esriJobCancelled' });
    assert.ok(half.length > 0 && half.length < TILES_OF_THESE_LEVELS);
    assert.deepEqual(managed().filter(isNew), half);
  });

  const polygon = (wkid: number, ...rings: [number, number][][]) =>
    JSON.stringify({
      geometryType: 'esriGeometryPolygon',
      spatialReference: { wkid },
      features: [{ geometry: { rings } }],
    });
  const box = (xmin: number, ymin: number, xmax: number, ymax: number): [number, number][] => [
    [xmin, ymin],
    [xmin, ymax],
    [xmax, ymax],
    [xmax, ymin],
    [xmin, ymin],
  ];
  const level2 = '147914381.897889';
  const half = EDGE / 2;
  const allButTheMiddle = Array.from({ length: 16 }, (_, index) => [Math.floor(index / 4), index % 4])
    .filter(([row, col]) => ![5, 6, 9, 10].includes((row ?? 0) * 4 + (col ?? 0)))
    .map(([row, col]) => `2/${row}/${col}`);
  const areas: [what: string, fields: Record<string, string>, expected: string[]][] = [
    [
      'a quarter of the world',
      { area_of_interest: polygon(3857, box(-EDGE, 0, 0, EDGE)) },
      ['2/0/0', '2/0/1', '2/1/0', '2/1/1'],
    ],
    ['a small place in degrees', { area_of_interest: polygon(4326, box(151, -34, 151.3, -33.8)) }, ['2/2/3']],
    ['degrees that end on the edges of tiles', { area_of_interest: polygon(4326, box(0, 0, 90, 60)) }, ['2/1/2']],
    [
      'a triangle that leaves one corner of its bounds out',
      {
        area_of_interest: polygon(3857, [
          [1, 1],
          [EDGE, half + 9],
          [EDGE, 1],
        ]),
      },
      ['2/0/3', '2/1/2', '2/1/3'],
    ],
    [
      'a frame around a hole',
      { area_of_interest: polygon(3857, box(-EDGE, -EDGE, EDGE, EDGE), box(-half, -half, half, half)) },
      allButTheMiddle,
    ],
    ['an extent', { constraining_extent: '1;1;2;2' }, ['2/1/2']],
    [
      'an area beside an extent',
      { constraining_extent: '-9 1 9 2', area_of_interest: polygon(102100, box(1, -2, 2, -1)) },
      ['2/2/2'],
    ],
  ];
  for (const [what, fields, expected] of areas) {
    it(`renews exactly the tiles that touch ${what}`, async () => {
      await manage('RECREATE_ALL_TILES', { levels: level2, ...fields });
      now += 20_000;

      assert.deepEqual(places(emulator.tiles.list(BASEMAP).filter(isNew)), expected);
    });
  }

  it('removes tiles and scheme with DeleteCache, and the service restarts for a moment', async () => {
    const job = await caller.submit(`${CACHING}/DeleteCache`, { service_url: 'Basemap:MapServer' });
    const tiles = emulator.tiles.list(BASEMAP).length;
    now += 8000 * (1 + tiles / 1000) + 2000 + 100;

    const restarting = await caller.post('/rest/services/Basemap/MapServer');
    now += 2000;
    const restarted = Object(await caller.post('/rest/services/Basemap/MapServer'));

    assert.partialDeepStrictEqual(await caller.post(job), { jobStatus: 'esriJobSucceeded' });
    assert.partialDeepStrictEqual(restarting, { error: { code: 500 } });
    assert.equal(restarted.singleFusedMapCache, false);
    assert.ok(!('tileInfo' in restarted));
    assert.deepEqual(emulator.tiles.list(BASEMAP), []);
  });

  it('refreshes an image service with live data, and remembers it', async () => {
    const job = await caller.submit(REFRESH, {
      serviceName: 'Landsat',
      serviceType: 'ImageServer',
      serviceFolder: 'Imagery',
    });
    now += 20_000;

    const reply = await caller.post(job);

    assert.partialDeepStrictEqual(reply, { jobStatus: 'esriJobSucceeded' });
    assert.equal(emulator.services.get('Imagery/Landsat.ImageServer')?.refreshCount, 1);
    assert.equal(emulator.services.get('Imagery/Landsat.ImageServer')?.refreshedAt, start + 10_000);
  });

  const unrefreshable: [what: string, fields: Record<string, string>][] = [
    ['an image service without live data', { serviceName: 'Archive', serviceFolder: 'Imagery' }],
    ['a service that does not exist', { serviceName: 'Nothing' }],
    ['a name that carries its folder', { serviceName: 'Imagery/Landsat' }],
  ];
  for (const [what, fields] of unrefreshable) {
    it(`fails to refresh ${what}`, async () => {
      const job = await caller.submit(REFRESH, { serviceType: 'ImageServer', ...fields });
      now += 20_000;

      const reply = await caller.post(job);

      assert.partialDeepStrictEqual(reply, { jobStatus: 'esriJobFailed' });
    });
  }
});
