import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { handler as clearRestCache } from '../../functions/clear-rest-cache/handler.ts';
import { handler as deleteCache } from '../../functions/delete-map-server-cache/handler.ts';
import { handler as manageTiles } from '../../functions/manage-map-server-cache-tiles/handler.ts';
import { handler as purge } from '../../functions/purge-microstrategy-caches/handler.ts';
import { handler as refresh } from '../../functions/refresh-service/handler.ts';
import { startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { startMicrostrategyEmulator } from '../../local/emulators/microstrategy/microstrategy-emulator.ts';
import { invoke, startTestAws, type TestAws, work } from '../support/invoke.ts';
import { logLines } from '../support/log-lines.ts';
import { startWeatherServer } from '../support/weather-server.ts';

type Handler = Parameters<typeof invoke>[0];

/** Reads, and what signs in and out. */
const CHANGES_NOTHING =
  /\/rest\/info$|\/generateToken$|\/rest\/services\/[^/]+(\/[^/]+)?\/(Map|Image)Server$|\/services\/exists$|\/api\/(auth\/log(in|out)|projects)$/;

const STREETS = { inputService: 'CachedServices/Streets.MapServer' };
const TILES = { ...STREETS, updateMode: 'RECREATE_ALL_TILES' };
const CASES: [what: string, handler: Handler, input: object][] = [
  ['all of the REST cache', clearRestCache, {}],
  [
    'one service of the REST cache',
    clearRestCache,
    { folderName: 'CachedServices', serviceName: 'Streets', type: 'MapServer' },
  ],
  ['a cache', deleteCache, { ...STREETS, confirm: STREETS.inputService }],
  ['tiles', manageTiles, TILES],
  ['tiles of an area', manageTiles, { ...TILES, updateMode: 'DELETE_TILES', updateExtent: '0 4200000 99999 6000000' }],
  ['a service', refresh, { serviceName: 'Landsat', serviceType: 'ImageServer', serviceFolder: 'Imagery' }],
  ['projects', purge, { projects: 'ALL', cacheTypes: ['element', 'object'] }],
];

describe('a dry run', () => {
  let aws: TestAws;

  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());

  async function open(t: TestContext, handler: Handler) {
    logLines(t);
    const isPurge = handler === purge;
    const emulator = await (isPurge ? startMicrostrategyEmulator() : startArcgisEmulator());
    const site = await startWeatherServer({ upstream: emulator.url });
    t.after(() => Promise.all([site.close(), emulator.close()]));
    const { username, password } = emulator;
    const { pathname } = new URL(emulator.url);
    const vendor = isPurge ? 'microstrategy' : 'arcgis';
    return { site, target: aws.newTarget({ vendor, url: `${site.origin}${pathname}`, username, password }) };
  }

  for (const [what, handler, input] of CASES) {
    it(`of ${what} sends only what changes nothing, starts no run, and says what the run then sends`, async (t) => {
      const { site, target } = await open(t, handler);
      aws.executions.splice(0);

      const { status, would, wouldMore = 0 } = Object(await invoke(handler, { target, ...input, dryRun: true }));

      const paths = site.requests.map(({ path }) => path.split('?')[0] ?? '');
      assert.ok(paths.length > 1);
      assert.deepEqual(
        paths.filter((path) => !CHANGES_NOTHING.test(path)),
        [],
      );
      assert.deepEqual(aws.executions, []);
      assert.equal(status, 'planned');

      site.requests.splice(0);
      await work(handler, { target, ...input });
      const sent = site.requests.filter(({ path }) => /submitJob|cache\/clear|\/caches\//.test(path));
      assert.equal(sent.length, would.length + wouldMore);
      for (const [index, { method, url, parameters }] of would.entries()) {
        const { token: _token, f: _f, ...form } = Object.fromEntries(new URLSearchParams(sent[index]?.body));
        assert.deepEqual(
          { method, url, parameters },
          { method: sent[index]?.method, url: `${site.origin}${sent[index]?.path}`, parameters: form },
        );
      }
    });
  }

  it('of content caches and cubes lists them, and removes none', async (t) => {
    const { site, target } = await open(t, purge);

    const input = { target, projects: 'ALL', cacheTypes: ['element', 'content', 'cube'], dryRun: true };
    const { status, would, wouldMore, caches, first } = Object(await invoke(purge, input));

    const changing = site.requests.filter(({ method, path }) => method !== 'GET' && !/\/auth\/log(in|out)$/.test(path));
    assert.deepEqual(changing, []);
    assert.deepEqual([status, would.length], ['planned', 3]);
    assert.ok(wouldMore > 0 && caches > 0 && first.length > 0, `${wouldMore} ${caches}`);
  });

  it('of many purges shows the first three and counts the others', async (t) => {
    const { target } = await open(t, purge);

    const projects = Array.from({ length: 5 }, (_, index) => `0000000000000000000000000000000${index}`);
    const result = Object(await invoke(purge, { target, projects, dryRun: true }));

    assert.deepEqual([result.would.length, result.wouldMore], [3, 2]);
  });

  it('refuses what a run would refuse, by the same error', async (t) => {
    const { target } = await open(t, manageTiles);

    for (const wrong of [{ scales: [1234] }, { inputService: 'Parcels.MapServer' }, { dryRun: false }, { mode: 'x' }]) {
      const refused = invoke(manageTiles, { target, ...TILES, dryRun: true, ...wrong });
      await assert.rejects(refused, { name: 'InvalidInputError' });
    }
    await assert.rejects(invoke(manageTiles, { dryRun: true, submit: { target, ...TILES } }), {
      name: 'InvalidInputError',
    });
  });

  it('counts the tiles of the one job that a run would be', async (t) => {
    const { target } = await open(t, manageTiles);
    const input = { target, ...TILES, inputService: 'Basemap.MapServer', dryRun: true };

    const { plan } = Object(await invoke(manageTiles, input));

    assert.deepEqual(
      plan.scales.map(({ tiles }: { tiles: number }) => tiles),
      [1, 4, 16, 64, 256],
    );
    assert.deepEqual(
      plan.scales.map(({ units }: { units: number }) => units),
      [0, 0, 0, 0, 1],
    );
    assert.partialDeepStrictEqual(plan, { tiles: 341, units: 1, done: 0, failed: 0 });
  });

  it('of a plan has its units, each by its scales and the rectangles of its tiles', async (t) => {
    const { target } = await open(t, manageTiles);
    const quarter = { type: 'Polygon', coordinates: [[[0, 0], [90, 0], [90, 66], [0, 66], [0, 0]]] }; // biome-ignore format: a ring reads better in one line
    const input = { target, ...TILES, inputService: 'Basemap.MapServer', areaOfInterest: quarter, dryRun: true };

    const { plan, would, service } = Object(await invoke(manageTiles, { ...input, plan: { maxTilesPerJob: 4 } }));

    assert.partialDeepStrictEqual(plan, { tiles: 1 + 1 + 1 + 4 + 16, units: 3 });
    assert.equal(service, 'Basemap.MapServer');
    const scales = would.map(({ parameters }: { parameters: Record<string, string> }) => parameters['levels']);
    assert.deepEqual(scales, [
      '591657527.591555;295828763.795777;147914381.897889',
      '73957190.948944',
      '36978595.474472',
    ]);
    const area = JSON.parse(would[1].parameters.area_of_interest);
    assert.deepEqual(area.spatialReference, { wkid: 102100, latestWkid: 3857 });
    assert.equal(area.features.length, 1);
  });

  it('cuts a long area, and refuses one that touches no tile', async (t) => {
    const { target } = await open(t, manageTiles);
    const ring = Array.from({ length: 200 }, (_, index) => [Math.cos(index / 32), Math.sin(index / 32)]);
    const areaOfInterest = { rings: [[...ring, ring[0]]], spatialReference: { wkid: 3857 } };
    const input = { target, ...TILES, inputService: 'Basemap.MapServer', dryRun: true };

    const { would } = Object(await invoke(manageTiles, { ...input, areaOfInterest }));

    assert.match(would[0].parameters.area_of_interest, /^.{1000} … \(cut\)$/);
    const beyond = invoke(manageTiles, { ...input, updateExtent: '30000000 0 31000000 1000000' });
    await assert.rejects(beyond, {
      name: 'InvalidInputError',
      message: /no tile is touched .* nothing was done\. Check/,
    });
  });
});

describe('what the machine of a plan asks', () => {
  for (const event of [
    { makePlan: { target: 'any' } },
    { prove: { target: 'any', samples: { path: '', makes: true, tiles: [] } } },
  ]) {
    it(`is refused by an operation that has no plans: ${Object.keys(event)}`, async (t) => {
      logLines(t);

      await assert.rejects(invoke(clearRestCache, event), {
        name: 'InvalidInputError',
        message: 'clear-rest-cache has no plans, nothing was done.',
      });
    });
  }
});
