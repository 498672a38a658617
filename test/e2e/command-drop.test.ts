import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { commandFolder, startCommand } from '../support/local-command.ts';

const FIXTURES = 'test/fixtures/rasters';
const SOURCE = `
    prefix: landsat/
    together: { quiet: 1, longest: 10 }
    refresh: { target: arcgis, serviceName: Landsat, serviceType: ImageServer, serviceFolder: Imagery }
    tiles: { inputService: Imagery/Landsat.ImageServer }`;

function file(name: string, text: string): string {
  const path = join(commandFolder, name);
  writeFileSync(path, text);
  return path;
}

async function drop(...args: string[]) {
  const { stdout, shown, exited } = startCommand(['drop', ...args]);
  const [code] = await exited;
  return { code, stdout: await stdout, stderr: shown() };
}

describe('the command drop', () => {
  it('puts files into the raster bucket of the settings, and prints the entries of all runs that follow', async () => {
    const settings = file(
      'one.yaml',
      `rasters:\n  - name: landsat\n    bucket: my-rasters${SOURCE}\n    ready: { marker: _SUCCESS }\n`,
    );
    const files = [`${FIXTURES}/plain-4326.tif`, `${FIXTURES}/lv95-2056.tif`, file('_SUCCESS', '')];

    const { code, stdout, stderr } = await drop(...files, '--settings', settings);

    assert.equal(code, 0, stderr);
    const runs: Record<string, never>[] = JSON.parse(stdout);
    assert.deepEqual(runs.map(({ operation, status }) => `${operation} ${status}`).toSorted(), [
      'manage-map-server-cache-tiles succeeded',
      'refresh-service succeeded',
      'renew-from-rasters succeeded',
    ]);
    const renewal = runs.find(({ operation }) => operation === 'renew-from-rasters');
    assert.partialDeepStrictEqual(renewal, {
      startedBy: 'S3',
      rasters: { count: 2, first: 'landsat/lv95-2056.tif', last: 'landsat/plain-4326.tif' },
      result: { tilesTouched: 5, tilesRenewed: 341 },
    });
    assert.match(stderr, /landsat\/_SUCCESS: no raster of any source/);
  });

  it('exits with 1 where a run does not succeed, and tells of it', async () => {
    const settings = file(
      'two.yaml',
      `rasters:\n  - name: other\n    prefix: x/\n    refresh: { target: arcgis, serviceName: A, serviceType: ImageServer }\n  - name: landsat${SOURCE}\n`,
    );

    const { code, stdout } = await drop(`${FIXTURES}/nogeoref.tif`, '--settings', settings, '--source', 'landsat');

    assert.equal(code, 1);
    const runs: Record<string, unknown>[] = JSON.parse(stdout);
    const renewal = runs.find(({ operation }) => operation === 'renew-from-rasters');
    assert.partialDeepStrictEqual(renewal, {
      status: 'failed',
      error: 'UnreadableRasterError',
      rasters: { unreadable: ['landsat/nogeoref.tif'] },
    });
    const choice = await drop(`${FIXTURES}/nogeoref.tif`, '--settings', settings);
    assert.equal(
      JSON.parse(choice.stdout).message,
      'The settings have several sources: give --source, one of other, landsat',
    );
  });

  it('says which file is not there, before anything is started', async () => {
    const { code, stdout } = await drop('not-there.tif');

    assert.equal(code, 1);
    assert.match(stdout, /"UsageError".*not-there\.tif cannot be read/s);
  });
});
