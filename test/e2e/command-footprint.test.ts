import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCommand } from '../support/local-command.ts';

const FOLDER = 'test/fixtures/rasters';

test('footprint says of raster files where they lie and what says so, or why nobody can say', async () => {
  const files = ['plain-3857.tif', 'auxxml-32633.tif', 'tfw-prj.tif', 'antimeridian-4326.tif', 'nogeoref.tif'];
  const { stdout, exited } = startCommand(['footprint', ...files.map((file) => `${FOLDER}/${file}`)]);

  const footprints = JSON.parse(await stdout);
  const [exitCode] = await exited;

  assert.equal(exitCode, 0);
  assert.deepEqual(
    footprints.map(({ file, source, unreadable }: Record<string, string>) => [
      file?.replace(`${FOLDER}/`, ''),
      source ?? typeof unreadable,
    ]),
    [
      ['plain-3857.tif', 'tiff'],
      ['auxxml-32633.tif', 'aux'],
      ['tfw-prj.tif', 'world-file'],
      ['antimeridian-4326.tif', 'tiff'],
      ['nogeoref.tif', 'string'],
    ],
  );
  const [plain, , , crossing] = footprints;
  assert.equal(plain.crs, 'EPSG:3857');
  assert.ok(plain.rings4326[0].length >= 4 && plain.reads > 0 && plain.bytes > 0);
  assert.ok(crossing.bbox4326[2] > 180);
});
