import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { handler } from '../../functions/manage-map-server-cache-tiles/handler.ts';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { invoke, startTestAws, type TestAws, work } from '../support/invoke.ts';
import { jsonAnswer, startWeatherServer, type WeatherServer } from '../support/weather-server.ts';

const SUBMIT_PATH = /submitJob/;
const ALL_SCALES = '591657527.591555;295828763.795777;147914381.897889;73957190.948944;36978595.474472';
const WEB_MERCATOR = { wkid: 102100, latestWkid: 3857 };
const RINGS = [
  [
    [0, 0],
    [0, 1000],
    [1000, 1000],
    [1000, 0],
    [0, 0],
  ],
];
const AREA = {
  geometryType: 'esriGeometryPolygon',
  spatialReference: { wkid: 3857 },
  features: [{ geometry: { rings: RINGS } }],
};

describe('manage-map-server-cache-tiles', () => {
  let aws: TestAws;
  let emulator: ArcgisEmulator;
  let weather: WeatherServer;
  let target: string;

  before(async () => {
    aws = await startTestAws();
    emulator = await startArcgisEmulator();
  });
  after(() => Promise.all([aws.close(), emulator.close()]));
  beforeEach(async () => {
    weather = await startWeatherServer({ upstream: emulator.url });
    const { username, password } = emulator;
    target = aws.newTarget({ vendor: 'arcgis', url: `${weather.origin}/arcgis`, username, password });
  });
  afterEach(() => weather.close());

  const input = (more: object) => ({
    target,
    inputService: 'Basemap.MapServer',
    updateMode: 'RECREATE_EMPTY_TILES',
    ...more,
  });
  const submitted = () =>
    weather.requestsTo(SUBMIT_PATH).map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
  const submittedArea = (): unknown => JSON.parse(submitted()[0]?.['area_of_interest'] ?? 'null');

  it('sends exactly the documented fields to the task, spaces in its address', async () => {
    await invoke(handler, {
      submit: input({
        inputService: 'Imagery/Landsat.ImageServer',
        updateMode: 'DELETE_TILES',
        numOfCachingServiceInstances: 3,
      }),
    });

    const { token, ...fields } = submitted()[0] ?? {};
    assert.deepEqual(fields, {
      service_url: 'Imagery/Landsat:ImageServer',
      levels: ALL_SCALES,
      thread_count: '3',
      update_mode: 'DELETE_TILES',
      f: 'json',
    });
    assert.ok(token);
    assert.match(
      weather.requestsTo(SUBMIT_PATH)[0]?.path ?? '',
      /\/System\/CachingTools\/GPServer\/Manage%20Map%20Cache%20Tiles\/submitJob$/,
    );
  });

  it('uses all instances and all scales where nothing is said', async () => {
    await invoke(handler, { submit: input({}) });

    assert.partialDeepStrictEqual(submitted(), [{ thread_count: '-1', levels: ALL_SCALES }]);
  });

  for (const inputService of [
    'CachedServices/Streets.MapServer',
    'CachedServices/Streets/MapServer',
    'CachedServices/Streets:MapServer',
  ]) {
    it(`takes the service written as ${inputService}`, async () => {
      const watch = await invoke(handler, { submit: input({ inputService }) });

      assert.partialDeepStrictEqual(submitted(), [{ service_url: 'CachedServices/Streets:MapServer' }]);
      assert.partialDeepStrictEqual(watch, { job: { service: 'CachedServices/Streets.MapServer' } });
    });
  }

  it('returns a watch for the state machine, without any credential', async () => {
    const watch = await invoke(handler, { submit: input({}) });

    const jobId = emulator.jobs.list().at(-1)?.id;
    assert.partialDeepStrictEqual(watch, {
      status: 'running',
      job: {
        operation: 'manage-map-server-cache-tiles',
        target,
        service: 'Basemap.MapServer',
        taskPath: 'rest/services/System/CachingTools/GPServer/Manage%20Map%20Cache%20Tiles',
        jobId,
      },
      polls: 0,
      jobStatus: 'esriJobSubmitted',
    });
    assert.ok(!JSON.stringify(watch).includes(emulator.password));
    assert.ok(!JSON.stringify(watch).includes(submitted()[0]?.['token'] ?? '?'));
  });

  it('returns the submitted job at once where nobody is to wait', async () => {
    const result = await work(handler, input({ waitForJobCompletion: 'DO_NOT_WAIT' }));

    const jobId = emulator.jobs.list().at(-1)?.id ?? '';
    assert.deepEqual(result, {
      operation: 'manage-map-server-cache-tiles',
      target,
      status: 'submitted',
      service: 'Basemap.MapServer',
      jobId,
      jobStatus: 'esriJobSubmitted',
      jobUrl: `${weather.origin}/arcgis/rest/services/System/CachingTools/GPServer/Manage%20Map%20Cache%20Tiles/jobs/${jobId}`,
    });
  });

  it('hands a start by hand over to the state machine, input unchanged, and calls no vendor', async () => {
    const result = await invoke(handler, input({}));

    assert.deepEqual(aws.executions.at(-1)?.input, input({}));
    assert.match(JSON.stringify(result), /"executionArn":"arn:.*"consoleUrl":"https:/);
    assert.deepEqual(weather.requests, []);
  });

  it('sends the wanted scales as the service writes them, the largest denominator first', async () => {
    await invoke(handler, { submit: input({ scales: [73957190.948944, 591657527.59156, 73957190.948944] }) });

    assert.partialDeepStrictEqual(submitted(), [{ levels: '591657527.591555;73957190.948944' }]);
  });

  it('orders the scales of a service that lists them the other way round or with an exponent', async () => {
    const lods = '[{"level":1,"scale":1128.497176},{"level":0,"scale":5.91657527591555E8},{"level":2,"scale":4000}]';
    const body = `{"singleFusedMapCache":true,"spatialReference":{"wkid":102100},"tileInfo":{"lods":${lods}}}`;
    weather.always(/Basemap\/MapServer/, { body });
    weather.always(SUBMIT_PATH, jsonAnswer({ jobId: 'j1', jobStatus: 'esriJobSubmitted' }));

    await invoke(handler, { submit: input({}) });

    assert.partialDeepStrictEqual(submitted(), [{ levels: '591657527.591555;4000;1128.497176' }]);
  });

  it('refuses a scale that is not cached before any submit, naming those that are', async () => {
    const run = invoke(handler, { submit: input({ scales: [591657527.591555, 1234] }) });

    await assert.rejects(run, { name: 'InvalidInputError', message: /1234.*591657527\.591555.*36978595\.474472/ });
    assert.deepEqual(submitted(), []);
  });

  it('sends an area of interest as the FeatureSet that it is', async () => {
    await invoke(handler, { submit: input({ areaOfInterest: AREA }) });

    assert.deepEqual(submittedArea(), AREA);
  });

  it("gives an area without a spatial reference the service's own", async () => {
    await invoke(handler, { submit: input({ areaOfInterest: { features: AREA.features } }) });

    assert.partialDeepStrictEqual(submittedArea(), { spatialReference: { wkid: 102100 }, features: AREA.features });
  });

  it('uses the area of interest and not the extent where both are given, and says so', async () => {
    const both = { areaOfInterest: AREA, updateExtent: '5000 5000 6000 6000' };

    const result = await work(handler, input({ ...both, waitForJobCompletion: 'DO_NOT_WAIT' }));

    assert.deepEqual(submittedArea(), AREA);
    assert.equal(submitted()[0]?.['constraining_extent'], undefined);
    assert.match(JSON.stringify(result), /"notes":\[".*updateExtent.*areaOfInterest/);
  });

  it('sends both rings of a GeoJSON MultiPolygon and its hole in WGS 84, wound as Esri winds them', async () => {
    const outer = [
      [0, 0],
      [10, 0],
      [10, 10],
      [0, 10],
      [0, 0],
    ];
    const hole = [
      [2, 2],
      [2, 4],
      [4, 4],
      [4, 2],
      [2, 2],
    ];
    const other = [
      [20, 20],
      [21, 20],
      [21, 21],
      [20, 20],
    ];

    await invoke(handler, {
      submit: input({ areaOfInterest: { type: 'MultiPolygon', coordinates: [[outer, hole], [other]] } }),
    });

    assert.deepEqual(submittedArea(), {
      geometryType: 'esriGeometryPolygon',
      spatialReference: { wkid: 4326 },
      features: [
        { geometry: { rings: [outer.toReversed(), hole.toReversed()] } },
        { geometry: { rings: [other.toReversed()] } },
      ],
    });
  });

  const extent = { xmin: -10.5, ymin: 20, xmax: 30, ymax: 4e6 };
  const extents: [what: string, updateExtent: unknown][] = [
    ['an envelope without a spatial reference', extent],
    ["an envelope in the service's spatial reference", { ...extent, spatialReference: { wkid: 102100 } }],
    ['an envelope in the same one under its other id', { ...extent, spatialReference: { wkid: 3857 } }],
    ['four numbers', '-10.5 20 30 4000000'],
  ];
  for (const [what, updateExtent] of extents) {
    it(`sends an extent given as ${what} as a rectangle in the service's spatial reference`, async () => {
      await invoke(handler, { submit: input({ updateExtent }) });

      const ring = [
        [-10.5, 20],
        [-10.5, 4e6],
        [30, 4e6],
        [30, 20],
        [-10.5, 20],
      ];
      assert.deepEqual(submittedArea(), {
        geometryType: 'esriGeometryPolygon',
        spatialReference: WEB_MERCATOR,
        features: [{ geometry: { rings: [ring] } }],
      });
      assert.equal(submitted()[0]?.['constraining_extent'], undefined);
    });
  }

  for (const spatialReference of [{ wkid: 4326 }, { wkt: 'PROJCS["Elsewhere"]' }]) {
    it(`refuses an extent in ${JSON.stringify(spatialReference)} before any submit`, async () => {
      const run = invoke(handler, { submit: input({ updateExtent: { ...extent, spatialReference } }) });

      await assert.rejects(run, { name: 'InvalidInputError', message: /spatialReference/ });
      assert.deepEqual(submitted(), []);
    });
  }

  it('is VendorRejectedError, once, when the task refuses its parameters', async () => {
    weather.always(
      SUBMIT_PATH,
      jsonAnswer({ error: { code: 400, message: 'Unable to complete operation.', details: [] } }),
    );

    const run = invoke(handler, { submit: input({}) });

    await assert.rejects(run, { name: 'VendorRejectedError', message: /400.*Unable to complete operation/ });
    assert.equal(submitted().length, 1);
  });
});
