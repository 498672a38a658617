import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pascalCase } from '../../infra/operations.ts';
import { OPERATIONS } from './machines.ts';
import { KEY, synthesize } from './synthesize.ts';

const stack = synthesize();
const UNDELIVERED = 'arn:aws:sqs:CleanUpUndeliveredStops';

describe('the ledger', () => {
  it('is one table by operation and name, which is encrypted, paid by use, backed up, forgets by itself and outlives the stack', () => {
    const { Properties, DeletionPolicy } = stack.one('AWS::DynamoDB::Table');

    const key = (AttributeName: string, KeyType: string) => ({ AttributeName, KeyType });
    assert.equal(DeletionPolicy, 'RetainExceptOnCreate');
    assert.deepEqual(Properties, {
      KeySchema: [key('operation', 'HASH'), key('name', 'RANGE')],
      AttributeDefinitions: ['operation', 'name', 'waitingFor', 'ticket', 'startedAt', 'open'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: KEY },
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      GlobalSecondaryIndexes: [
        {
          IndexName: 'waiting',
          KeySchema: [key('waitingFor', 'HASH'), key('ticket', 'RANGE')],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
        {
          IndexName: 'started',
          KeySchema: [key('operation', 'HASH'), key('startedAt', 'RANGE')],
          Projection: { ProjectionType: 'ALL' },
        },
        {
          IndexName: 'open',
          KeySchema: [key('open', 'HASH'), key('startedAt', 'RANGE')],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    });
  });

  it('is named in an output', () => {
    const { LedgerTableName } = stack.template.toJSON()['Outputs'];

    assert.deepEqual(LedgerTableName, { Value: { Ref: stack.idsOf('AWS::DynamoDB::Table')[0] } });
  });
});

describe('the end of an execution that did not succeed', () => {
  it('is told to cancel-run for every operation, and kept where that is not possible', () => {
    const rule = stack.one('AWS::Events::Rule', 'CleanUpStopped').Properties;

    const machines = OPERATIONS.map((name) => `arn:aws:stepfunctions:Jobs${pascalCase(name)}`);
    assert.deepEqual(rule, {
      EventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: { status: ['ABORTED', 'TIMED_OUT', 'FAILED'], stateMachineArn: machines },
      },
      State: 'ENABLED',
      Targets: [
        {
          Id: 'Target0',
          Arn: 'arn:aws:stepfunctions:JobsCancelRun',
          RoleArn: 'arn:aws:iam:CleanUpStoppedRole',
          DeadLetterConfig: { Arn: UNDELIVERED },
        },
      ],
    });
  });

  it('may start cancel-run and nothing else', () => {
    const role = stack.one('AWS::IAM::Role', 'CleanUpStoppedRole').Properties;
    const policy = stack.one('AWS::IAM::Policy', 'CleanUpStoppedRole').Properties;

    assert.deepEqual(policy['PolicyDocument'], {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'states:StartExecution', Resource: 'arn:aws:stepfunctions:JobsCancelRun' },
      ],
    });
    assert.deepEqual(role['AssumeRolePolicyDocument'], {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'events.amazonaws.com' } }],
    });
  });

  it('is kept in a queue that takes messages from its rule only, and over TLS only', () => {
    const { PolicyDocument } = stack.one('AWS::SQS::QueuePolicy', 'CleanUpUndeliveredStops').Properties;

    assert.deepEqual(PolicyDocument, {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Action: 'sqs:*',
          Principal: { AWS: '*' },
          Resource: UNDELIVERED,
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
        {
          Effect: 'Allow',
          Action: 'sqs:SendMessage',
          Principal: { Service: 'events.amazonaws.com' },
          Resource: UNDELIVERED,
          Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:events:CleanUpStopped' } },
        },
      ],
    });
  });
});

describe('a run whose end nobody told', () => {
  it('is looked for every hour, and so is one whose end no event told', () => {
    const rule = stack.one('AWS::Events::Rule', 'CleanUpEveryHour').Properties;

    assert.deepEqual(rule, {
      ScheduleExpression: 'rate(1 hour)',
      State: 'ENABLED',
      Targets: ['SweepRuns', 'TellOfRuns'].map((name, index) => ({
        Id: `Target${index}`,
        Arn: `arn:aws:lambda:${name}Function`,
        RetryPolicy: { MaximumRetryAttempts: 0 },
      })),
    });
  });
});
