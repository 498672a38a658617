import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { type Platform, startPlatform } from '../../local/platform.ts';
import { synthesize } from '../../local/synth.ts';
import { commandFolder, plantSecrets, startCommand } from '../support/local-command.ts';

// Servers that are used by commands of this machine and by a stack that runs on this machine in the place of AWS.
const sites: ArcgisEmulator[] = [];
let platform: Platform;
let environment: Record<string, string>;
const secrets = join(commandFolder, 'secrets.json');

before(async () => {
  const targets = { gis: await startSite(1), slow: await startSite(60) };
  writeFileSync(secrets, JSON.stringify(targets));
  platform = await startPlatform({
    assemblyDirectory: await synthesize({ start: () => ({ end: () => undefined }) }),
    targets,
    onRun: () => undefined,
    onUnexpected: (text) => assert.fail(text),
    onWarning: () => undefined,
  });
  environment = {
    AWS_ENDPOINT_URL: platform.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
});

after(async () => {
  await platform.close();
  for (const site of sites) await site.close();
});

/** Gives its secret. */
async function startSite(jobSeconds: number): Promise<object> {
  const site = await startArcgisEmulator({ jobSeconds });
  sites.push(site);
  const { url, username, password } = site;
  plantSecrets(password);
  return { vendor: 'arcgis', url, username, password };
}

interface Said {
  stdout: string;
  shown: string;
  exitCode: unknown;
}

async function ended(args: string[], more: Record<string, string> = {}): Promise<Said> {
  const command = startCommand(args, more);
  const [stdout, [exitCode]] = await Promise.all([command.stdout, command.exited]);
  return { stdout, shown: command.shown(), exitCode };
}

const here = (...args: string[]) => ended(args);
const deployed = (...args: string[]) => ended([...args, '--stack', 'CacheOps'], environment);

/** What is another one in every run. */
function comparable(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
    .replaceAll(/\bj[0-9a-f]{32}\b/g, '<job>')
    .replaceAll(/\b[0-9a-f]{8}\b/g, '<id>')
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+Z)?/g, '<time>')
    .replaceAll(/\d+\.\d+ ?s\b|"(elapsedSeconds|polls|expiresAt|watchingCost|percent)":[\d.e-]+/g, '<figure>');
}

const REFRESH = ['refresh-service', 'target=gis', 'serviceFolder=Imagery', 'serviceName=Landsat'];
const COMMANDS: [name: string, args: string[], onThisMachineOnly: string[]][] = [
  ['a job', [...REFRESH, 'serviceType=ImageServer'], ['--secrets', secrets]],
  ['an operation that is refused', [...REFRESH, 'serviceType=FolderServer'], ['--secrets', secrets]],
  ['check-target', ['check-target', 'gis'], ['--secrets', secrets]],
  ['runs', ['runs', '--target', 'gis'], []],
  ['a pause that ends one', ['pause', 'gis', '--until', '2026-01-01T00:00:00Z', '--reason', 'over'], []],
];

describe('a command', () => {
  for (const [name, args, only] of COMMANDS) {
    it(`says the same on this machine and of a deployed stack: ${name}`, async () => {
      const [local, remote] = await Promise.all([here(...args, ...only), deployed(...args)]);

      assert.notEqual(local.stdout.trim(), '');
      assert.equal(comparable(remote.stdout), comparable(local.stdout));
      assert.equal(remote.exitCode, local.exitCode);
      assert.equal(local.exitCode, name.endsWith('refused') ? 1 : 0, local.stdout);
    });
  }

  it('shows one run of a deployed stack by its name, by the beginning of it, and by its ARN', async () => {
    const runs = JSON.parse((await deployed('runs', '--json')).stdout);
    const { run, executionArn, name } = runs.find(({ status }: { status: string }) => status === 'succeeded');

    const shown = await Promise.all(
      [run, executionArn, name.slice(0, 12)].map(async (one) => JSON.parse((await deployed('show', one)).stdout)),
    );

    assert.deepEqual(
      shown.map((entry) => entry.run),
      [run, run, run],
    );
    assert.equal(shown[0].input.target, 'gis');
  });

  it('stops a run of a deployed stack, and says what became of its job', async () => {
    const input = ['target=slow', 'inputService=Basemap.MapServer', 'updateMode=RECREATE_ALL_TILES'];
    const running = startCommand(['manage-map-server-cache-tiles', ...input, '--stack', 'CacheOps'], environment);
    await running.showing('esriJob');
    const [{ run }] = JSON.parse((await deployed('runs', '--json')).stdout);

    const stopped = await deployed('stop', run);

    assert.equal(JSON.parse(stopped.stdout).status, 'cancelled', stopped.stdout);
    assert.match(JSON.parse(stopped.stdout).message, /^its job j\w+ is cancelled on the server$/);
    const { error, message } = JSON.parse(await running.stdout);
    assert.equal(error, 'JobCancelledError');
    assert.match(message, /^The run was stopped: its job j\w+ is cancelled on the server\.$/);
    const again = await deployed('stop', run);
    assert.match(JSON.parse(again.stdout).message, /has ended already: cancelled/);
    assert.equal(again.exitCode, 1);
  });

  it('that is interrupted leaves a run in AWS at work, and says where it is', async () => {
    const input = ['target=slow', 'inputService=Basemap.MapServer', 'updateMode=RECREATE_ALL_TILES'];
    const running = startCommand(['manage-map-server-cache-tiles', ...input, '--stack', 'CacheOps'], environment);
    await running.showing('esriJob');

    running.interrupt();
    const [exitCode] = await running.exited;

    const { executionArn, status } = JSON.parse(await running.stdout);
    assert.deepEqual([status, exitCode], ['running', 130]);
    assert.match(running.shown(), /Ctrl-C: what runs in AWS goes on there/);
    const execution = platform.stateMachines.executions.find(({ arn }) => arn === executionArn);
    assert.equal(execution?.status, 'RUNNING');
  });

  const BROKEN: [what: string, more: Record<string, string>, said: RegExp][] = [
    ['a stack that is not there', {}, /There is no stack Other in us-east-1: look at AWS_PROFILE/],
    ['a shell without a region', { AWS_REGION: '' }, /No AWS region is set: set AWS_REGION/],
    [
      'a shell without credentials',
      { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true' },
      /AWS could not find the stack: CredentialsProviderError: .*Sign in/,
    ],
  ];
  for (const [what, more, said] of BROKEN) {
    it(`says what to do about ${what}, and no more`, async () => {
      const { stdout, shown, exitCode } = await ended(['runs', '--stack', 'Other'], { ...environment, ...more });

      assert.match(JSON.parse(stdout).message, said);
      assert.equal(exitCode, 1);
      assert.equal(shown, '');
    });
  }
});
