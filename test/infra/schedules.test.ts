import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import validate from 'asl-validator';
import { StateMachine } from 'aws-local-stepfunctions';
import { ACCOUNT, keyStatement, synthesize } from './synthesize.ts';

const PURGE = {
  name: 'nightly-purge',
  operation: 'purge-microstrategy-caches',
  expression: 'cron(0 3 * * ? *)',
  timezone: 'Europe/Paris',
  input: { target: 'bi', projects: 'ALL' },
};
const TILES = {
  name: 'weekly.tiles_1',
  operation: 'manage-map-server-cache-tiles',
  expression: 'rate(7 days)',
  enabled: false,
  input: { target: 'gis', inputService: 'City.MapServer', updateMode: 'RECREATE_ALL_TILES', scales: [5000.5] },
};
const TILES_ARN = 'arn:aws:stepfunctions:JobsManageMapServerCacheTiles';
const PURGE_ARN = 'arn:aws:stepfunctions:JobsPurgeMicrostrategyCaches';
const STARTER_ARN = 'arn:aws:stepfunctions:SchedulesStartScheduledJob';
const RESOURCES_OF_SCHEDULES = ['AWS::Scheduler::Schedule', 'AWS::Scheduler::ScheduleGroup'];

const both = synthesize({ schedules: [PURGE, TILES] });

describe('the schedules', () => {
  it('start a run of an immediate operation through the machine that names its execution', () => {
    const { Target, ...schedule } = both.one('AWS::Scheduler::Schedule', 'SchedulesSchedulenightlypurge').Properties;

    assert.deepEqual(schedule, {
      Name: 'nightly-purge',
      GroupName: 'arn:aws:scheduler:SchedulesGroup',
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Paris',
      State: 'ENABLED',
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
    assert.deepEqual(Target, {
      Arn: STARTER_ARN,
      Input: JSON.stringify({
        stateMachineArn: PURGE_ARN,
        name: 'nightly-purge',
        scheduledTime: '<aws.scheduler.scheduled-time>',
        input: PURGE.input,
      }),
      RoleArn: 'arn:aws:iam:SchedulesRole',
      DeadLetterConfig: { Arn: 'arn:aws:sqs:SchedulesUndeliveredSchedules' },
      RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 60 },
    });
  });

  it('start a job in the same way', () => {
    const { Target, State, ScheduleExpressionTimezone } = both.one(
      'AWS::Scheduler::Schedule',
      'SchedulesScheduleweeklytiles1',
    ).Properties;

    const { Arn, Input } = targetOf(Target);
    assert.equal(State, 'DISABLED');
    assert.equal(ScheduleExpressionTimezone, 'UTC');
    assert.equal(Arn, STARTER_ARN);
    assert.deepEqual(JSON.parse(Input), {
      stateMachineArn: TILES_ARN,
      name: 'weekly.tiles_1',
      scheduledTime: '<aws.scheduler.scheduled-time>',
      input: TILES.input,
    });
  });

  it('may only start what they are for, and only as schedules of their own group', () => {
    const role = both.one('AWS::IAM::Role', 'SchedulesRole').Properties;
    const policy = both.one('AWS::IAM::Policy', 'SchedulesRoleDefaultPolicy').Properties;

    const allow = (Action: string, Resource: string) => ({ Effect: 'Allow', Action, Resource });
    assert.deepEqual(policy['PolicyDocument'], {
      Version: '2012-10-17',
      Statement: [
        allow('sqs:SendMessage', 'arn:aws:sqs:SchedulesUndeliveredSchedules'),
        keyStatement('sqs', ['kms:GenerateDataKey', 'kms:Decrypt']),
        allow('states:StartExecution', STARTER_ARN),
      ],
    });
    assert.deepEqual(role['AssumeRolePolicyDocument'], {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: {
            StringEquals: { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': 'arn:aws:scheduler:SchedulesGroup' },
          },
        },
      ],
    });
  });

  it('bring nothing along when there are none', () => {
    const none = synthesize();

    const types = [...none.resources.values()].map(({ Type }) => Type);
    assert.deepEqual(
      types.filter((type) => RESOURCES_OF_SCHEDULES.includes(type)),
      [],
    );
    assert.deepEqual(
      [...none.resources.keys()].filter((id) => id.startsWith('Schedules')),
      [],
    );
  });

  it('may carry any name, also one that the stack uses itself', () => {
    const names = ['Role', 'Group', 'StartScheduledJob', 'a.b', 'a-b', 'a_b'];

    const { template } = synthesize({ schedules: names.map((name) => ({ ...TILES, name })) });

    template.resourceCountIs('AWS::Scheduler::Schedule', names.length);
  });
});

