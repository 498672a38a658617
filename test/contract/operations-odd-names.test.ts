import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { handler as checkJob } from '../../functions/check-job/handler.ts';
import { handler as clearRestCache } from '../../functions/clear-rest-cache/handler.ts';
import { handler as deleteCache } from '../../functions/delete-map-server-cache/handler.ts';
import { handler as manageTiles } from '../../functions/manage-map-server-cache-tiles/handler.ts';
import { handler as purge } from '../../functions/purge-microstrategy-caches/handler.ts';
import { handler as refresh } from '../../functions/refresh-service/handler.ts';
import { startMicrostrategyEmulator } from '../../local/emulators/microstrategy/microstrategy-emulator.ts';
import { invoke, startTestAws, type TestAws, work } from '../support/invoke.ts';
import { watchOf } from '../support/watch.ts';
import { jsonAnswer, startWeatherServer, type WeatherServer } from '../support/weather-server.ts';

const ODD_NAMES = [
  '../../admin',
  '..',
  '.',
  'a..b',
  'a?b#c',
  'a/b',
  'a\\b',
  '%2e%2e',
  'a%2fb',
  'a\u0000b',
  'a\nb',
  'a\u0085b',
  'a\u202eb',
  ' a',
  'a.',
  '',
  ' ',
  'a;b',
  'a&f=html',
  'x'.repeat(121),
];
const TASK = 'rest/services/System/CachingTools/GPServer/DeleteCache';

