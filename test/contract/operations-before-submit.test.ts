import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { handler as deleteCache } from '../../functions/delete-map-server-cache/handler.ts';
import { handler as manageTiles } from '../../functions/manage-map-server-cache-tiles/handler.ts';
import { handler as refresh } from '../../functions/refresh-service/handler.ts';
import { type ArcgisEmulatorOptions, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { invoke, startTestAws, type TestAws } from '../support/invoke.ts';
import { jsonAnswer, startWeatherServer } from '../support/weather-server.ts';

const SUBMIT_PATH = /submitJob/;

/** One service as the inputs of the three job operations name it. */
function calls(target: string, folder: string, name: string, type = 'MapServer') {
  const inputService = `${folder}/${name}.${type}`;
  return [
    {
      operation: 'delete-map-server-cache',
      handler: deleteCache,
      input: { target, inputService, confirm: inputService },
    },
    {
      operation: 'manage-map-server-cache-tiles',
      handler: manageTiles,
      input: { target, inputService, updateMode: 'RECREATE_ALL_TILES' },
    },
    {
      operation: 'refresh-service',
      handler: refresh,
      input: { target, serviceFolder: folder, serviceName: name, serviceType: type },
    },
  ];
}

describe('a job operation, before and at its submit', { concurrency: true }, () => {
  let aws: TestAws;

  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());

  async function openSite(t: TestContext, options: ArcgisEmulatorOptions = {}) {
    const emulator = await startArcgisEmulator(options);
    const weather = await startWeatherServer({ upstream: emulator.url });
    t.after(() => Promise.all([weather.close(), emulator.close()]));
    const { username, password } = emulator;
    const target = aws.newTarget({ vendor: 'arcgis', url: `${weather.origin}/arcgis`, username, password });
    const submitted = () =>
      weather
        .requestsTo(SUBMIT_PATH)
        .map(({ path, body }) => ({ path, form: Object.fromEntries(new URLSearchParams(body)) }));
    return { emulator, weather, target, submitted };
  }

  it('delete-map-server-cache sends the service alone to DeleteCache', async (t) => {
    const { target, submitted } = await openSite(t);
    const inputService = 'CachedServices/Streets.MapServer';

    await invoke(deleteCache, { submit: { target, inputService, confirm: inputService } });

    const [{ path = '', form: { token, ...fields } = {} } = {}] = submitted();
    assert.deepEqual(fields, { service_url: 'CachedServices/Streets:MapServer', f: 'json' });
    assert.match(path, /\/System\/CachingTools\/GPServer\/DeleteCache\/submitJob$/);
  });

  it('delete-map-server-cache is refused, and nothing is sent, unless confirm repeats inputService exactly', async (t) => {
    const { target, weather } = await openSite(t);
    const inputService = 'CachedServices/Streets.MapServer';
    const wrong = [
      'CachedServices/Streets/MapServer',
      'cachedservices/streets.mapserver',
      `${inputService} `,
      true,
      undefined,
    ];

    const runs = wrong.map((confirm) => invoke(deleteCache, { submit: { target, inputService, confirm } }));

    for (const run of runs) await assert.rejects(run, { name: 'InvalidInputError', message: /confirm/ });
    assert.deepEqual(weather.requests, []);
  });

  it('delete-map-server-cache notes that the service is not drawn from its cache now', async (t) => {
    const { target, weather, submitted } = await openSite(t);
    const inputService = 'CachedServices/Streets.MapServer';
    const tileInfo = { storageFormat: 'esriMapCacheStorageModeCompactV2', lods: [{ scale: 4000 }] };
    weather.always(/Streets\/MapServer/, jsonAnswer({ singleFusedMapCache: false, tileInfo }));

    const watch = await invoke(deleteCache, { submit: { target, inputService, confirm: inputService } });

    assert.equal(submitted().length, 1);
    assert.deepEqual(Object(watch).notes, [`${inputService} has a tile cache and is not drawn from it now.`]);
  });

  it('refresh-service sends the bare name, the type and the folder', async (t) => {
    const { target, submitted } = await openSite(t);

    await invoke(refresh, {
      submit: {
        target,
        serviceName: 'Landsat',
        serviceType: 'ImageServer',
        serviceFolder: 'Imagery',
        refreshOptions: '{"x":1}',
      },
    });

    const [{ path = '', form: { token, ...fields } = {} } = {}] = submitted();
    assert.deepEqual(fields, {
      serviceName: 'Landsat',
      serviceType: 'ImageServer',
      serviceFolder: 'Imagery',
      refreshOptions: '{"x":1}',
      f: 'json',
    });
    assert.match(path, /\/System\/PublishingTools\/GPServer\/Refresh%20Service\/submitJob$/);
  });

  it('refresh-service sends no folder for a service of the root', async (t) => {
    const { target, submitted } = await openSite(t);

    const watch = await invoke(refresh, { submit: { target, serviceName: 'Basemap', serviceType: 'MapServer' } });

    const [{ form: { token, ...fields } = {} } = {}] = submitted();
    assert.deepEqual(fields, { serviceName: 'Basemap', serviceType: 'MapServer', f: 'json' });
    assert.partialDeepStrictEqual(watch, { job: { operation: 'refresh-service', service: 'Basemap.MapServer' } });
  });

  for (const { operation } of calls('', '', '')) {
    const callOf = (target: string, ...service: [folder: string, name: string, type?: string]) => {
      const found = calls(target, ...service).find((call) => call.operation === operation);
      return () => invoke(found?.handler ?? assert.fail(), { submit: found?.input });
    };

    for (const unknownServiceCode of [404, 500] as const) {
      it(`${operation} is VendorRejectedError for a service unknown with code ${unknownServiceCode}, before any submit`, async (t) => {
        const { target, submitted } = await openSite(t, { unknownServiceCode });

        const run = callOf(target, 'CachedServices', 'Nothing')();

        await assert.rejects(run, { name: 'VendorRejectedError', message: /Nothing/ });
        assert.deepEqual(submitted(), []);
      });
    }

    it(`${operation} is VendorBusyError for a stopped service after three looks, before any submit`, async (t) => {
      const { target, weather, submitted } = await openSite(t);

      const run = callOf(target, 'Demo', 'Old')();

      await assert.rejects(run, { name: 'VendorBusyError' });
      assert.deepEqual(submitted(), []);
      assert.equal(weather.requestsTo(/Demo\/Old/).length, 3);
    });

    it(`${operation} goes on when the service has been started in the meantime`, async (t) => {
      const { target, emulator, weather } = await openSite(t);
      const service = emulator.services.get('Imagery/Landsat.ImageServer');
      if (service === undefined) assert.fail();
      service.started = false;
      weather.next(/Imagery\/Landsat/, () => {
        setImmediate(() => {
          service.started = true;
        });
        return { status: 503, body: '<html></html>' };
      });

      await callOf(target, 'Imagery', 'Landsat', 'ImageServer')();

      assert.equal(emulator.jobs.list().length, 1);
    });

    it(`${operation} is VendorRejectedError for a viewer, who may not use the tool`, async (t) => {
      const { emulator, weather } = await openSite(t, { federated: true });
      const { username, password } = emulator.tokens.users.viewer;
      const target = aws.newTarget({ vendor: 'arcgis', url: `${weather.origin}/arcgis`, username, password });

      const run = callOf(target, 'Imagery', 'Landsat', 'ImageServer')();

      await assert.rejects(run, { name: 'VendorRejectedError', message: /403/ });
      assert.deepEqual(emulator.jobs.list(), []);
    });

    if (operation === 'refresh-service') continue;
    it(`${operation} is InvalidInputError for a service without a tile cache, before any submit`, async (t) => {
      const { target, submitted } = await openSite(t);

      const run = callOf(target, 'Imagery', 'Archive', 'ImageServer')();

      await assert.rejects(run, { name: 'InvalidInputError', message: /Imagery\/Archive.*no tile cache/ });
      assert.deepEqual(submitted(), []);
    });
  }
});
