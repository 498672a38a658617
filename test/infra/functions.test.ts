import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { pascalCase } from '../../infra/operations.ts';
import { packed } from '../../shared/schedules/schedule-list.ts';
import {
  CHAT,
  DECISIONS,
  expectedStatements,
  FOR_PEOPLE,
  FUNCTIONS,
  LEDGER,
  OF_MACHINES,
  OF_RASTERS,
  RENEWAL,
  stateMachineArn,
  TOPIC,
} from './function-rights.ts';
import { JOBS, OPERATIONS, SHARED_MACHINES } from './machines.ts';
import { ACCOUNT, KEY, REGION, synthesize } from './synthesize.ts';

const REFRESH = { target: 'gis', serviceName: 'A', serviceType: 'ImageServer' };
const notifications = { email: 'gis-team@example.org', chat: { topicArn: CHAT } };
const stack = synthesize({ rasters: [{ refresh: REFRESH }], notifications, clients: { websocket: true } });

const TIMEOUT_SECONDS: Record<string, number> = {
  'clear-rest-cache': 180,
  'purge-microstrategy-caches': 360,
  ...Object.fromEntries(DECISIONS.map((name) => [name, 60])),
  [OF_RASTERS]: 300,
};

/** Where what cannot be told ends: a mail is sent once whoever calls again, and a map may be told twice. */
const TOLD: Record<string, string> = { 'send-notices': 'UnsentNotices', 'tell-clients': 'ClientsUntoldClients' };

/** The sources of the settings above, each with a name made of what it is. */
const SOURCES = JSON.stringify([
  {
    name: 'A-2e510cb3',
    bucket: 'arn:aws:s3:RastersBucket',
    prefix: '',
    suffixes: ['.tif', '.tiff'],
    together: { quiet: 60, longest: 900 },
    refresh: REFRESH,
  },
]);
const functionOf = (name: string) => stack.one('AWS::Lambda::Function', `${pascalCase(name)}Function`).Properties;

