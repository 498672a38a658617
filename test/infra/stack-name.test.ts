import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fixedNameOf, NAMED_BY } from './fixed-names.ts';
import { OPERATIONS, required, SHARED_MACHINES } from './machines.ts';
import { ACCOUNT, REGION, STACK_ID, type Synthesized, synthesize } from './synthesize.ts';

const REFRESH = { target: 'gis', serviceName: 'A', serviceType: 'ImageServer' };
const EVERYTHING = {
  schedules: [{ name: 'daily', operation: 'refresh-service', expression: 'rate(1 day)', input: REFRESH }],
  rasters: [{ refresh: REFRESH }],
  notifications: { email: 'gis-team@example.org' },
};
const LONGEST = 'a'.repeat(20);

/** These have no name of their own, or one within something else that has. */
const NAMELESS = [
  'AWS::IAM::Policy',
  'AWS::EventSchemas::Schema',
  'AWS::KMS::Key',
  'AWS::Lambda::EventInvokeConfig',
  // In a registry with the stack's name.
  'AWS::EventSchemas::Schema',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Permission',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::Scheduler::Schedule',
  'Custom::TestEventRegistry',
];

const [plain, test, other, longest] = [{}, { name: 'test' }, { name: 'test-2' }, { name: LONGEST }].map((name) =>
  synthesize({ ...EVERYTHING, ...name }),
) as [Synthesized, Synthesized, Synthesized, Synthesized];

function fixedNames({ resources }: Synthesized): string[] {
  return [...resources.values()].flatMap(({ Type, Properties }) => {
    const name = fixedNameOf({ Type, Properties });
    return name === undefined ? [] : [name];
  });
}

describe('two stacks with names of their own', () => {
  it('share no name that is fixed, and neither has one of the stack without a name', () => {
    const all = [plain, test, other].flatMap(fixedNames);

    assert.ok(all.length > 100);
    assert.equal(new Set(all).size, all.length);
  });

  it('are all that this looks at: every type of resource is known', () => {
    const types = new Set([...plain.resources.values()].map(({ Type }) => Type));

    const unknown = [...types].filter((type) => !NAMED_BY.has(type) && !NAMELESS.includes(type));
    assert.deepEqual(unknown, []);
  });

  it('have it before every fixed name; what else there is gets its name from that of the stack', () => {
    const logs = OPERATIONS.concat(SHARED_MACHINES, 'start-scheduled-job', 'pause-site', 'renew-from-rasters').map(
      (name) => `/aws/vendedlogs/states/CacheOps-test-${name}-${STACK_ID}`,
    );

    // These are called after the stack.
    const ofStack = fixedNames(test).filter((name) => /^CacheOps-test(?:$|\/)/.test(name));
    assert.ok(ofStack.includes('CacheOps-test') && ofStack.length === 5);
    const others = fixedNames(test).filter((name) => !logs.includes(name) && !ofStack.includes(name));
    assert.ok(others.includes('test-refresh-service') && others.includes('alias/test-cache-ops'));
    for (const name of others) assert.match(name, /^(?:alias\/)?test-/);
    for (const id of test.idsOf('AWS::Lambda::Function')) {
      assert.equal(test.resources.get(id)?.Properties['FunctionName'], undefined);
    }
  });

  it('are called after it', () => {
    assert.deepEqual(
      [plain, test, other].map(({ name }) => name),
      ['CacheOps', 'CacheOps-test', 'CacheOps-test-2'],
    );
  });

  it('keep to their own machines and executions', () => {
    const arns = JSON.stringify([...test.resources.values()]).match(
      /arn:aws:states:[^"]*:(?:stateMachine|execution):[^"]*/g,
    );

    assert.ok((arns?.length ?? 0) > 20);
    // A role may be taken by any machine of the account.
    for (const arn of arns ?? []) assert.match(arn, /:(?:stateMachine|execution):(?:test-|\*$)/);
  });

  it('tell it to the function that takes the operation from the name of a machine', () => {
    const { Environment } = test.one('AWS::Lambda::Function', 'SettleRunFunction').Properties;

    assert.equal(Object(Environment).Variables.MACHINE_PREFIX, 'test-');
  });
});

describe('the names of a stack', () => {
  it('without one are those that were always there', () => {
    const names = fixedNames(plain);

    for (const operation of OPERATIONS) assert.ok(names.includes(operation), operation);
    for (const name of ['cache-ops', 'alias/cache-ops', 'cache-ops-refresh-service', 'cache-ops-undelivered-stops']) {
      assert.ok(names.includes(name), name);
    }
  });

  it('are never too long for Step Functions, CloudWatch and EventBridge Scheduler', () => {
    const limits: [type: string, most: number][] = [
      ['AWS::StepFunctions::StateMachine', 80],
      ['AWS::CloudWatch::Alarm', 255],
      ['AWS::Scheduler::ScheduleGroup', 64],
    ];

    for (const [type, most] of limits) {
      for (const id of longest.idsOf(type)) {
        const name = fixedNameOf(required(longest.resources, id)) ?? '';
        assert.ok(name.startsWith(`${LONGEST}-`) && name.length <= most, name);
      }
    }
  });

  it('that CloudFormation makes up begin as the policy of the key says, where it has to cut the name of the stack too', () => {
    const { KeyPolicy } = longest.one('AWS::KMS::Key').Properties;

    const [, pattern = ''] =
      new RegExp(`arn:aws:sqs:${REGION}:${ACCOUNT}:([^"]*)\\*`).exec(JSON.stringify(KeyPolicy)) ?? [];
    for (const id of longest.idsOf('AWS::SQS::Queue')) {
      // A queue's name has 80 characters at most: two hyphens, the logical id and 13 by chance leave so many.
      const name = `${longest.name.slice(0, 80 - 2 - id.length - 13)}-${id}-1U44TLUZ7OR55`;
      assert.ok(pattern.startsWith('CacheOps-a') && name.startsWith(pattern), name);
    }
  });
});