describe('the machine that starts what is scheduled', () => {
  const starter = both.one('AWS::StepFunctions::StateMachine', 'SchedulesStartScheduledJob').Properties;
  const definition = () => JSON.parse(String(starter['DefinitionString']));
  const occurrence = {
    stateMachineArn: TILES_ARN,
    name: 'weekly.tiles_1',
    scheduledTime: '2022-03-22T18:59:43Z',
    input: TILES.input,
  };

  it('has a valid definition', () => {
    const { isValid, errorsText } = validate(definition());

    assert.ok(isValid, errorsText());
  });

  it('names the execution after the schedule and its time and passes the input on unchanged', async () => {
    const started: unknown[] = [];

    await run(definition(), occurrence, (parameters) => started.push(parameters));

    assert.deepEqual(started, [
      { StateMachineArn: TILES_ARN, Name: 'weekly.tiles_1-2022-03-22T18-59-43Z', Input: TILES.input },
    ]);
  });

  it('succeeds without another try when the occurrence was already started', async () => {
    let tries = 0;

    await run(definition(), occurrence, () => {
      tries += 1;
      throw Object.assign(new Error('exists'), { name: 'StepFunctions.ExecutionAlreadyExistsException' });
    });

    assert.equal(tries, 1);
  });

  it('tries again when the start failed for another reason', async () => {
    let tries = 0;

    await run(definition(), occurrence, () => {
      tries += 1;
      if (tries < 3) throw Object.assign(new Error('later'), { name: 'StepFunctions.ThrottlingException' });
    });

    assert.equal(tries, 3);
  });

  it('may start the operations that have schedules and no others', () => {
    const { PolicyDocument } = both.one('AWS::IAM::Policy', 'SchedulesStartScheduledJobRole').Properties;

    const { Statement } = JSON.parse(JSON.stringify(PolicyDocument));
    assert.deepEqual(
      Statement.filter(({ Resource }: { Resource: string }) => Resource !== '*'),
      [{ Effect: 'Allow', Action: 'states:StartExecution', Resource: [PURGE_ARN, TILES_ARN] }],
    );
  });

  it('keeps within the 80 characters of an execution name, still different for different schedules', () => {
    const long = 'n'.repeat(63);
    const names = [`${long}1`, `${long}2`, 'n'.repeat(59)];

    const { idsOf, resources } = synthesize({ schedules: names.map((name) => ({ ...TILES, name })) });

    const prefixes = idsOf('AWS::Scheduler::Schedule').map(
      (id) => JSON.parse(targetOf(resources.get(id)?.Properties['Target']).Input).name,
    );
    assert.equal(new Set(prefixes).size, 3);
    assert.ok(prefixes.includes('n'.repeat(59)));
    for (const prefix of prefixes) assert.match(`${prefix}-2022-03-22T18-59-43Z`, /^[0-9A-Za-z_.-]{80}$/);
  });
});

/** Runs the definition with the given stand-in for `states:startExecution` and without waiting between tries. */
async function run(
  definition: ConstructorParameters<typeof StateMachine>[0],
  input: object,
  start: (parameters: unknown) => void,
) {
  const machine = new StateMachine(definition, { validationOptions: { checkArn: false } });
  const execution = machine.run(JSON.parse(JSON.stringify(input)), {
    overrides: {
      taskResourceLocalHandlers: {
        Start: (parameters) => {
          start(parameters);
          return {};
        },
      },
      retryIntervalOverrides: { Start: 0 },
    },
  });
  await execution.result;
}

function targetOf(target: unknown): { Arn: string; Input: string } {
  return JSON.parse(JSON.stringify(target));
}
