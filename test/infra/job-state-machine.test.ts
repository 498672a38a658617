import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import validate from 'asl-validator';
import { pascalCase } from '../../infra/operations.ts';
import { synthesize } from './synthesize.ts';

const stack = synthesize();
const JOBS = ['delete-map-server-cache', 'manage-map-server-cache-tiles', 'refresh-service'];
const machineOf = (name: string) => stack.one('AWS::StepFunctions::StateMachine', `${pascalCase(name)}Job`).Properties;
const definitionOf = (name: string) => JSON.parse(String(machineOf(name)['DefinitionString']));
const NOTHING_WAS_RUN = 'Lambda.TooManyRequestsException';

describe('the state machines of the jobs', () => {
  it('are one for each job operation', () => {
    const ids = stack.idsOf('AWS::StepFunctions::StateMachine');

    assert.deepEqual(ids.map((id) => stack.resources.get(id)?.Properties['StateMachineName']).toSorted(), JOBS);
  });

  for (const name of JOBS) {
    it(`have a valid definition for ${name}`, () => {
      const definition = definitionOf(name);

      const { isValid, errorsText } = validate(definition);
      assert.ok(isValid, errorsText());
    });

    it(`submit ${name} by its own function and look after it with check-job`, () => {
      const { States } = definitionOf(name);

      assert.deepEqual(
        [States.Submit.Parameters, States.Check.Parameters],
        [
          { FunctionName: `arn:aws:lambda:${pascalCase(name)}Function`, Payload: { 'submit.$': '$' } },
          { FunctionName: 'arn:aws:lambda:CheckJobFunction', 'Payload.$': '$' },
        ],
      );
    });

    it(`are Standard, traced and logged in full for ${name}`, () => {
      const { StateMachineType, TracingConfiguration, LoggingConfiguration } = machineOf(name);

      assert.equal(StateMachineType, 'STANDARD');
      assert.deepEqual(TracingConfiguration, { Enabled: true });
      assert.deepEqual(LoggingConfiguration, {
        Level: 'ALL',
        IncludeExecutionData: true,
        Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: `arn:aws:logs:${pascalCase(name)}JobLogs` } }],
      });
    });

    it(`may invoke the two functions of ${name} and no other`, () => {
      const { PolicyDocument } = stack.one('AWS::IAM::Policy', `${pascalCase(name)}JobRole`).Properties;

      const statements = statementsOf(PolicyDocument);
      assert.deepEqual(
        statements.filter(({ Resource }) => Resource !== '*'),
        [
          {
            Effect: 'Allow',
            Action: 'lambda:InvokeFunction',
            Resource: [`arn:aws:lambda:${pascalCase(name)}Function`, 'arn:aws:lambda:CheckJobFunction'],
          },
        ],
      );
      assert.ok(
        statements
          .filter(({ Resource }) => Resource === '*')
          .flatMap(({ Action }) => Action)
          .every((action) => /^(?:xray:|logs:)/.test(String(action))),
      );
    });
  }

  it('go from one state to the next as long as the job runs', () => {
    const { StartAt, States } = definitionOf('refresh-service');

    assert.equal(StartAt, 'Submit');
    assert.deepEqual(
      Object.fromEntries(
        Object.entries<{ Type: string; Next?: string }>(States).map(([state, { Type, Next }]) => [state, [Type, Next]]),
      ),
      {
        Submit: ['Task', 'Is the job running?'],
        'Is the job running?': ['Choice', undefined],
        Wait: ['Wait', 'Check'],
        Check: ['Task', 'Is the job running?'],
        Done: ['Succeed', undefined],
      },
    );
    assert.deepEqual(States['Is the job running?'].Choices, [
      { Variable: '$.status', StringEquals: 'running', Next: 'Wait' },
    ]);
    assert.equal(States['Is the job running?'].Default, 'Done');
    assert.equal(States.Wait.SecondsPath, '$.waitSeconds');
    assert.equal(States.Submit.OutputPath, '$.Payload');
    assert.equal(States.Check.OutputPath, '$.Payload');
  });

  it('repeat a submit only where no job can have been submitted', () => {
    const { Retry, Catch } = definitionOf('refresh-service').States.Submit;

    assert.deepEqual(
      Retry.flatMap(({ ErrorEquals }: { ErrorEquals: string[] }) => ErrorEquals),
      ['VendorUnreachableError', 'VendorBusyError', NOTHING_WAS_RUN],
    );
    assert.deepEqual(Retry[0], {
      ErrorEquals: ['VendorUnreachableError', 'VendorBusyError'],
      IntervalSeconds: 60,
      BackoffRate: 2,
      MaxAttempts: 2,
    });
    assert.equal(Catch, undefined);
  });

  it('go on looking through failures that pass', () => {
    const { Retry, Catch } = definitionOf('refresh-service').States.Check;

    assert.deepEqual(Retry, [
      {
        ErrorEquals: [
          'VendorUnreachableError',
          'VendorBusyError',
          'Lambda.ServiceException',
          'Lambda.AWSLambdaException',
          'Lambda.SdkClientException',
          'Lambda.ClientExecutionTimeoutException',
          'Sandbox.Timedout',
          NOTHING_WAS_RUN,
        ],
        IntervalSeconds: 30,
        BackoffRate: 2,
        MaxDelaySeconds: 300,
        MaxAttempts: 20,
      },
    ]);
    assert.equal(Catch, undefined);
  });
});

function statementsOf(policyDocument: unknown): { Resource: unknown; Action: unknown }[] {
  return JSON.parse(JSON.stringify(policyDocument)).Statement;
}
