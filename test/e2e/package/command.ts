import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type ArcgisEmulator, startArcgisEmulator } from '../../../local/emulators/arcgis/arcgis-emulator.ts';
import { type Platform, startPlatform } from '../../../local/platform.ts';
import { plantSecrets, startCommand } from '../../support/local-command.ts';
import { alone, ROOT, scratch } from '../../support/packed-package.ts';

const INSTALLED = join(alone, 'node_modules', 'cache-ops');
/** The folders of a person's account. */
const account = join(scratch, 'account');
const secrets = join(scratch, 'secrets.json');

let site: ArcgisEmulator;
let platform: Platform;
let shell: Record<string, string>;

interface Said {
  stdout: string;
  shown: string;
  exitCode: unknown;
}

/** Runs the command that npm has installed, by this Node.js or by another one. */
async function cacheOps(args: string[], more: Record<string, string> = {}, node = process.execPath): Promise<Said> {
  const { PATH = '' } = process.env;
  const environment = {
    PATH: `${dirname(node)}${delimiter}${PATH}`,
    HOME: account,
    XDG_STATE_HOME: join(account, 'state'),
    XDG_CACHE_HOME: join(account, 'cache'),
    CACHE_OPS_STATE: '',
  };
  const program = join(alone, 'node_modules', '.bin', 'cache-ops');
  const command = startCommand(args, { ...environment, ...more }, [program]);
  const [stdout, [exitCode]] = await Promise.all([command.stdout, command.exited]);
  return { stdout, shown: command.shown(), exitCode };
}

const deployed = (args: string[], more: Record<string, string> = {}, node?: string) =>
  cacheOps([...args, '--stack', 'CacheOps'], { ...shell, ...more }, node);

/** A Node.js of this machine that the package promises to run on and that is not ours, where there is one. */
function olderNode(): string | undefined {
  const paths = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  return paths.find((path) => {
    if (!existsSync(path)) return false;
    const major = Number.parseInt(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.slice(1), 10);
    return major >= 20 && major < 24;
  });
}

/** Takes from a process what Node.js 20 does not have, and calls it so. */
const AS_NODE_20 = `
for (const [of, name] of [
  [globalThis, 'AsyncDisposableStack'], [Map, 'groupBy'], [Object, 'groupBy'], [Promise, 'withResolvers'],
  [URL, 'parse'], [Array, 'fromAsync'],
]) delete of[name];
Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.12.0' } });
`;

/** The tests of the command; they use the package that the others of the file have made. */
export function describeCommand(): void {
  describe('the command of the package, in a folder with nothing else', () => {
    before(start);
    after(async () => {
      await platform.close();
      await site.close();
    });
    describe('alone', describeWords);
    describe('on this machine', describeThisMachine);
    describe('with a deployed stack', describeStack);
    describe('by an older Node.js', describeOlderNode);
  });
}

