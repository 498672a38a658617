import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { App, NestedStack, Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { CacheOps } from '../../infra/cache-ops.ts';
import { checkSettings, readSettings } from '../../infra/settings/settings.ts';
import { everySetting } from '../docs/pages/iam-page.ts';
import { synthesize } from './synthesize.ts';

const ENV = { account: '111122223333', region: 'eu-west-1' };

function stackOfOthers(props = {}): { app: App; stack: Stack } {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new Stack(app, 'Gis', props);
  new Bucket(stack, 'Theirs');
  return { app, stack };
}

/** How many resources of each type a template has. */
function types(template: Template): Record<string, number> {
  const { Resources } = template.toJSON();
  const all = Object.values(Resources).map((resource) => String(Object(resource).Type));
  return Object.fromEntries([...Map.groupBy(all, (type) => type)].map(([type, same]) => [type, same.length]).sort());
}

describe('CacheOps in a stack of others', () => {
  it('makes the resources and outputs that its own stack has, and leaves the others their own', () => {
    const { stack } = stackOfOthers();
    new CacheOps(stack, 'Caches', everySetting());

    const template = Template.fromStack(stack);

    const { 'AWS::S3::Bucket': buckets = 0, ...others } = types(template);
    const own = synthesize(everySetting()).template;
    assert.deepEqual({ 'AWS::S3::Bucket': buckets - 1, ...others }, types(own));
    assert.deepEqual(Object.keys(template.toJSON()['Outputs']).sort(), Object.keys(own.toJSON()['Outputs']).sort());
    assert.equal(template.toJSON()['Description'], undefined);
  });

  it('gives names and tags to nothing but its own', () => {
    const { stack } = stackOfOthers();
    new CacheOps(stack, 'Caches', { name: 'test', tags: { team: 'gis' } });

    const template = Template.fromStack(stack);

    template.resourcePropertiesCountIs(
      'AWS::StepFunctions::StateMachine',
      { StateMachineName: 'test-clear-rest-cache' },
      1,
    );
    const [theirs] = Object.values(template.findResources('AWS::S3::Bucket'));
    const [ledger] = Object.values(template.findResources('AWS::DynamoDB::Table'));
    assert.deepEqual(
      [theirs?.['Properties'], ledger?.['Properties'].Tags],
      [undefined, [{ Key: 'team', Value: 'gis' }]],
    );
    assert.deepEqual(stack.tags.tagValues(), {});
  });

  it('gives other constructs the state machine of an operation, and the bucket', () => {
    const { stack } = stackOfOthers();
    const { rasters } = readSettings('examples/settings/rasters.yaml');

    const cacheOps = new CacheOps(stack, 'Caches', { rasters: rasters.map(({ bucket, ...raster }) => raster) });

    assert.ok(cacheOps.rasterBucket && stack.resolve(cacheOps.rasterBucket.bucketName).Ref);
    assert.ok(stack.resolve(cacheOps.stateMachine('clear-rest-cache').stateMachineArn).Ref);
    assert.throws(() => cacheOps.stateMachine('clear'), /no operation clear; there are: clear-rest-cache, /);
  });

  it('breaks no rule for secure stacks where account and region are known', () => {
    const { app, stack } = stackOfOthers({ env: ENV });
    new CacheOps(stack, 'Caches', everySetting());
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));

    const report = () => JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'));

    assert.throws(() => app.synth());
    const [{ violations = [] } = {}, ...more] = report().pluginReports;
    const resources = [violations, ...more].flat().flatMap((one) => JSON.stringify(one).match(/Gis\/[A-Za-z]+/g) ?? []);
    assert.deepEqual([...new Set(resources)], ['Gis/Theirs']);
  });

  it('takes what other constructs of the app make', () => {
    const { stack } = stackOfOthers({ env: ENV });
    const vpc = new Vpc(stack, 'Vpc');
    const key = new Key(stack, 'Key');
    const topic = new Topic(stack, 'Topic');

    new CacheOps(stack, 'Caches', {
      network: {
        vpcId: vpc.vpcId,
        subnetIds: vpc.privateSubnets.map(({ subnetId }) => subnetId),
        securityGroupIds: [vpc.vpcDefaultSecurityGroup],
      },
      encryption: { keyArn: key.keyArn },
      notifications: { topicArn: topic.topicArn },
    });

    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Lambda::Function', {
      VpcConfig: { SecurityGroupIds: [stack.resolve(vpc.vpcDefaultSecurityGroup)] },
    });
    template.hasResourceProperties('AWS::SQS::Queue', { KmsMasterKeyId: stack.resolve(key.keyArn) });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmActions: [stack.resolve(topic.topicArn)] });
  });
});

describe('CacheOps refuses', () => {
  it('settings that cannot be used, with every problem in the words of a settings file', () => {
    const { stack } = stackOfOthers();
    const input = { target: 'city-gis', folderNam: 'A' };
    const schedule = {
      name: 'nightly',
      operation: 'clear-rest-cache',
      expression: 'cron(0 3 * * ? *)',
      input,
    } as const;

    assert.throws(() => new CacheOps(stack, 'Caches', { secretPrefix: ' ', schedules: [schedule] }), {
      name: 'SettingsError',
      message: [
        'The settings cannot be used:',
        '  secretPrefix: must be 1-448 letters, digits and /_+=.@-: the start of secret names',
        '  schedules[0].input.folderNam: unknown key; the keys are target, folderName, serviceName, type, dryRun (did you mean folderName?)',
      ].join('\n'),
    });
  });

  it('a second one in the same stack', () => {
    const { stack } = stackOfOthers();
    new CacheOps(stack, 'Caches');

    assert.throws(
      () => new CacheOps(stack, 'More', { name: 'more' }),
      /Gis has a CacheOps already: .* own, with another/,
    );
  });

  it('a nested stack', () => {
    const { stack } = stackOfOthers();

    assert.throws(() => new CacheOps(new NestedStack(stack, 'Nested'), 'Caches'), /whose name is known/);
  });
});

describe('settings that were checked', () => {
  for (const file of readdirSync('examples/settings')) {
    it(`are the same when they are checked again: ${file}`, () => {
      const settings = readSettings(`examples/settings/${file}`);

      assert.deepEqual(checkSettings(settings), settings);
    });
  }
});
