import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { handler as clear } from '../../functions/clear-rest-cache/handler.ts';
import { handler as deleteCache } from '../../functions/delete-map-server-cache/handler.ts';
import { handler as tiles } from '../../functions/manage-map-server-cache-tiles/handler.ts';
import { handler as refresh } from '../../functions/refresh-service/handler.ts';
import { startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { hostedSite, SMALL_EXTENT } from '../support/hosted-site.ts';
import { invoke, startTestAws, type TestAws, work } from '../support/invoke.ts';

const ALL_LEVELS = '0,1,2,3,4';
const FINEST = 36978595.474472;
const input = (target: string, more: object = {}) => ({
  target,
  inputService: 'Basemap.MapServer',
  updateMode: 'RECREATE_ALL_TILES',
  ...more,
});

describe('operations on hosted services', () => {
  let aws: TestAws;
  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());

  it('signs in at the portal on the other host alone', async (t) => {
    const { emulator, target } = await hostedSite(t, aws);

    await work(tiles, input(target));

    const signIns = emulator.requests.filter(({ path }) => path.endsWith('/generateToken'));
    assert.deepEqual(
      signIns.map(({ path, headers }) => [path, headers.host]),
      [['/sharing/rest/generateToken', new URL(emulator.portalUrl ?? '').host]],
    );
    assert.notEqual(new URL(emulator.portalUrl ?? '').hostname, new URL(emulator.url).hostname);
    assert.ok(!emulator.requests.some(({ path }) => path.endsWith('/rest/info')));
  });

  it('renews the tiles of an extent and scales by level numbers, merged into their bundles', async (t) => {
    const { emulator, target } = await hostedSite(t, aws);

    const watch = await work(tiles, input(target, { scales: [FINEST, 73957190.948944], updateExtent: SMALL_EXTENT }));

    const { form, path } = emulator.requests.find((each) => each.path.endsWith('/updateTiles')) ?? {};
    const { token, extent = '', ...fields } = form ?? {};
    assert.ok(token);
    assert.match(String(path), /\/rest\/admin\/services\/Basemap\/MapServer\/updateTiles$/);
    assert.deepEqual(fields, { levels: '3,4', mergeBundle: 'true', replaceTiles: 'true', f: 'json' });
    assert.deepEqual(JSON.parse(extent), { ...SMALL_EXTENT, spatialReference: { wkid: 102100, latestWkid: 3857 } });
    assert.partialDeepStrictEqual(watch, {
      status: 'running',
      jobStatus: 'Submitted',
      job: {
        service: 'Basemap.MapServer',
        taskPath: 'rest/admin/services/Basemap/MapServer',
        jobId: emulator.hosted.list()[0]?.id,
      },
    });
  });

  it('means all cached levels and the whole extent where nothing is said', async (t) => {
    const { emulator, target } = await hostedSite(t, aws);

    await work(tiles, input(target, { updateMode: 'DELETE_TILES' }));

    const { form = {} } = emulator.requests.find(({ path }) => path.endsWith('/deleteTiles')) ?? {};
    const [job] = emulator.hosted.list();
    assert.equal(form['levels'], ALL_LEVELS);
    assert.equal(form['mergeBundle'], undefined);
    assert.deepEqual([job?.type, job?.tasks.length], ['CacheDelete', 5]);
  });

  it('rebuilds a vector tile layer from its features, or renews a part of it', async (t) => {
    const { emulator, target } = await hostedSite(t, aws);
    const inputService = 'Parcels.VectorTileServer';

    await work(tiles, input(target, { inputService }));
    await work(tiles, input(target, { inputService, scales: [FINEST] }));
    await work(tiles, input(target, { inputService, updateExtent: SMALL_EXTENT }));

    const calls = emulator.requests.filter(({ path }) => path.includes('/admin/'));
    assert.deepEqual(
      calls.map(({ path, form }) => [path.split('/').at(-1), form['levels']]),
      [
        ['rebuildCache', undefined],
        ['updateTiles', '4'],
        ['updateTiles', ALL_LEVELS],
      ],
    );
  });

  for (const [what, more, reason] of [
    ['an update mode', { updateMode: 'RECREATE_EMPTY_TILES' }, /updateMode: RECREATE_EMPTY_TILES is not available/],
    [
      'an area',
      {
        areaOfInterest: {
          features: [
            {
              geometry: {
                rings: [
                  [
                    [0, 0],
                    [0, 1],
                    [1, 1],
                    [0, 0],
                  ],
                ],
              },
            },
          ],
        },
      },
      /areaOfInterest: .*rectangle only/,
    ],
    ['a number of instances', { numOfCachingServiceInstances: 2 }, /numOfCachingServiceInstances: the vendor's own/],
  ] as const) {
    it(`refuses ${what} with its reason, before anything is asked of a service`, async (t) => {
      const { emulator, target } = await hostedSite(t, aws);

      await assert.rejects(work(tiles, input(target, more)), { name: 'InvalidInputError', message: reason });

      assert.deepEqual([emulator.requests.length, emulator.hosted.list().length], [0, 0]);
    });
  }

  it('refuses a scale that the scheme has not, and a service that is not there', async (t) => {
    const { emulator, target } = await hostedSite(t, aws);

    await assert.rejects(work(tiles, input(target, { scales: [5] })), { name: 'InvalidInputError' });
    await assert.rejects(work(tiles, input(target, { inputService: 'Nowhere.MapServer' })), {
      name: 'VendorRejectedError',
    });

    assert.deepEqual(emulator.hosted.list(), []);
  });

  it('refuses vector tiles on a server', async (t) => {
    const server = await startArcgisEmulator();
    t.after(() => server.close());
    const { url, username, password } = server;
    const target = aws.newTarget({ vendor: 'arcgis', url, username, password });

    const refused = work(tiles, input(target, { inputService: 'Parcels.VectorTileServer' }));

    await assert.rejects(refused, { name: 'InvalidInputError', message: /hosted services only/ });
  });

  it('deletes all tiles, by a job or at once, and says that the scheme stays', async (t) => {
    const { emulator, target } = await hostedSite(t, aws);
    const deletion = { target, inputService: 'Streets.MapServer', confirm: 'Streets.MapServer' };

    const watch = await work(deleteCache, deletion);
    emulator.hosted.deletesAtOnce = true;
    const done = await work(deleteCache, {
      ...deletion,
      inputService: 'Basemap.MapServer',
      confirm: 'Basemap.MapServer',
    });

    const notes = ['All tiles are deleted; the tiling scheme of a hosted service stays.'];
    const [job] = emulator.hosted.list();
    assert.partialDeepStrictEqual(watch, { status: 'running', job: { jobId: job?.id }, notes });
    assert.partialDeepStrictEqual(done, { status: 'succeeded', service: 'Basemap.MapServer', notes });
    assert.deepEqual(emulator.tiles.list('Basemap.MapServer'), []);
    assert.equal(Object.hasOwn(Object(done), 'jobId'), false);
  });

  it("clears the web server's cache of a service", async (t) => {
    const { emulator, target } = await hostedSite(t, aws);

    const refreshed = await work(refresh, { target, serviceName: 'Basemap', serviceType: 'MapServer' });
    const cleared = await work(clear, { target, serviceName: 'Parcels', type: 'VectorTileServer' });

    assert.partialDeepStrictEqual(refreshed, { status: 'succeeded', service: 'Basemap.MapServer', polls: 0 });
    assert.partialDeepStrictEqual(cleared, { status: 'succeeded', scope: { serviceName: 'Parcels' } });
    assert.deepEqual(
      emulator.cleared.map(({ serviceName, type }) => `${serviceName}.${type}`),
      ['Basemap.MapServer', 'Parcels.VectorTileServer'],
    );
  });

  for (const scope of [{}, { folderName: 'Imagery' }]) {
    it(`has no cache of ${JSON.stringify(scope)}`, async (t) => {
      const { emulator, target } = await hostedSite(t, aws);

      const refused = work(clear, { target, ...scope });

      await assert.rejects(refused, { name: 'InvalidInputError', message: /serviceName, type: are missing/ });
      assert.deepEqual(emulator.cleared, []);
    });
  }

  it('refuses a secret without the portal, by its key', async () => {
    const url = 'https://tiles.arcgis.com/tiles/0123456789ABCDEF/arcgis';
    const target = aws.newTarget({ vendor: 'arcgis', hosted: true, url, username: 'u', password: 'a-Password-1' });

    await assert.rejects(work(tiles, input(target)), { name: 'InvalidSecretError', message: /portalUrl: is missing/ });
  });

  it('in a dry run says what would be called, and calls nothing that changes anything', async (t) => {
    const { emulator, target } = await hostedSite(t, aws);
    const service = { serviceName: 'Streets', type: 'MapServer' };
    const confirmed = { inputService: 'Streets.MapServer', confirm: 'Streets.MapServer' };

    const planned = [
      await invoke(tiles, input(target, { scales: [FINEST], updateExtent: SMALL_EXTENT, dryRun: true })),
      await invoke(deleteCache, { target, ...confirmed, dryRun: true }),
      await invoke(refresh, { target, serviceName: 'Streets', serviceType: 'MapServer', dryRun: true }),
      await invoke(clear, { target, ...service, dryRun: true }),
    ];

    assert.deepEqual(
      planned.map((each) =>
        Object(each).would.map(({ method, url }: Record<string, string>) => [method, url?.split('/').at(-1)]),
      ),
      [[['POST', 'updateTiles']], [['POST', 'deleteAllTiles']], [['GET', 'refresh']], [['GET', 'refresh']]],
    );
    assert.deepEqual([emulator.hosted.list(), emulator.cleared], [[], []]);
  });
});
