import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { handler } from '../../../../functions/count-rasters/handler.ts';
import { type ArcgisEmulator, startArcgisEmulator } from '../../../../local/emulators/arcgis/arcgis-emulator.ts';
import { WORLD } from '../../../../local/emulators/arcgis/tile-scheme.ts';
import { invoke, startTestAws, type TestAws } from '../../../support/invoke.ts';

const SERVICE = { folder: 'Imagery', name: 'Landsat', type: 'ImageServer' };
const ID = 'Imagery/Landsat.ImageServer';

describe('count-rasters', () => {
  let aws: TestAws;
  let emulator: ArcgisEmulator;
  let target = '';
  before(async () => {
    [aws, emulator] = await Promise.all([startTestAws(), startArcgisEmulator()]);
    const { url, username, password } = emulator;
    target = aws.newTarget({ vendor: 'arcgis', url, username, password });
  });
  after(() => Promise.all([aws.close(), emulator.close()]));

  function setMosaic(names: readonly string[] | undefined): void {
    const service = emulator.services.get(ID) ?? assert.fail();
    service.mosaic = names?.map((name) => ({ name, extent: WORLD }));
  }

  const missing = (names: readonly string[], where = 'Name IN ({names})') =>
    invoke(handler, { target, service: SERVICE, where, names });
  const namesOf = (count: number) => Array.from({ length: count }, (_, index) => `scene-${index}`);
  const queries = () => emulator.requests.filter(({ path }) => path.endsWith('/query')).length;

  it('finds none missing by one query for some hundreds', async () => {
    setMosaic(namesOf(1000));
    const before = queries();

    assert.deepEqual(await missing(namesOf(1000)), { missing: [] });

    assert.equal(queries() - before, 3);
  });

  it('names those that are missing, with few queries', async () => {
    const all = namesOf(1000);
    setMosaic(all.filter((name) => !['scene-7', 'scene-512'].includes(name)));
    const before = queries();

    assert.deepEqual(await missing(all), { missing: ['scene-7', 'scene-512'] });

    assert.ok(queries() - before < 45, String(queries() - before));
  });

  it('ends soon where nothing is there yet', async () => {
    setMosaic([]);
    const before = queries();

    assert.deepEqual(await missing(namesOf(10_000)), { missing: namesOf(10) });

    assert.ok(queries() - before <= 60, String(queries() - before));
  });

  it('doubles the quotes within a name, and takes a name as it stands', async () => {
    setMosaic(["l'été", "$& ' OR 1=1"]);

    assert.deepEqual(await missing(["l'été", "$& ' OR 1=1", "') OR (1=1"]), { missing: ["') OR (1=1"] });
  });

  it('passes on that the service has no catalogue, and that the clause is not understood', async () => {
    setMosaic(undefined);
    await assert.rejects(missing(['a']), { name: 'VendorRejectedError', message: /not supported/ });
    setMosaic(['a']);
    await assert.rejects(missing(['a'], 'Nam LIKE {names}'), { name: 'VendorRejectedError' });
  });
});