describe('odd names', () => {
  let aws: TestAws;
  let weather: WeatherServer;
  let target: string;

  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());
  beforeEach(async () => {
    weather = await startWeatherServer();
    weather.always(/rest\/info/, jsonAnswer({ currentVersion: 11.3 }));
    weather.always(/generateToken/, jsonAnswer({ token: 'a-Token', expires: Date.now() + 3_600_000 }));
    weather.always(/./, jsonAnswer({ jobStatus: 'esriJobExecuting' }));
    target = aws.newTarget({
      vendor: 'arcgis',
      url: `${weather.origin}/arcgis`,
      username: 'u',
      password: 'a-Password1',
    });
  });
  afterEach(() => weather.close());

  for (const odd of ODD_NAMES) {
    const shown = JSON.stringify(odd.slice(0, 20));

    it(`sends nothing for the name ${shown}, whichever key holds it`, async () => {
      const tiles = { target, updateMode: 'DELETE_TILES' };
      const runs = [
        work(clearRestCache, { target, folderName: odd }),
        work(clearRestCache, { target, serviceName: odd, type: 'MapServer' }),
        work(clearRestCache, { target, serviceName: 'Basemap', type: odd }),
        invoke(refresh, { submit: { target, serviceName: odd, serviceType: 'MapServer' } }),
        invoke(refresh, { submit: { target, serviceName: 'Basemap', serviceFolder: odd, serviceType: 'MapServer' } }),
        invoke(refresh, { submit: { target, serviceName: 'Basemap', serviceType: odd } }),
        invoke(manageTiles, { submit: { ...tiles, inputService: odd } }),
        invoke(manageTiles, { submit: { ...tiles, inputService: `Basemap.${odd}` } }),
        work(purge, { target: odd, projects: 'ALL' }),
      ];

      for (const run of runs) await assert.rejects(run, { name: /InvalidInputError|UnknownTargetError/ });
      assert.deepEqual(weather.requests, []);
    });

    // One slash is a folder's, a dot at the end meets the one before the type.
    if (odd === 'a/b') continue;
    it(`sends nothing for a service ${shown} of the root or of a folder, or a folder of this name`, async () => {
      const services = [
        `${odd}.MapServer`,
        `Folder/${odd}.MapServer`,
        `${odd}/Name.MapServer`,
        `Folder/${odd}/MapServer`,
      ];

      const runs = services.map((inputService) =>
        invoke(deleteCache, { submit: { target, inputService, confirm: inputService } }),
      );

      for (const run of runs) await assert.rejects(run, { name: 'InvalidInputError' });
      assert.deepEqual(weather.requests, []);
    });
  }

  it('encodes names of any script, spaces and dots inside', async () => {
    weather.always(/./, jsonAnswer({ exists: true }));

    await invoke(refresh, {
      submit: { target, serviceName: 'Čápi 2.1', serviceFolder: 'Ortsplan 地図', serviceType: 'MapServer' },
    }).catch(Object);

    const path = `/arcgis/rest/services/${encodeURIComponent('Ortsplan 地図')}/${encodeURIComponent('Čápi 2.1')}/MapServer`;
    assert.equal(weather.requests.at(2)?.path, path);
  });

  const watch = (job: object) =>
    watchOf({ operation: 'delete-map-server-cache', target, service: 'A.MapServer', ...job });
  const taskPaths: [what: string, taskPath: string][] = [
    ['one of the Admin API', 'admin/services'],
    ['one that leads upwards', `rest/services/../../../other/${TASK}`],
    ['one with an encoded dot', `rest/services/.%2e/%2e%2E/%2e./other/${TASK}`],
    ['one with backslashes', `rest/services/\\..\\..\\other/${TASK}`],
    ['one with a line end', `rest/services/.\n./.\t./other/${TASK}`],
    ['one with a query', `rest/services/A?${TASK}`],
  ];
  for (const [what, taskPath] of taskPaths) {
    for (const job of [{ taskPath }, { taskUrl: `https://gis.example.org/arcgis/${taskPath}` }]) {
      it(`polls no job whose task's path is ${what}, by its ${Object.keys(job)}`, async () => {
        const run = invoke(checkJob, watch(job));

        await assert.rejects(run, { name: 'InvalidInputError', message: /taskPath/ });
        assert.deepEqual(weather.requests, []);
      });
    }
  }

  for (const site of ['https://gis.example.org:6443/arcgis', 'http://127.0.0.1:1/other', 'https://a/b/c']) {
    it(`polls at the target's own address a job that was submitted at ${site}`, async () => {
      weather.always(/./, jsonAnswer({ jobStatus: 'esriJobExecuting' }));

      await invoke(checkJob, watch({ taskUrl: `${site}/${TASK}` }));

      assert.equal(weather.requests.at(-1)?.path, `/arcgis/${TASK}/jobs/j1`);
    });
  }

  for (const jobId of ['../../admin', '..', '.', 'a?b#c', 'a/b', 'a\nb', '%2e%2e']) {
    it(`asks nothing but a job of its task for the job id ${JSON.stringify(jobId)}`, async () => {
      await invoke(checkJob, watch({ taskPath: TASK, jobId })).catch(Object);

      const paths = weather.requests.map(({ path }) => path).filter((path) => !/info$|generateToken$/.test(path));
      for (const path of paths) assert.equal(path, `/arcgis/${TASK}/jobs/${encodeURIComponent(jobId)}`);
    });
  }

  it('purges nothing for odd names of projects, and puts none of them into an address', async () => {
    const emulator = await startMicrostrategyEmulator();
    const library = await startWeatherServer({ upstream: emulator.url });
    const { username, password } = emulator;
    const bi = aws.newTarget({
      vendor: 'microstrategy',
      url: `${library.origin}/MicroStrategyLibrary`,
      username,
      password,
    });

    for (const odd of [...ODD_NAMES, '00000000000000000000000000000001\n', '0000000000000000000000000000000g']) {
      await assert.rejects(work(purge, { target: bi, projects: [odd] }), { name: 'InvalidInputError' });
    }

    assert.deepEqual(
      [...new Set(library.requests.map(({ path }) => path.replace('/MicroStrategyLibrary', '')))].sort(),
      ['/api/auth/login', '/api/auth/logout', '/api/projects'],
    );
    await Promise.all([library.close(), emulator.close()]);
  });
});
