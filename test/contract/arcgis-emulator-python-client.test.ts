import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { tilePicture } from '../../local/emulators/arcgis/tile-picture.ts';

// What Esri's Python client (PyPI `arcgis` 2.4.4) sends, and what it reads of the answers.

const SYSTEM = '/rest/services/System';
const TILES_TASK = `${SYSTEM}/CachingControllers/GPServer/Manage%20Map%20Cache%20Tiles`;
const REPORT = `${SYSTEM}/ReportingTools/GPServer/ReportCacheStatus/execute`;
const LEVELS = '591657527.591555;147914381.897889';
const EMPTY = { constraining_extent: '', jobid: '', area_of_interest: '' };
const RING: unknown = JSON.parse('[[1,1],[1,2],[2,2],[2,1],[1,1]]');
const REFERENCE = { wkid: 3857 };
const AREA = {
  features: [{ geometry: { rings: [RING], spatialReference: REFERENCE }, attributes: { OID: 1 } }],
  objectIdFieldName: 'OID',
  spatialReference: REFERENCE,
  geometryType: 'esriGeometryPolygon',
  fields: [{ name: 'OID', alias: 'OID', type: 'esriFieldTypeOID' }],
};

describe("Esri's Python client at the ArcGIS emulator", () => {
  let emulator: ArcgisEmulator;
  let headers: Record<string, string>;
  let now: number;

  beforeEach(async () => {
    now = Date.UTC(2026, 0, 15);
    emulator = await startArcgisEmulator({ now: () => now, jobSeconds: 10 });
    const { username, password } = emulator;
    const fields = { username, password, referer: 'http', client: 'referer', expiration: '60', f: 'json' };
    headers = { referer: 'http' };
    const { token } = Object(await post('/tokens/', fields));
    headers = { referer: 'http', 'X-Esri-Authorization': `Bearer ${token}` };
  });
  afterEach(() => emulator.close());

  async function get(path: string): Promise<unknown> {
    return (await fetch(`${emulator.url}${path}?f=json`, { headers })).json();
  }
  async function post(path: string, fields: Record<string, string> = { f: 'json' }): Promise<unknown> {
    const body = new URLSearchParams(fields);
    return (await fetch(`${emulator.url}${path}`, { method: 'POST', headers, body })).json();
  }
  const submit = async (fields: Record<string, string>) => {
    const common = { f: 'json', service_url: 'Basemap:MapServer', levels: LEVELS, thread_count: '-1', ...EMPTY };
    const { jobId } = Object(
      await post(`${TILES_TASK}/submitJob`, { ...common, update_mode: 'RECREATE_ALL_TILES', ...fields }),
    );
    assert.equal(typeof jobId, 'string');
    return `${TILES_TASK}/jobs/${jobId}`;
  };
  const report = async (serviceUrl: string, more: Record<string, string> = {}) => {
    const empty = { job_id: '', levelID: '', error_start: '', error_count: '' };
    const fields = { f: 'json', service_url: serviceUrl, report_mode: 'esriCacheStatus', ...empty, ...more };
    const { results } = Object(await post(REPORT, fields));
    return results[0].value;
  };
  const newTiles = () =>
    emulator.tiles.list('Basemap.MapServer').filter(({ madeAt }) => madeAt > Date.UTC(2026, 0, 15));

  it('finds out from the root what can be administered', async () => {
    const root = await get('/admin');

    assert.deepEqual(root, { currentVersion: 11.3, fullVersion: '11.3.0', resources: ['services', 'system'] });
  });

  it('may send the token of an Admin POST in its own header alone', async () => {
    const stopped = await post('/admin/services/Basemap.MapServer/stop');
    const state = await get('/admin/services/Basemap.MapServer/status');
    const started = await post('/admin/services/Basemap.MapServer/start');
    const cleared = await post('/admin/system/handlers/rest/cache/clear');

    assert.deepEqual([stopped, started, cleared], Array(3).fill({ status: 'success' }));
    assert.partialDeepStrictEqual(state, { realTimeState: 'STOPPED' });
    assert.equal(emulator.cleared.length, 1);
  });

  for (const [service, tasks] of Object.entries({
    CachingTools: ['Manage Map Cache Tiles', 'DeleteCache'],
    CachingControllers: ['Manage Map Cache Tiles'],
    PublishingTools: ['Refresh Service'],
    ReportingTools: ['ReportCacheStatus'],
  })) {
    it(`makes functions of the tasks of ${service}, of all that their parameters say`, async () => {
      const toolbox = Object(await get(`${SYSTEM}/${service}/GPServer`));

      assert.deepEqual(toolbox.tasks, tasks);
      assert.equal(toolbox.resultMapServerName, '');
      for (const task of tasks) {
        const { displayName, executionType, parameters } = Object(
          await post(`${SYSTEM}/${service}/GPServer/${encodeURIComponent(task)}`),
        );
        assert.deepEqual([displayName, executionType], [task, toolbox.executionType]);
        assert.ok(parameters.length > 1);
        for (const { defaultValue, ...parameter } of parameters) {
          const { name, dataType, direction, parameterType } = parameter;
          const texts = [name, dataType, parameter.displayName, direction, parameterType];
          assert.ok(texts.every((text) => typeof text === 'string'));
          assert.ok(typeof defaultValue === 'string' || (defaultValue === null && dataType !== 'GPString'), name);
        }
      }
    });
  }

  it('reads the layers of every service that it lists', async () => {
    for (const service of ['Basemap/MapServer', 'Parcels/FeatureServer']) {
      const { layers } = Object(await post(`/rest/services/${service}`));
      const layer = await post(`/rest/services/${service}/${layers[0].id}`);
      const all = await get(`/rest/services/${service}/layers`);

      assert.partialDeepStrictEqual(layer, { id: 0, name: layers[0].name, type: 'Feature Layer' });
      assert.deepEqual(all, { layers: [layer], tables: [] });
    }
    assert.partialDeepStrictEqual(await post('/rest/services/Basemap/MapServer/1'), { error: { code: 400 } });
  });

  const extent = { xmin: 1, ymin: 1, xmax: 2, ymax: 2 };
  const places: [what: string, fields: Record<string, string>, tiles: number][] = [
    ['everywhere, with optional parameters empty', {}, 17],
    ['in an area', { area_of_interest: JSON.stringify(AREA) }, 2],
    ['in an extent', { constraining_extent: JSON.stringify(extent) }, 2],
    [
      'in an extent in degrees',
      { constraining_extent: JSON.stringify({ ...extent, xmax: 170, spatialReference: { wkid: 4326 } }) },
      3,
    ],
  ];
  for (const [what, fields, tiles] of places) {
    it(`builds tiles ${what}, through CachingControllers`, async () => {
      const job = await submit(fields);
      now += 30_000;

      assert.partialDeepStrictEqual(await get(job), {
        jobStatus: 'esriJobSucceeded',
        results: { out_service_url: { paramUrl: 'results/out_service_url' } },
      });
      assert.equal(newTiles().length, tiles);
    });
  }

  for (const text of ['{"xmin":1', '{"xmin":2,"ymin":1,"xmax":1,"ymax":2}', '{"xmin":1,"ymin":1,"xmax":2}']) {
    it(`refuses ${text} as an extent`, async () => {
      const fields = { service_url: 'Basemap:MapServer', levels: LEVELS, thread_count: '-1' };
      const more = { update_mode: 'DELETE_TILES', constraining_extent: text, f: 'json' };

      const reply = await post(`${TILES_TASK}/submitJob`, { ...fields, ...more });

      assert.partialDeepStrictEqual(reply, { error: { code: 400 } });
    });
  }

  it('reports how far a job is at each of its scales, and that it has ended', async () => {
    const job = await submit({});
    const output = `${emulator.url}/rest/services/Basemap/MapServer`;
    const seen: unknown[] = [];

    for (const afterMs of [0, 2100, 4000, 30_000]) {
      now = (emulator.jobs.list()[0]?.submittedAt ?? 0) + afterMs;
      const { cacheExecutionStatus, lodInfos } = await report(output);
      const level2 = lodInfos[2];
      seen.push([cacheExecutionStatus, level2.isRunning, level2.percent > 0, level2.status]);
    }

    assert.deepEqual(seen, [
      ['SUBMITTED', 'false', true, 'Incomplete'],
      ['PROCESSING', 'true', false, 'Empty'],
      ['PROCESSING', 'true', true, 'Incomplete'],
      ['NONE', 'false', true, 'Complete'],
    ]);
    assert.partialDeepStrictEqual(await get(`${job}/results/out_service_url`), { value: output });
  });

  it('reports a cache by its tiles, one level of it, and a service without one', async () => {
    const tiles = emulator.tiles.list('Basemap.MapServer').filter(({ level }) => level === 2).length;

    const level = await report('Basemap:MapServer', { levelID: '2' });
    const none = await report('Parcels:MapServer');

    assert.deepEqual(level, {
      name: 'Basemap',
      type: 'MapServer',
      status: 'EXISTS',
      lodInfos: [
        {
          scale: 147914381.897889,
          levelID: 2,
          pixelSize: 156543.033928 / 4,
          percent: Math.floor((tiles / 16) * 100),
          expectedTileCount: 16,
          tileCount: tiles,
          status: 'Incomplete',
          tilesSize: tiles * tilePicture(0).length,
          isRunning: 'false',
        },
      ],
      cacheExecutionStatus: 'NONE',
    });
    assert.partialDeepStrictEqual(none, { status: 'NONE', lodInfos: [] });
  });

  it('does not run a synchronous task as a job, nor the other way round', async () => {
    const fields = { f: 'json', service_url: 'Basemap:MapServer' };

    const replies = [
      await post(REPORT.replace('execute', 'submitJob'), fields),
      await post(`${SYSTEM}/CachingTools/GPServer/DeleteCache/execute`, fields),
      await post(REPORT, { ...fields, report_mode: 'esriErrors' }),
    ];

    for (const reply of replies) assert.partialDeepStrictEqual(reply, { error: { code: 400 } });
    assert.deepEqual(emulator.jobs.list(), []);
  });

  it('deletes a cache with optional parameters empty', async () => {
    const path = `${SYSTEM}/CachingTools/GPServer/DeleteCache`;
    const fields = { service_url: 'Basemap:MapServer', thread_count: '-1', cache_path: '', in_delete_options: '' };
    const { jobId } = Object(await post(`${path}/submitJob`, { f: 'json', ...fields }));
    now += 60_000;

    assert.partialDeepStrictEqual(await get(`${path}/jobs/${jobId}`), { jobStatus: 'esriJobSucceeded' });
    assert.deepEqual(emulator.tiles.list('Basemap.MapServer'), []);
  });

  const failing: [what: string, fields: Record<string, string>, stopped?: string][] = [
    ['for an update mode that takes up an earlier job', { update_mode: 'RESUME_JOB', jobid: 'j0' }],
    ['while the other caching service is stopped', {}, 'System/CachingTools.GPServer'],
  ];
  for (const [what, fields, stopped] of failing) {
    it(`fails a tile job ${what}`, async () => {
      const service = emulator.services.get(stopped ?? '');
      if (service) service.started = false;
      const job = await submit(fields);
      now += 30_000;

      assert.partialDeepStrictEqual(await get(job), { jobStatus: 'esriJobFailed' });
      assert.deepEqual(newTiles(), []);
    });
  }
});
