import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { settingsSchema } from '../../infra/settings/settings.ts';
import { matchesPattern } from '../../local/event-pattern.ts';
import { objectCreated } from '../support/raster-messages.ts';
import { KEY, keyStatement, synthesize } from './synthesize.ts';

const LANDSAT = {
  bucket: 'my-rasters',
  prefix: 'landsat/',
  suffixes: ['.tif', '.Jp2'],
  refresh: { target: 'gis', serviceName: 'Landsat', serviceType: 'ImageServer', serviceFolder: 'Imagery' },
};
const DRONE = { refresh: { target: 'gis', serviceName: 'Drone', serviceType: 'ImageServer' } };
const QUEUE = 'arn:aws:sqs:RastersNewRasters';
const GIVEN_UP = 'arn:aws:sqs:RastersGivenUpRasters';
const OWN_BUCKET = 'arn:aws:s3:RastersBucket';

const existing = synthesize({ rasters: [LANDSAT] });
const together = { quiet: 60, longest: 900 };
const mixed = synthesize({ rasters: [{ ...LANDSAT, name: 'landsat' }, DRONE, { ...DRONE, prefix: 'drone/' }] });

describe('a raster source', () => {
  it('takes non-empty new objects of its bucket with its prefix and one of its suffixes in both cases', () => {
    const { EventPattern } = existing.one('AWS::Events::Rule', 'Rasters').Properties;

    assert.deepEqual(EventPattern, {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: {
        bucket: { name: ['my-rasters'] },
        object: {
          key: [
            { wildcard: 'landsat/*.tif' },
            { wildcard: 'landsat/*.TIF' },
            { wildcard: 'landsat/*.Jp2' },
            { wildcard: 'landsat/*.jp2' },
            { wildcard: 'landsat/*.JP2' },
          ],
          size: [{ numeric: ['>', 0] }],
        },
      },
    });
  });

  const keys: [prefix: string, suffix: string, key: string][] = [
    ['données/été/', '.jp2', 'données/été/T32_B02.jp2'],
    ['a/Ångström/', '.tif', 'a/Ångström/x.TIF'],
    ['한국/', '.tif', '한국/x.tif'],
    ['ガス/写真/', '.tif', 'ガス/写真/x.tif'],
    ['x/', '_été.tif', 'x/2026_été.tif'],
  ];
  const sources = keys.flatMap(([prefix, suffix, key]) =>
    (['NFC', 'NFD'] as const).map((form) => ({
      key,
      prefix: prefix.normalize(form),
      suffixes: [suffix.normalize(form)],
    })),
  );
  const spelled = synthesize({ rasters: sources.map(({ key: _, ...source }) => ({ ...LANDSAT, ...source })) });
  for (const [index, { key, prefix }] of sources.entries()) {
    it(`takes ${key} in every spelling of its letters, whichever the settings have (${prefix.length} characters)`, () => {
      const { EventPattern } = spelled.one('AWS::Events::Rule', `RastersSource${index}`).Properties;

      const refused = spellingsOf(key).filter(
        (spelling) => !matchesPattern(Object(EventPattern), objectCreated(spelling)),
      );

      assert.deepEqual(refused, []);
    });
  }

  it('holds back what is elsewhere, as far as EventBridge can tell', () => {
    const rasters = ['été/données/', '写真/2026/'].map((prefix) => ({ ...LANDSAT, prefix, suffixes: ['.jp2'] }));
    const stack = synthesize({ rasters });
    const takes = (index: number, key: string) =>
      matchesPattern(
        Object(stack.one('AWS::Events::Rule', `RastersSource${index}`).Properties['EventPattern']),
        objectCreated(key),
      );

    const taken = [takes(0, 'été/données/x.tif'), takes(1, '写真/2025/x.jp2'), takes(1, '写真/2026/x.jp2')];

    assert.deepEqual(taken, [false, false, true]);
  });

  it('is refused with what to do where EventBridge would not take its pattern, and not before', () => {
    const problemsOf = (folders: number) => {
      const raster = { ...LANDSAT, prefix: 'long/'.repeat(folders), suffixes: ['.tif', '.tiff', '.jp2', '.img'] };
      return (settingsSchema.safeParse({ rasters: [raster] }).error?.issues ?? []).map(
        ({ path, message }) => `${path.join('.')}: ${message}`,
      );
    };

    const fitting = Array.from({ length: 100 }, (_, folders) => folders).findLastIndex(
      (n) => problemsOf(n).length === 0,
    );

    const { EventPattern } = synthesize({
      rasters: [{ ...LANDSAT, prefix: 'long/'.repeat(fitting), suffixes: ['.tif', '.tiff', '.jp2', '.img'] }],
    }).one('AWS::Events::Rule', 'Rasters').Properties;
    const characters = JSON.stringify(EventPattern).length;
    assert.ok(characters <= 2048 && characters + 8 * 'long/'.length > 2048, String(characters));
    assert.match(
      problemsOf(fitting + 1).join(),
      /^rasters\.0: needs an event pattern of 20\d\d characters, EventBridge takes 2048: .*several sources/,
    );
  });

  it('hands its events to the one queue, and to the dead-letter queue what cannot be delivered', () => {
    const rules = mixed
      .idsOf('AWS::Events::Rule')
      .filter((id) => id.startsWith('Rasters'))
      .map((id) => mixed.resources.get(id)?.Properties['Targets']);

    assert.equal(rules.length, 3);
    for (const targets of rules) {
      assert.deepEqual(targets, [{ Id: 'Target0', Arn: QUEUE, DeadLetterConfig: { Arn: GIVEN_UP } }]);
    }
  });

  it('without a bucket shares the one bucket that the stack makes', () => {
    const { EventPattern } = mixed.one('AWS::Events::Rule', 'RastersSource2').Properties;

    mixed.template.resourceCountIs('AWS::S3::Bucket', 1);
    assert.ok(JSON.stringify(EventPattern).includes(`"bucket":{"name":["${OWN_BUCKET}"]}`));
    mixed.template.hasOutput('RasterBucketName', {});
  });

  it('with a bucket of its own makes none', () => {
    existing.template.resourceCountIs('AWS::S3::Bucket', 0);
    existing.template.resourceCountIs('Custom::S3BucketNotifications', 0);
    assert.equal(existing.template.toJSON()['Outputs'].RasterBucketName, undefined);
  });
});

