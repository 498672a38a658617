import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { commandFolder, plantSecrets, startCommand } from '../support/local-command.ts';
import { addCountry, COUNTRY, strip } from '../support/plan-platform.ts';

let site: ArcgisEmulator;
let slowSite: ArcgisEmulator;
const secrets = join(commandFolder, 'secrets.json');
const slowSecrets = join(commandFolder, 'slow-secrets.json');
const settings = join(commandFolder, 'settings.yaml');
const OPTIONS = ['--secrets', secrets, '--settings', settings];

before(async () => {
  [site, slowSite] = await Promise.all([
    startArcgisEmulator({ jobSeconds: 3 }),
    startArcgisEmulator({ jobSeconds: 60 }),
  ]);
  addCountry({ emulator: site }, COUNTRY);
  for (const [file, target, { url, username, password }] of [
    [secrets, 'gis', site],
    [slowSecrets, 'slow', slowSite],
  ] as const) {
    plantSecrets(password);
    writeFileSync(file, JSON.stringify({ [target]: { vendor: 'arcgis', url, username, password } }));
  }
  writeFileSync(
    settings,
    `name: city
windows:
  nights: { timezone: UTC, days: [mon], from: "20:00", to: "06:00" }
sites:
  gis: { maxTiles: 100 }
`,
  );
});
after(() => Promise.all([site.close(), slowSite.close()]));

async function ended(...args: string[]) {
  const command = startCommand(args);
  const [stdout, [exitCode]] = await Promise.all([command.stdout, command.exited]);
  return { answer: JSON.parse(stdout), shown: command.shown(), exitCode };
}

const ALL_TILES = ['manage-map-server-cache-tiles', 'updateMode=RECREATE_ALL_TILES'];
const PLAN = [...ALL_TILES, 'target=gis'];
const SERVICE = `inputService=${COUNTRY}`;
const { xmin, ymin, xmax, ymax } = strip(4);
/** Four of them. */
const UNITS = [SERVICE, `updateExtent=${xmin} ${ymin} ${xmax} ${ymax}`, 'plan.maxTilesPerJob=128'];

test('the settings that are named hold, and name the windows that there are', async () => {
  const [window, tiles] = await Promise.all([
    ended(...PLAN, ...UNITS, 'plan.window=weekends', ...OPTIONS),
    ended(...PLAN, ...UNITS, ...OPTIONS),
  ]);

  assert.equal(window.answer.error, 'InvalidInputError');
  assert.match(window.answer.message, /no window "weekends", there are nights/);
  assert.match(tiles.answer.message, /confirmTiles: /);
});

test('settings that cannot be used are refused with the line of what is wrong', async () => {
  const broken = join(commandFolder, 'broken.yaml');
  writeFileSync(broken, 'sites:\n  gis: { jobsAtOnce: none }\n');

  const [wrong, none] = await Promise.all([
    ended(...PLAN, ...UNITS, '--settings', broken),
    ended(...PLAN, ...UNITS, '--settings', 'none.yaml'),
  ]);

  assert.deepEqual([wrong.answer.error, none.answer.error], ['UsageError', 'UsageError']);
  assert.match(wrong.answer.message, /broken\.yaml:2 sites\.gis\.jobsAtOnce: must be a number/);
  assert.match(none.answer.message, /none\.yaml cannot be read/);
  assert.equal(wrong.shown + none.shown, '');
});

test('a plan whose command was killed is gone on with by another', async () => {
  const first = startCommand([...PLAN, ...UNITS, '--secrets', secrets]);
  await first.showing(/[1-3] of 4 units/);
  first.child.kill('SIGKILL');
  await first.exited;
  const killed = (await ended('runs', '--json')).answer.find(({ parent }: { parent?: string }) => !parent);

  const resumed = await ended(...PLAN, SERVICE, `resume=${killed.run}`, '--secrets', secrets);

  assert.deepEqual([killed.status, killed.error], ['uncertain', 'JobLostError']);
  assert.ok(killed.plan.done > 0 && killed.plan.done < 4);
  assert.equal(resumed.answer.status, 'succeeded', JSON.stringify(resumed.answer));
  assert.deepEqual([resumed.answer.plan.units, resumed.answer.plan.done], [4, 4]);
  // Each unit was one job; the one that was at work may have run twice.
  assert.ok(site.jobs.list().length <= 5);
});

