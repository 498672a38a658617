import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { commandFolder, plantSecrets, startCommand } from '../support/local-command.ts';

let site: ArcgisEmulator;
const secrets = join(commandFolder, 'secrets.json');
const settings = join(commandFolder, 'settings.yaml');
const OPTIONS = ['--secrets', secrets, '--settings', settings];

before(async () => {
  site = await startArcgisEmulator({ jobSeconds: 3 });
  const { url, username, password } = site;
  plantSecrets(password);
  writeFileSync(secrets, JSON.stringify({ gis: { vendor: 'arcgis', url, username, password } }));
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
after(() => site.close());

async function ended(...args: string[]) {
  const command = startCommand(args);
  const [stdout, [exitCode]] = await Promise.all([command.stdout, command.exited]);
  return { answer: JSON.parse(stdout), shown: command.shown(), exitCode };
}

const PLAN = ['manage-map-server-cache-tiles', 'target=gis', 'updateMode=RECREATE_ALL_TILES'];
const UNITS = ['inputService=Basemap.MapServer', 'plan.maxTilesPerJob=100'];

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
  assert.match(wrong.answer.message, /line 2.*jobsAtOnce/s);
  assert.match(none.answer.message, /none\.yaml cannot be read/);
  assert.equal(wrong.shown + none.shown, '');
});

test('a plan that one command stopped is gone on with by another, which is named in the answer', async () => {
  const first = startCommand([...PLAN, ...UNITS, '--secrets', secrets]);
  await first.showing(/[1-9]\d* of \d+ units/);
  const [running] = (await ended('runs', '--json')).answer;
  assert.equal(running.run, `manage-map-server-cache-tiles/${running.name}`);

  const stopped = await ended('stop', running.name.slice(0, 8));
  const { error, message } = JSON.parse(await first.stdout);
  const resumed = await ended(...PLAN, UNITS[0] ?? '', `resume=${running.run}`, '--secrets', secrets);

  assert.equal(stopped.answer.status, 'cancelled');
  assert.equal(error, 'JobCancelledError');
  assert.match(message, new RegExp(`"resume":"${running.run}"`));
  assert.equal(resumed.answer.status, 'succeeded', JSON.stringify(resumed.answer));
  const { plan } = resumed.answer;
  assert.deepEqual([plan.done, plan.failed], [plan.units, 0]);
  const [shown, before_] = await Promise.all([
    ended('show', resumed.answer.run ?? 'manage-map-server-cache-tiles/'),
    ended('show', running.run),
  ]);
  assert.ok(before_.answer.plan.done < plan.units);
  assert.ok(shown);
});

test('a pause that another command sets keeps a run waiting, and ends it', async () => {
  const pause = (until: string) => ended('pause', 'gis', '--until', until, '--reason', 'new disks');
  assert.equal((await pause(new Date(Date.now() + 3_600_000).toISOString())).answer.status, 'paused');

  const run = startCommand(['clear-rest-cache', 'target=gis', '--secrets', secrets]);
  await run.showing(/paused until .*: new disks/);
  assert.equal((await pause('2026-01-01T00:00:00Z')).answer.status, 'ended');
  const answer = JSON.parse(await run.stdout);

  assert.equal(answer.status, 'succeeded');
});