describe('the functions', () => {
  it('are one for each folder of functions, and no more', () => {
    const ids = stack.idsOf('AWS::Lambda::Function');

    assert.deepEqual(readdirSync('functions').toSorted(), FUNCTIONS.toSorted());
    // And one that CloudFormation alone calls, for the registry of the test events.
    assert.equal(ids.length, FUNCTIONS.length + 1);
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
          MemorySize: name === OF_RASTERS ? 1024 : 256,
          Timeout: TIMEOUT_SECONDS[name] ?? 120,
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

    assert.equal(logs.length, FUNCTIONS.length + 1 + OPERATIONS.length + SHARED_MACHINES.length + 2);
    assert.equal(ofFunctions.length, FUNCTIONS.length + 1);
    for (const properties of logs) {
      assert.partialDeepStrictEqual(properties, { RetentionInDays: 365, KmsKeyId: KEY });
    }
  });

  it('read the secrets under the prefix of the settings', () => {
    const other = synthesize({ secretPrefix: 'gis/prod-' });

    const policy = other.one('AWS::IAM::Policy', 'ClearRestCacheRoleDefaultPolicy').Properties;
    const { Environment } = other.one('AWS::Lambda::Function', 'ClearRestCacheFunction').Properties;
    assert.equal(Object(Environment).Variables.SECRET_PREFIX, 'gis/prod-');
    assert.ok(
      JSON.stringify(policy).includes(`"arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:gis/prod-*"`),
      JSON.stringify(policy),
    );
  });

  it('are told what they cannot know themselves', () => {
    const variables = FUNCTIONS.map((name) => [name, Object(functionOf(name)['Environment'])?.Variables]);

    const table = { LEDGER_TABLE: LEDGER };
    assert.deepEqual(Object.fromEntries(variables), {
      ...Object.fromEntries(
        OPERATIONS.map((name) => [
          name,
          {
            SECRET_PREFIX: 'cache-ops/',
            STATE_MACHINE_ARN: stateMachineArn(name),
            KEEP_DAYS: '400',
            ...(JOBS.includes(name) && { MAX_DURATION_DAYS: '14' }),
          },
        ]),
      ),
      ...Object.fromEntries([...OF_MACHINES, ...FOR_PEOPLE].map((name) => [name, { SECRET_PREFIX: 'cache-ops/' }])),
      'take-turn': { ...table, KEEP_DAYS: '400', SITES: '{}' },
      'next-unit': {
        ...table,
        KEEP_DAYS: '400',
        SITES: '{}',
        WINDOWS: '{}',
        CANCEL_RUN_ARN: 'arn:aws:stepfunctions:JobsCancelRun',
      },
      'settle-run': { ...table, KEEP_DAYS: '400', MACHINE_PREFIX: '' },
      'join-targets': table,
      'tell-of-runs': { ...table, STACK: 'CacheOps' },
      'tell-clients': { EVENTS_URL: 'https://arn:aws:appsync:ClientsApi/event', EVENTS_REGION: REGION },
      'send-notices': {
        ...table,
        NOTICES: JSON.stringify({
          topics: [TOPIC],
          chat: CHAT,
          tell: ['failed', 'partly', 'uncertain'],
          digest: false,
        }),
      },
      'sweep-runs': {
        ...table,
        CANCEL_RUN_ARN: 'arn:aws:stepfunctions:JobsCancelRun',
        RENEWAL_ARN: stateMachineArn(RENEWAL),
      },
      'pause-site': table,
      'show-runs': {
        ...table,
        ACT_ON_RUN_ARN: 'arn:aws:lambda:ActOnRunFunction',
        SCHEDULES: packed([], 1000),
        LOG_GROUPS: ['check-job', 'cancel-job', ...OPERATIONS]
          .map((name) => `arn:aws:logs:${pascalCase(name)}Logs`)
          .join(),
      },
      'act-on-run': { ...table, PAUSE_SITE_ARN: stateMachineArn('pause-site') },
      'start-refresh': { ...table, STATE_MACHINE_ARN: stateMachineArn(RENEWAL), RASTERS: SOURCES },
      'read-footprint': { ...table, RASTERS: SOURCES },
      'renew-rasters': { ...table, KEEP_DAYS: '400', RASTERS: SOURCES },
    });
  });

  it('are told the durations of the settings, each job its own', () => {
    const other = synthesize({ jobs: { 'refresh-service': { maxDuration: 0.5 } }, ledger: { keepDays: 30 } });

    const durations = JOBS.map((name) => {
      const { Environment } = other.one('AWS::Lambda::Function', `${pascalCase(name)}Function`).Properties;
      const { MAX_DURATION_DAYS, KEEP_DAYS } = Object(Environment).Variables;
      return [name, MAX_DURATION_DAYS, KEEP_DAYS];
    });
    assert.deepEqual(durations, [
      ['delete-map-server-cache', '14', '30'],
      ['manage-map-server-cache-tiles', '14', '30'],
      ['refresh-service', '0.5', '30'],
    ]);
  });

  it("take nothing from the account's concurrency: the smallest quota has none to give", () => {
    const limits = FUNCTIONS.filter((name) => functionOf(name)['ReservedConcurrentExecutions'] !== undefined);

    assert.deepEqual(limits, []);
  });

  it('are never repeated by Lambda itself where they are operations; what failed is kept', () => {
    const configs = stack.idsOf('AWS::Lambda::EventInvokeConfig').map((id) => stack.resources.get(id)?.Properties);

    assert.deepEqual(
      configs.toSorted((a, b) => String(a?.['FunctionName']).localeCompare(String(b?.['FunctionName']))),
      [...OPERATIONS, ...Object.keys(TOLD)].toSorted().map((name) => ({
        FunctionName: `arn:aws:lambda:${pascalCase(name)}Function`,
        Qualifier: '$LATEST',
        MaximumRetryAttempts: Object.hasOwn(TOLD, name) ? 2 : 0,
        DestinationConfig: { OnFailure: { Destination: `arn:aws:sqs:${TOLD[name] ?? 'FailedInvocations'}` } },
      })),
    );
  });
});

describe('the outputs', () => {
  it('name function and state machine of every operation, the function for people, what map pages need, the ledger and the bucket, as anybody may start or read them', () => {
    const outputs = Object.keys(stack.template.toJSON()['Outputs']);

    assert.deepEqual(
      outputs.toSorted(),
      [
        ...OPERATIONS.flatMap((name) => [`${pascalCase(name)}FunctionName`, `${pascalCase(name)}StateMachineArn`]),
        'CheckTargetFunctionName',
        'ClientsApiKey',
        'ClientsApiKeyEnd',
        'ClientsApiKeyId',
        'ClientsHttpEndpoint',
        'ClientsWebSocketEndpoint',
        'DashboardUrl',
        'LedgerTableName',
        'RasterBucketName',
        'Version',
      ].toSorted(),
    );
    assert.ok(outputs.includes('ClearRestCacheFunctionName'));
    assert.ok(outputs.includes('ManageMapServerCacheTilesStateMachineArn'));
  });
});
