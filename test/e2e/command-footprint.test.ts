import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const start = promisify(execFile);

const FOLDER = 'test/fixtures/rasters';

test('footprint says of raster files where they lie and what says so, or why nobody can say', async () => {
  const files = ['plain-3857.tif', 'auxxml-32633.tif', 'tfw-prj.tif', 'antimeridian-4326.tif', 'nogeoref.tif'];
  const paths = files.map((file) => `${FOLDER}/${file}`);

  const { stdout } = await start(process.execPath, ['cli/start.ts', 'footprint', ...paths]);

  const footprints = JSON.parse(stdout);
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