async function start(): Promise<void> {
  site = await startArcgisEmulator();
  const { url, username, password } = site;
  plantSecrets(password);
  const targets = { 'city-gis': { vendor: 'arcgis', url, username, password } };
  writeFileSync(secrets, JSON.stringify(targets));
  platform = await startPlatform({
    assemblyDirectory: join(INSTALLED, 'assembly'),
    targets,
    onRun: () => undefined,
    onUnexpected: (text) => assert.fail(text),
    onWarning: () => undefined,
  });
  shell = {
    AWS_ENDPOINT_URL: platform.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
}

function describeWords(): void {
  it('is started by npx, and says its name so', () => {
    const help = execFileSync('npx', ['cache-ops', '--help'], { cwd: alone, encoding: 'utf8' });

    assert.match(help, /^Usage: npx cache-ops \[options\] \[command\]\n/);
    assert.match(help, /\n {2}purge-microstrategy-caches +purges/);
  });

  it('refuses a flag that it does not know, and an operation without input', async () => {
    const [flag, input] = await Promise.all([cacheOps(['runs', '--tragets', 'gis']), cacheOps(['clear-rest-cache'])]);

    assert.deepEqual([flag.exitCode, input.exitCode], [1, 1]);
    assert.match(JSON.parse(flag.stdout).message, /^Unknown option '--tragets': did you mean --target\? See npx cache/);
    assert.match(JSON.parse(input.stdout).message, /For example: npx cache-ops clear-rest-cache target=arcgis/);
  });

  it('completes itself in bash', async () => {
    const { stdout } = await cacheOps(['completion', 'bash']);
    const asked = `${stdout}\nCOMP_WORDS=(cache-ops ch); COMP_CWORD=1; COMP_LINE='cache-ops ch'; COMP_POINT=12; _cache_ops; echo "$COMPREPLY"`;

    assert.equal(execFileSync('bash', ['-c', asked], { encoding: 'utf8' }).trim(), 'check-target');
  });

  it('says where a raster lies', async () => {
    const { stdout } = await cacheOps(['footprint', join(ROOT, 'local/tour-rasters/scene-002.TIF')]);

    const [{ source, bbox4326 }] = JSON.parse(stdout);
    assert.deepEqual([source, bbox4326.length], ['tiff', 4]);
  });
}

function describeThisMachine(): void {
  it('runs an operation with servers of its own, and knows of the run afterwards', async () => {
    const input = ['clear-rest-cache', 'target=city-gis', 'folderName=Imagery'];
    const run = await cacheOps([...input, '--secrets', secrets]);

    assert.equal(run.exitCode, 0, run.shown);
    assert.deepEqual(JSON.parse(run.stdout).scope, { folderName: 'Imagery' });
    assert.ok(site.requests.some(({ url }) => url.includes('/cache/clear')));
    const { run: name, startedBy } = JSON.parse((await cacheOps(['show', 'clear-rest-cache/'])).stdout);
    assert.match(name, /^clear-rest-cache\//);
    assert.equal(startedBy, 'person');
  });

  it('keeps its ledger in the account of the person, and leaves the package as it was', () => {
    const changed = readdirSync(INSTALLED, { recursive: true, encoding: 'utf8' })
      .map((file) => statSync(join(INSTALLED, file)))
      .filter(({ mtimeMs }) => mtimeMs > statSync(secrets).mtimeMs);

    assert.deepEqual(readdirSync(join(account, 'state', 'cache-ops')).includes('ledger.sqlite'), true);
    assert.deepEqual(changed, []);
  });

  it('says what it needs for settings of its own', async () => {
    const settings = join(ROOT, 'examples/settings/bi.yaml');
    const { stdout } = await cacheOps(['clear-rest-cache', 'target=city-gis', '--settings', settings]);

    assert.deepEqual(JSON.parse(stdout), {
      error: 'UsageError',
      message: '--settings needs the AWS CDK on this machine: npm install aws-cdk-lib constructs',
    });
  });
}

function describeStack(): void {
  it('runs an operation, lists it and shows it', async () => {
    const run = await deployed(['clear-rest-cache', 'target=city-gis']);
    const [{ run: name, status }] = JSON.parse((await deployed(['runs', '--json'])).stdout);
    const shown = JSON.parse((await deployed(['show', name])).stdout);

    assert.equal(JSON.parse(run.stdout).scope, 'all', run.shown);
    assert.deepEqual([status, shown.run, shown.input], ['succeeded', name, { target: 'city-gis' }]);
  });
}

function describeOlderNode(): void {
  const asNode20 = { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(AS_NODE_20)}"` };
  const ways: [what: string, more: Record<string, string>, node: string | undefined][] = [
    ['with what Node.js 20 has', asNode20, process.execPath],
    ['on an older Node.js of this machine', {}, olderNode()],
  ];
  for (const [what, more, node] of ways) {
    it(`needs no more than the package promises, ${what}`, {
      skip: node === undefined && 'there is none',
    }, async () => {
      const run = await deployed(['clear-rest-cache', 'target=city-gis', 'folderName=Imagery'], more, node);
      const { stdout } = await deployed(['runs', '--target', 'city-gis'], more, node);

      assert.deepEqual(JSON.parse(run.stdout).scope, { folderName: 'Imagery' }, run.shown);
      assert.match(stdout, /clear-rest-cache .* city-gis .* succeeded/);
    });

    it(`says that this machine's side needs Node.js 24, ${what}`, {
      skip: node === undefined && 'there is none',
    }, async () => {
      const { stdout, shown, exitCode } = await cacheOps(['runs'], more, node);

      const { error, message } = JSON.parse(stdout);
      assert.deepEqual([error, exitCode, shown], ['UsageError', 1, '']);
      assert.match(
        message,
        /needs Node\.js 24, and this is 2\d\.\d+\.\d+\. Install it, in this folder by npm install node@24/,
      );
    });
  }
}
