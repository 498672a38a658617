import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { handler } from '../../functions/manage-map-server-cache-tiles/handler.ts';
import { startFieldSite } from '../support/field-site.ts';
import { startTestAws, type TestAws, work } from '../support/invoke.ts';
import { logLines } from '../support/log-lines.ts';

const RING = [[0, 0], [0, 9], [9, 9], [0, 0]]; // biome-ignore format: a ring reads better in one line
/** A cached service in a local grid: its spatial reference is not known. */
const GRID = { singleFusedMapCache: true, spatialReference: {}, tileInfo: { lods: [{ level: 0, scale: 4000 }] } };
const EXTENT = { xmin: 0, ymin: 0, xmax: 1, ymax: 1, spatialReference: { wkid: 2154 } };

describe('manage-map-server-cache-tiles, by what the service says of its cache', () => {
  let aws: TestAws;

  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());

  async function open(t: TestContext, service: object) {
    logLines(t);
    const site = await startFieldSite({ service });
    t.after(() => site.close());
    const target = aws.newTarget({
      vendor: 'arcgis',
      url: `${site.origin}/arcgis`,
      username: 'svc',
      password: 'a-pass',
    });
    const input = {
      target,
      inputService: 'A.MapServer',
      updateMode: 'DELETE_TILES',
      waitForJobCompletion: 'DO_NOT_WAIT',
    };
    return {
      run: (more: object) => work(handler, { ...input, ...more }),
      submitted: () => site.requestsTo(/submitJob$/).map(({ body }) => Object.fromEntries(new URLSearchParams(body))),
    };
  }

  it('takes a scale of the scheme that is not cached, beside the cached ones that "ALL" means', async (t) => {
    const lods = [8000, 4000, 2000].map((scale, level) => ({ level, scale }));
    const { run, submitted } = await open(t, { ...GRID, tileInfo: { lods }, minLOD: 1, maxLOD: 1 });

    await run({});
    await run({ scales: '2000;4000' });

    assert.partialDeepStrictEqual(submitted(), [{ levels: '4000' }, { levels: '4000;2000' }]);
  });

  it('notes that the service is not drawn from its cache now', async (t) => {
    const storageInfo = { storageFormat: 'esriMapCacheStorageModeCompactV2' };
    const { run } = await open(t, { ...GRID, singleFusedMapCache: false, storageInfo });

    const { notes } = Object(await run({}));

    assert.deepEqual(notes, ['A.MapServer has a tile cache and is not drawn from it now.']);
  });

  it('sends an area without a spatial reference as it is where the service has none either', async (t) => {
    const { run, submitted } = await open(t, GRID);

    await run({ areaOfInterest: { rings: [RING] } });

    const area: unknown = JSON.parse(submitted()[0]?.['area_of_interest'] ?? 'null');
    assert.deepEqual(area, { geometryType: 'esriGeometryPolygon', features: [{ geometry: { rings: [RING] } }] });
  });

  it('refuses an extent with a spatial reference where the service has none to compare it with', async (t) => {
    const { run, submitted } = await open(t, GRID);

    const refused = run({ updateExtent: EXTENT });

    await assert.rejects(refused, {
      name: 'InvalidInputError',
      message: /^updateExtent\.spatialReference: .*Leave it out/,
    });
    assert.deepEqual(submitted(), []);
  });
});
