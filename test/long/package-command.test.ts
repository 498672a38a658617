import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { startCommand } from '../support/local-command.ts';
import { alone, app, makePackage, ROOT, scratch } from '../support/packed-package.ts';

const account = join(scratch, 'account');

/** Runs the command that is installed in a folder, in a terminal that stands somewhere else. */
async function cacheOps(folder: string, ...args: string[]) {
  const environment = { HOME: account, XDG_STATE_HOME: '', XDG_CACHE_HOME: '', CACHE_OPS_STATE: '' };
  const command = startCommand(args, environment, [join(folder, 'node_modules', '.bin', 'cache-ops')]);
  const [stdout, [exitCode]] = await Promise.all([command.stdout, command.exited]);
  return { stdout, shown: command.shown(), exitCode };
}

before(async () => {
  await makePackage();
  mkdirSync(account);
});

describe('the command of the package', () => {
  it('makes the tour: five operations, two schedules, and new rasters', async () => {
    const { stdout, shown, exitCode } = await cacheOps(alone);

    assert.equal(exitCode, 0, shown);
    assert.equal(stdout.match(/ succeeded /g)?.length, 8, stdout);
    assert.match(stdout, /renew-from-rasters .* 3 rasters/);
  });

  it('drops a raster of its own, and knows of that run', async () => {
    const { stdout, shown, exitCode } = await cacheOps(alone, 'drop', join(ROOT, 'local/tour-rasters/scene-002.TIF'));

    assert.equal(exitCode, 0, shown);
    const run = JSON.parse(stdout).find(({ operation }: { operation: string }) => operation === 'renew-from-rasters');
    assert.equal(run.status, 'succeeded');
    assert.equal(JSON.parse((await cacheOps(alone, 'show', run.run)).stdout).status, 'succeeded');
  });

  it('takes settings where the CDK is beside it, and keeps what it has made of them', async () => {
    const settings = join(scratch, 'settings.yaml');
    writeFileSync(settings, 'sites:\n  arcgis: { maxTiles: 1 }\n');
    const plan = ['manage-map-server-cache-tiles', 'target=arcgis', 'inputService=Basemap.MapServer'];
    const args = [...plan, 'updateMode=RECREATE_ALL_TILES', 'plan.jobsAtOnce=1', '--settings', settings];

    const [first, second] = [await cacheOps(app, ...args), await cacheOps(app, ...args)];

    for (const { stdout } of [first, second]) assert.match(JSON.parse(stdout).message, /confirmTiles: /);
    assert.match(first.shown, /synthesize the stack/);
    assert.doesNotMatch(second.shown, /synthesize the stack/);
  });

  it('refuses settings that cannot be used, in the words of a checkout', async () => {
    const settings = join(scratch, 'broken.yaml');
    writeFileSync(settings, 'sites:\n  gis: { jobsAtOnce: none }\n');

    const { stdout } = await cacheOps(app, 'clear-rest-cache', 'target=arcgis', '--settings', settings);

    assert.match(JSON.parse(stdout).message, /broken\.yaml:2 sites\.gis\.jobsAtOnce: must be a number/);
  });
});