test('a run is stopped by another command, its job on the server too', async () => {
  const first = startCommand([...ALL_TILES, 'target=slow', 'inputService=Basemap.MapServer', '--secrets', slowSecrets]);
  await first.showing('esriJob');
  const { name, run } = (await ended('runs', '--json', '--target', 'slow')).answer[0];

  const stopped = await ended('stop', name.slice(0, 8));
  const again = await ended('stop', run);

  assert.deepEqual([stopped.answer.run, stopped.answer.status, stopped.exitCode], [run, 'cancelled', 0]);
  assert.match(stopped.answer.message, /^its job j\w+ is cancelled on the server$/);
  assert.equal(JSON.parse(await first.stdout).error, 'JobCancelledError');
  assert.match(again.answer.message, /has ended already: cancelled\. Nothing was stopped/);
});

test('a pause that another command sets keeps a run waiting', async () => {
  const pause = (until: string) => ended('pause', 'gis', '--until', until, '--reason', 'new disks');
  assert.equal((await pause(new Date(Date.now() + 3_600_000).toISOString())).answer.status, 'paused');

  const run = startCommand(['clear-rest-cache', 'target=gis', '--secrets', secrets]);
  await run.showing(/paused until .*: new disks/);
  run.interrupt();
  assert.equal((await pause('2026-01-01T00:00:00Z')).answer.status, 'ended');

  assert.match(JSON.parse(await run.stdout).message, /before anything|before a job ran/);
  assert.equal((await ended('clear-rest-cache', 'target=gis', '--secrets', secrets)).answer.status, 'succeeded');
});

test('a pause with --cancel reaches a run that another command has started', async () => {
  const first = startCommand([...ALL_TILES, 'target=slow', 'inputService=Basemap.MapServer', '--secrets', slowSecrets]);
  await first.showing('esriJob');
  const { run } = (await ended('runs', '--json', '--target', 'slow')).answer[0];
  const pause = (until: string, ...more: string[]) =>
    ended('pause', 'slow', '--until', until, '--reason', 'new disks', ...more);

  const { answer } = await pause(new Date(Date.now() + 3_600_000).toISOString(), '--cancel');

  assert.deepEqual([answer.runsAtWork, answer.cancelled], [0, [run]]);
  assert.equal(JSON.parse(await first.stdout).error, 'JobCancelledError');
  assert.equal((await ended('show', run)).answer.status, 'cancelled');
  const running = slowSite.jobs.list().filter(({ status }) => !/Cancelled|Succeeded/.test(status));
  assert.deepEqual(running, []);
  assert.equal((await pause('2026-01-01T00:00:00Z')).answer.status, 'ended');
});

test('a run of several targets is stopped with the runs of its targets, and says so', async () => {
  const { url, username, password } = slowSite;
  const secret = { vendor: 'arcgis', url, username, password };
  const both = join(commandFolder, 'both-secrets.json');
  writeFileSync(both, JSON.stringify({ north: secret, south: { ...secret, url: `${url}/` } }));
  const first = startCommand([...ALL_TILES, 'target=north,south', 'inputService=Basemap.MapServer', '--secrets', both]);
  await first.showing('esriJob');
  const ofSouth = (await ended('runs', '--json', '--target', 'south')).answer;
  const { run } = ofSouth.find(({ target }: { target: string }) => target === 'north, south');

  const { answer, exitCode } = await ended('stop', run);

  const words = 'with it the runs of its targets that were at work; their own entries say what became of them';
  assert.deepEqual([answer, exitCode], [{ run, status: 'stopped', message: words }, 0]);
  assert.deepEqual(JSON.parse(await first.stdout), {
    error: 'JobCancelledError',
    message: `The run was stopped: ${words}.`,
  });
});
