import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keyEnd } from '../../infra/constructs/key-end.ts';
import { settingsSchema } from '../../infra/settings/settings.ts';
import { problemsOf } from '../../shared/schema-messages.ts';
import { permissionsOf } from './permissions.ts';
import { synthesize } from './synthesize.ts';

const clients = { websocket: true };
const stack = synthesize({ clients, name: 'test', notifications: { email: 'team@example.org' } });
const IAM = { AuthType: 'AWS_IAM' };
const API_KEY = { AuthType: 'API_KEY' };
const DAY_SECONDS = 86_400;

describe('the settings of map clients', () => {
  for (const [what, value, problem] of [
    ['an unknown key', { websockets: true }, /websockets/],
    ['a text', { websocket: 'yes' }, /must be true or false/],
  ] as const) {
    it(`refuse ${what}`, () => {
      const parsed = settingsSchema.safeParse({ clients: value });

      assert.match(JSON.stringify(problemsOf(parsed.error?.issues ?? [])), problem);
    });
  }

  for (const off of [{}, { clients: null }, { clients: {} }, { clients: { websocket: false } }]) {
    it(`leave no trace in the template where they are ${JSON.stringify(off)}`, () => {
      const { template } = synthesize(off);

      assert.doesNotMatch(JSON.stringify(template.toJSON()), /appsync|ApiKey|tell-clients|TellClients|EVENTS_URL/i);
    });
  }
});

describe('the API that map clients listen to', () => {
  it('is published to by IAM alone; a key may connect and listen', () => {
    const { Name, EventConfig } = stack.one('AWS::AppSync::Api').Properties;
    const namespace = stack.one('AWS::AppSync::ChannelNamespace').Properties;

    assert.equal(Name, 'test-cache-ops-clients');
    assert.deepEqual(EventConfig, {
      AuthProviders: [IAM, API_KEY],
      ConnectionAuthModes: [IAM, API_KEY],
      DefaultPublishAuthModes: [IAM],
      DefaultSubscribeAuthModes: [IAM, API_KEY],
    });
    assert.partialDeepStrictEqual(namespace, {
      Name: 'tiles',
      PublishAuthModes: [IAM],
      SubscribeAuthModes: [IAM, API_KEY],
    });
  });

  it('is published to by one function, in one namespace', () => {
    const publishers = permissionsOf(stack.template.toJSON()).filter(({ actions }) =>
      actions.some((action) => action.startsWith('appsync:')),
    );

    assert.deepEqual(
      publishers.map(({ who, actions }) => [who, actions]),
      [['function tell-clients', ['appsync:EventPublish']]],
    );
    assert.match(String(publishers[0]?.resources), /\/channelNamespace\/tiles$/);
  });

  it('is told by the events of this stack, and what cannot be told is kept', () => {
    const { EventPattern, Targets } = stack.one('AWS::Events::Rule', 'ClientsRenewed').Properties;

    assert.deepEqual(EventPattern, {
      source: ['cache-ops'],
      'detail-type': ['Tiles Renewed'],
      detail: { stack: ['CacheOps-test'] },
    });
    assert.partialDeepStrictEqual(Targets, [{ DeadLetterConfig: { Arn: 'arn:aws:sqs:ClientsUntoldClients' } }]);
  });
});

describe('the key of map clients', () => {
  const { Expires } = stack.one('AWS::AppSync::ApiKey').Properties;

  it('has an end, which is an output', () => {
    const { ClientsApiKeyEnd } = stack.template.toJSON()['Outputs'];

    assert.equal(Date.parse(ClientsApiKeyEnd.Value) / 1000, Expires);
  });

  it('ends within the 365 days that AppSync allows, ten months from now at least, on a first of a month', () => {
    for (let day = 0; day < 4 * 366; day += 1) {
      const now = new Date(Date.UTC(2027, 0, day + 1, 23, 59, 59));
      const end = keyEnd(now);
      const days = (end.getTime() - now.getTime()) / 1000 / DAY_SECONDS;

      assert.ok(days > 303 && days < 365, `${now.toISOString()}: ${days} days`);
      assert.match(end.toISOString(), /-01T00:00:00\.000Z$/);
    }
  });

  it('is the same in every synthesis of a month', () => {
    const [first, last] = ['2028-02-01T00:00:00Z', '2028-02-29T23:59:59Z'].map((time) => keyEnd(new Date(time)));

    assert.deepEqual(first, last);
  });

  it('sets off an alarm thirty days before its end, by the time of a metric that has data every hour', () => {
    const alarm = stack.one('AWS::CloudWatch::Alarm', 'AlarmsClientKeyEnds').Properties;

    const { Threshold, ComparisonOperator, Metrics, AlarmActions, AlarmName } = alarm;
    assert.equal(AlarmName, 'test-cache-ops-client-key-ends');
    assert.equal(Threshold, Number(Expires) - 30 * DAY_SECONDS);
    assert.equal(ComparisonOperator, 'GreaterThanOrEqualToThreshold');
    assert.partialDeepStrictEqual(Metrics, [
      { Expression: 'EPOCH(m1)', ReturnData: true },
      {
        Id: 'm1',
        MetricStat: {
          Period: 3600,
          Metric: {
            MetricName: 'Invocations',
            Dimensions: [{ Name: 'FunctionName', Value: 'arn:aws:lambda:SweepRunsFunction' }],
          },
        },
      },
    ]);
    assert.deepEqual(AlarmActions, ['arn:aws:sns:NotificationsTopic']);
  });
});
