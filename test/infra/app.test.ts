import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Validations } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { appOf } from './synthesize.ts';

const folder = mkdtempSync(join(tmpdir(), 'cache-ops-app-'));
after(() => rmSync(folder, { recursive: true }));

const REFRESH = { target: 'gis', serviceName: 'A', serviceType: 'ImageServer' };
const SCHEDULE = { name: 'daily', operation: 'refresh-service', expression: 'rate(1 day)', input: REFRESH };
const PURGE = { ...SCHEDULE, operation: 'purge-microstrategy-caches', input: { target: 'bi', projects: 'ALL' } };

const EVERYTHING = {
  schedules: [SCHEDULE, { ...PURGE, name: 'hourly' }],
  rasters: [{ refresh: REFRESH }],
  jobs: { 'refresh-service': { maxDuration: 300, maxWaiting: 100 } },
  ledger: { keepDays: 3650 },
  notifications: { email: 'gis-team@example.org' },
};
const network = {
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  securityGroupIds: ['sg-0123456789abcdef0'],
};
const encryption = { keyArn: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab' };

const deployments: [name: string, settings: object][] = [
  ['nothing but the operations', {}],
  ['a secret prefix of its own', { secretPrefix: 'gis_prod=' }],
  ['an immediate schedule', { schedules: [PURGE] }],
  ['a name, and with all that the settings offer', { ...EVERYTHING, name: 'test', network }],
  ['rasters in an existing bucket', { rasters: [{ bucket: 'my-rasters', refresh: REFRESH }] }],
  ['all that the settings offer, outside a VPC and with its own key', EVERYTHING],
  ['the same in a VPC', { ...EVERYTHING, network }],
  ['the same with a key of yours', { ...EVERYTHING, encryption }],
  ['the same in a VPC with a key of yours', { ...EVERYTHING, network, encryption }],
];

describe('the rules for secure stacks', () => {
  for (const [name, settings] of deployments) {
    it(`find nothing in a stack with ${name}`, () => {
      const { app } = appOf(settings);
      Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));

      const { directory } = app.synth();

      const { pluginReports } = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8'));
      assert.deepEqual(pluginReports, []);
    });
  }

  it('would find a queue that anybody forgot to protect', (context) => {
    context.mock.method(process.stderr, 'write', () => true);
    const { app, stack } = appOf();
    new Queue(stack, 'Forgotten');
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));

    assert.throws(() => app.synth(), /Validation failed/);
  });
});

describe('the app', () => {
  it('synthesizes the stack with the shipped settings for any account and region', () => {
    const { status, output } = runApp();

    const { artifacts } = JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8'));
    assert.equal(status, 0);
    assert.equal(artifacts.CacheOps.environment, 'aws://unknown-account/unknown-region');
    assert.ok(existsSync(join(output, 'CacheOps.template.json')));
  });

  it('synthesizes a stack of the name in the settings', () => {
    const { status, output } = runApp(settingsFile('name: test\n'));

    assert.equal(status, 0);
    assert.ok(existsSync(join(output, 'CacheOps-test.template.json')));
  });

  it('stops at settings that cannot be used, with what is wrong and nothing else', () => {
    const file = settingsFile('secretPrefix: a/\nscheduled: []\n');

    const { status, stderr, output } = runApp(file);

    assert.equal(status, 1);
    const [first, problem = '', ...more] = stderr.split('\n');
    assert.deepEqual([first, more], ['The settings cannot be used:', ['']]);
    assert.match(problem, /:2 scheduled: unknown key; the keys are name, .* \(did you mean schedules\?\)$/);
    assert.ok(problem.startsWith(`  ${file}:`));
    assert.ok(!existsSync(join(output, 'CacheOps.template.json')));
  });

  for (const key of ['setings', 'Settings']) {
    it(`refuses -c ${key}=…, which would leave the shipped settings in force`, () => {
      const { status, stderr, output } = runApp('x.yaml', key);

      assert.deepEqual([status, stderr], [1, `-c ${key}=… is not known: did you mean -c settings=<file>?\n`]);
      assert.ok(!existsSync(join(output, 'CacheOps.template.json')));
    });
  }
});

function settingsFile(yaml: string): string {
  const file = join(folder, 'settings.yaml');
  writeFileSync(file, yaml);
  return file;
}

/** Runs the app as the CDK's command line does, without bundling. */
function runApp(settings?: string, key = 'settings') {
  const output = mkdtempSync(join(folder, 'cdk.out-'));
  const context = { 'aws:cdk:bundling-stacks': [], ...(settings !== undefined && { [key]: settings }) };
  const { status, stderr } = spawnSync(process.execPath, ['infra/app.ts'], {
    encoding: 'utf8',
    env: { ...process.env, CDK_OUTDIR: output, CDK_CONTEXT_JSON: JSON.stringify(context) },
  });
  return { status, stderr, output };
}