describe('the raster bucket', () => {
  it('tells EventBridge, is private and encrypted, and outlives the stack', () => {
    const { Properties, DeletionPolicy } = mixed.one('AWS::S3::Bucket');

    assert.equal(DeletionPolicy, 'RetainExceptOnCreate');
    assert.deepEqual(Properties, {
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
  });

  it('is used over TLS only and is switched on without a function of the CDK', () => {
    const { PolicyDocument } = mixed.one('AWS::S3::BucketPolicy').Properties;

    assert.deepEqual(PolicyDocument, {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Action: 's3:*',
          Principal: { AWS: '*' },
          Resource: [OWN_BUCKET, `${OWN_BUCKET}/*`],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    });
    mixed.template.resourceCountIs('Custom::S3BucketNotifications', 0);
    // The one beside them makes the registry of the test events; nobody is told of runs or tiles.
    const functions = readdirSync('functions').filter((name) => !['send-notices', 'tell-clients'].includes(name));
    mixed.template.resourceCountIs('AWS::Lambda::Function', functions.length + 1);
  });
});

describe('the queue of new rasters', () => {
  it('gives a message back six times the time-out and a batching window later, five times', () => {
    const properties = mixed.one('AWS::SQS::Queue', 'RastersNewRasters').Properties;

    assert.deepEqual(properties, {
      KmsMasterKeyId: KEY,
      VisibilityTimeout: 6 * 60 + 30,
      RedrivePolicy: { deadLetterTargetArn: GIVEN_UP, maxReceiveCount: 5 },
    });
  });

  it('is read by start-refresh in batches, of which single messages may fail', () => {
    const mapping = mixed.one('AWS::Lambda::EventSourceMapping', 'StartRefresh').Properties;

    assert.deepEqual(mapping, {
      EventSourceArn: QUEUE,
      FunctionName: 'arn:aws:lambda:StartRefreshFunction',
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 30,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('takes messages from the rules only, and over TLS only', () => {
    const { PolicyDocument } = mixed.one('AWS::SQS::QueuePolicy', 'RastersNewRasters').Properties;

    assert.deepEqual(PolicyDocument, {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Action: 'sqs:*',
          Principal: { AWS: '*' },
          Resource: QUEUE,
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
        {
          Effect: 'Allow',
          Action: 'sqs:SendMessage',
          Principal: { Service: 'events.amazonaws.com' },
          Resource: QUEUE,
          Condition: {
            ArnEquals: { 'aws:SourceArn': [0, 1, 2].map((index) => `arn:aws:events:RastersSource${index}`) },
          },
        },
      ],
    });
  });
});

describe('start-refresh', () => {
  it('is told its sources with their defaults and the name of the bucket that the stack makes', () => {
    const { Environment } = mixed.one('AWS::Lambda::Function', 'StartRefresh').Properties;

    const { Variables } = JSON.parse(JSON.stringify(Environment));
    assert.deepEqual(JSON.parse(Variables.RASTERS), [
      { ...LANDSAT, name: 'landsat', together },
      {
        name: 'Drone-43e095ba',
        bucket: OWN_BUCKET,
        prefix: '',
        suffixes: ['.tif', '.tiff'],
        together,
        refresh: DRONE.refresh,
      },
      {
        name: 'Drone-8157469c',
        bucket: OWN_BUCKET,
        prefix: 'drone/',
        suffixes: ['.tif', '.tiff'],
        together,
        refresh: DRONE.refresh,
      },
    ]);
  });

  it('may receive from the queue but needs no right on any bucket', () => {
    const { PolicyDocument } = mixed.one('AWS::IAM::Policy', 'StartRefreshRoleDefaultPolicy').Properties;

    const { Statement } = JSON.parse(JSON.stringify(PolicyDocument));
    assert.deepEqual(Statement.slice(4, 6), [
      {
        Effect: 'Allow',
        Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        Resource: QUEUE,
      },
      keyStatement('sqs', 'kms:Decrypt'),
    ]);
    assert.doesNotMatch(JSON.stringify(Statement), /s3:/);
  });

  it('is not there, and neither are queue and sources, when the settings have no rasters', () => {
    const none = synthesize();

    assert.deepEqual(
      [...none.resources.keys()].filter((id) => id.startsWith('Rasters') || id.startsWith('StartRefresh')),
      [],
    );
    // The one of the ledger's stream.
    none.template.resourceCountIs('AWS::Lambda::EventSourceMapping', 1);
  });
});

/** Folder by folder: each may have been named on another machine. */
function spellingsOf(key: string): string[] {
  return key
    .split('/')
    .map((name) => [...new Set([name, name.normalize('NFC'), name.normalize('NFD')])])
    .reduce((starts, names) => starts.flatMap((start) => names.map((name) => `${start}/${name}`)));
}
