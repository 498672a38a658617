import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { pascalCase } from '../../infra/operations.ts';
import { ACCOUNT, KEY, keyStatement, REGION, synthesize } from './synthesize.ts';

const stack = synthesize();

const IMMEDIATE = ['clear-rest-cache', 'purge-microstrategy-caches'];
const JOBS = ['delete-map-server-cache', 'manage-map-server-cache-tiles', 'refresh-service'];
/** Only state machines call these. */
const OF_MACHINES = ['check-job', 'cancel-job'];
const FUNCTIONS = [...IMMEDIATE, ...JOBS, ...OF_MACHINES];
const SHARED_MACHINES = ['take-turn', 'watch-job', 'cancel-run'];

const functionOf = (name: string) => stack.one('AWS::Lambda::Function', `${pascalCase(name)}Function`).Properties;
const stateMachineArn = (name: string) => `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:${name}`;

describe('the functions', () => {
  it('are one for each folder of functions, and no more', () => {
    const ids = stack.idsOf('AWS::Lambda::Function');

    assert.deepEqual(readdirSync('functions').toSorted(), FUNCTIONS.toSorted());
    assert.equal(ids.length, FUNCTIONS.length);
    for (const name of FUNCTIONS) assert.ok(functionOf(name), name);
  });

  for (const name of FUNCTIONS) {
    it(`run ${name} on Node.js 24, arm64, traced and with a log of its own`, () => {
      const { Runtime, Architectures, MemorySize, Timeout, TracingConfig, LoggingConfig, Handler } = functionOf(name);

      assert.deepEqual(
        { Runtime, Architectures, MemorySize, Timeout, TracingConfig, LoggingConfig, Handler },
        {
          Runtime: 'nodejs24.x',
          Architectures: ['arm64'],
          MemorySize: 256,
          Timeout: name === 'purge-microstrategy-caches' ? 300 : 120,
          TracingConfig: { Mode: 'Active' },
          LoggingConfig: { LogGroup: `arn:aws:logs:${pascalCase(name)}Logs` },
          Handler: 'index.handler',
        },
      );
    });

    it(`let ${name} do only what it needs`, () => {
      const policy = stack.one('AWS::IAM::Policy', `${pascalCase(name)}RoleDefaultPolicy`).Properties;
      const role = stack.one('AWS::IAM::Role', `${pascalCase(name)}Role`).Properties;

      assert.deepEqual(policy['PolicyDocument'], {
        Version: '2012-10-17',
        Statement: expectedStatements(name),
      });
      assert.deepEqual(Object.keys(role), ['AssumeRolePolicyDocument']);
    });
  }

  it('keep their logs for a year, encrypted', () => {
    const logs = stack.idsOf('AWS::Logs::LogGroup').map((id) => stack.resources.get(id)?.Properties);
    const ofFunctions = logs.filter((properties) => properties?.['LogGroupName'] === undefined);

    assert.equal(logs.length, FUNCTIONS.length + JOBS.length + SHARED_MACHINES.length);
    assert.equal(ofFunctions.length, FUNCTIONS.length);
    for (const properties of logs) {
      assert.partialDeepStrictEqual(properties, { RetentionInDays: 365, KmsKeyId: KEY });
    }
  });

  it('know the prefix of the secrets that they may read', () => {
    const other = synthesize({ secretPrefix: 'gis/prod-' });

    const policy = other.one('AWS::IAM::Policy', 'ClearRestCacheRoleDefaultPolicy').Properties;
    const { Environment } = other.one('AWS::Lambda::Function', 'ClearRestCacheFunction').Properties;
    assert.deepEqual(Environment, { Variables: { SECRET_PREFIX: 'gis/prod-' } });
    assert.ok(
      JSON.stringify(policy).includes(`"arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:gis/prod-*"`),
      JSON.stringify(policy),
    );
  });

  it('know the state machine of their own job, how long it may last and how long the ledger keeps its entry', () => {
    const variables = FUNCTIONS.map((name) => [name, functionOf(name)['Environment']]);

    assert.deepEqual(
      variables,
      FUNCTIONS.map((name) => [
        name,
        {
          Variables: {
            SECRET_PREFIX: 'cache-ops/',
            ...(JOBS.includes(name) && {
              MAX_DURATION_DAYS: '14',
              LEDGER_DAYS: '414',
              STATE_MACHINE_ARN: stateMachineArn(name),
            }),
          },
        },
      ]),
    );
  });

  it('are told the durations of the settings, each job its own', () => {
    const other = synthesize({ jobs: { 'refresh-service': { maxDuration: 0.5 } }, ledger: { keepDays: 30 } });

    const durations = JOBS.map((name) => {
      const { Environment } = other.one('AWS::Lambda::Function', `${pascalCase(name)}Function`).Properties;
      const { MAX_DURATION_DAYS, LEDGER_DAYS } = Object(Environment).Variables;
      return [name, MAX_DURATION_DAYS, LEDGER_DAYS];
    });
    assert.deepEqual(durations, [
      ['delete-map-server-cache', '14', '44'],
      ['manage-map-server-cache-tiles', '14', '44'],
      ['refresh-service', '0.5', '31'],
    ]);
  });

  it('never purge the caches of MicroStrategy twice at once', () => {
    const limits = FUNCTIONS.filter((name) => functionOf(name)['ReservedConcurrentExecutions'] !== undefined);

    assert.deepEqual(limits, ['purge-microstrategy-caches']);
    assert.equal(functionOf('purge-microstrategy-caches')['ReservedConcurrentExecutions'], 1);
  });

  it('are repeated when immediate and invoked asynchronously, never when they submit a job; failures are kept', () => {
    const configs = stack.idsOf('AWS::Lambda::EventInvokeConfig').map((id) => stack.resources.get(id)?.Properties);

    assert.deepEqual(
      configs.toSorted((a, b) => String(a?.['FunctionName']).localeCompare(String(b?.['FunctionName']))),
      [...IMMEDIATE, ...JOBS].toSorted().map((name) => ({
        FunctionName: `arn:aws:lambda:${pascalCase(name)}Function`,
        Qualifier: '$LATEST',
        MaximumRetryAttempts: JOBS.includes(name) ? 0 : 2,
        DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:FailedInvocations' } },
      })),
    );
  });
});

describe('the outputs', () => {
  it('name every function, the state machine of every job and the ledger, as anybody may start or read them', () => {
    const outputs = Object.keys(stack.template.toJSON()['Outputs']);

    assert.deepEqual(
      outputs.toSorted(),
      [
        ...[...IMMEDIATE, ...JOBS].map((name) => `${pascalCase(name)}FunctionName`),
        ...JOBS.map((name) => `${pascalCase(name)}StateMachineArn`),
        'LedgerTableName',
      ].toSorted(),
    );
    assert.ok(outputs.includes('ClearRestCacheFunctionName'));
    assert.ok(outputs.includes('ManageMapServerCacheTilesStateMachineArn'));
  });
});

function expectedStatements(name: string): object[] {
  const allow = (Action: string | string[], Resource: string) => ({ Effect: 'Allow', Action, Resource });
  return [
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], `arn:aws:logs:${pascalCase(name)}Logs`),
    allow('secretsmanager:GetSecretValue', `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:cache-ops/*`),
    allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*'),
    ...(OF_MACHINES.includes(name)
      ? []
      : [
          allow('sqs:SendMessage', 'arn:aws:sqs:FailedInvocations'),
          keyStatement('sqs', ['kms:GenerateDataKey', 'kms:Decrypt']),
        ]),
    ...(JOBS.includes(name) ? [allow('states:StartExecution', stateMachineArn(name))] : []),
  ];
}
