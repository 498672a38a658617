import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { OPERATIONS, SHARED_MACHINES } from './machines.ts';
import { ACCOUNT, KEY, REGION, type Synthesized, synthesize } from './synthesize.ts';

const OWN_KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const REFRESH = { target: 'gis', serviceName: 'A', serviceType: 'ImageServer' };
const everything = {
  schedules: [{ name: 'daily', operation: 'refresh-service', expression: 'rate(1 day)', input: REFRESH }],
  rasters: [{ refresh: REFRESH }],
  notifications: { email: 'gis-team@example.org' },
  clients: { websocket: true },
};

const made = synthesize(everything);
const own = synthesize({ ...everything, encryption: { keyArn: OWN_KEY } });

/** Where a type of resource names its key. */
const KEY_PROPERTIES: Record<string, (properties: Record<string, unknown>) => unknown> = {
  'AWS::SQS::Queue': ({ KmsMasterKeyId }) => KmsMasterKeyId,
  'AWS::SNS::Topic': ({ KmsMasterKeyId }) => KmsMasterKeyId,
  'AWS::Logs::LogGroup': ({ KmsKeyId }) => KmsKeyId,
  'AWS::DynamoDB::Table': ({ SSESpecification }) => Object(SSESpecification).KMSMasterKeyId,
};

describe('the key', () => {
  for (const [whose, stack, key] of [
    ['that the stack makes', made, KEY],
    ['of the settings', own, OWN_KEY],
  ] as const) {
    it(`${whose} is the one of every queue, log and topic and of the ledger`, () => {
      const keys = keysOf(stack);

      // A log for each function and machine and for what makes the registry of the test events, eight queues, ledger and topic.
      const [functions, machines] = [
        readdirSync('functions'),
        OPERATIONS.concat(SHARED_MACHINES, 'start-scheduled-job', 'pause-site'),
      ];
      assert.equal(keys.size, functions.length + machines.length + 12);
      for (const [id, used] of keys) assert.equal(used, key, id);
    });
  }

  it('is made by the stack, rotates, has an alias and outlives the ledger and the logs that outlive the stack', () => {
    const { Properties, DeletionPolicy } = made.one('AWS::KMS::Key');
    const alias = made.one('AWS::KMS::Alias').Properties;

    assert.equal(DeletionPolicy, 'RetainExceptOnCreate');
    assert.equal(Properties['EnableKeyRotation'], true);
    assert.deepEqual(alias, { AliasName: 'alias/cache-ops', TargetKeyId: KEY });
  });

  it('may be used by the services that store for others, each for resources of this stack only', () => {
    const { KeyPolicy } = made.one('AWS::KMS::Key').Properties;

    assert.deepEqual(KeyPolicy, { Version: '2012-10-17', Statement: [account, logs, events, alarms] });
  });

  it('is closed to CloudWatch where nobody is told of alarms', () => {
    const { KeyPolicy } = synthesize().one('AWS::KMS::Key').Properties;

    assert.deepEqual(KeyPolicy, { Version: '2012-10-17', Statement: [account, logs, events] });
  });

  it('of the settings is only referred to: its owner has to open it', () => {
    const policies = own.idsOf('AWS::IAM::Policy').map((id) => JSON.stringify(own.resources.get(id)?.Properties));

    own.template.resourceCountIs('AWS::KMS::Key', 0);
    own.template.resourceCountIs('AWS::KMS::Alias', 0);
    assert.equal(policies.filter((policy) => policy.includes(`"Resource":"${OWN_KEY}"`)).length, 31);
  });

  it('leads roles to the same rights, whoever made it', () => {
    const rights = [made, own].map((stack) =>
      stack
        .idsOf('AWS::IAM::Policy')
        .map((id) => JSON.stringify(stack.resources.get(id)?.Properties).replaceAll(KEY, OWN_KEY)),
    );

    assert.deepEqual(rights[0], rights[1]);
  });
});

const arnLike = (context: string, arn: string | string[]) => ({
  ArnLike: { [`kms:EncryptionContext:${context}`]: arn },
});
const allow = (Principal: object, Action: string | string[], Condition?: object) => ({
  Effect: 'Allow',
  Principal,
  Action,
  Resource: '*',
  ...(Condition && { Condition }),
});

/** Hands the decision to IAM policies, as every key has it: without it nobody could change the key's policy. */
const account = allow({ AWS: `arn:aws:iam::${ACCOUNT}:root` }, 'kms:*');
const logs = allow(
  { Service: `logs.${REGION}.amazonaws.com` },
  [
    'kms:Encrypt',
    'kms:Decrypt',
    'kms:ReEncryptFrom',
    'kms:ReEncryptTo',
    'kms:GenerateDataKey',
    'kms:GenerateDataKeyWithoutPlaintext',
  ],
  // Of functions, and of machines; machines of version 0.1.0 had names like those of functions.
  arnLike('aws:logs:arn', [
    `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:CacheOps-*`,
    `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/aws/vendedlogs/states/CacheOps-*`,
  ]),
);
const events = allow(
  { Service: 'events.amazonaws.com' },
  ['kms:GenerateDataKey', 'kms:Decrypt'],
  arnLike('aws:sqs:arn', `arn:aws:sqs:${REGION}:${ACCOUNT}:CacheOps-*`),
);
const alarms = allow(
  { Service: 'cloudwatch.amazonaws.com' },
  ['kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:Decrypt'],
  arnLike('aws:sns:topicArn', `arn:aws:sns:${REGION}:${ACCOUNT}:CacheOps-*`),
);

/** The key of every resource that has one, by its logical id. */
function keysOf({ resources }: Synthesized): Map<string, unknown> {
  return new Map(
    [...resources].flatMap(([id, { Type, Properties }]) => {
      const keyOf = KEY_PROPERTIES[Type];
      return keyOf ? [[id, keyOf(Properties)]] : [];
    }),
  );
}
