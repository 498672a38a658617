import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pascalCase } from '../../infra/operations.ts';
import { OPERATIONS } from './machines.ts';
import { ACCOUNT, KEY, type Synthesized, synthesize } from './synthesize.ts';

const everything = synthesize({
  schedules: [
    {
      name: 'refresh',
      operation: 'refresh-service',
      expression: 'rate(1 day)',
      input: { target: 'gis', serviceName: 'A', serviceType: 'MapServer' },
    },
  ],
  rasters: [{ refresh: { target: 'gis', serviceName: 'A', serviceType: 'ImageServer' } }],
  edges: [{ target: 'gis', service: 'A.ImageServer', cloudFront: { distributionId: 'E1', paths: ['/*'] } }],
  notifications: { email: 'gis-team@example.org' },
});
const TOPIC = 'arn:aws:sns:NotificationsTopic';

describe('the alarms', () => {
  it('are one for each operation, for what starts, cleans up after and tells of runs, and for each dead-letter queue', () => {
    const watched = alarmsOf(everything).map(({ watches }) => watches);

    assert.deepEqual(watched.toSorted(), [
      'Errors of arn:aws:lambda:ReadFootprintFunction',
      'Errors of arn:aws:lambda:SweepRunsFunction',
      'ExecutionsFailed of arn:aws:stepfunctions:EdgesInvalidateEdge',
      'ExecutionsFailed of arn:aws:stepfunctions:JobsCancelRun',
      'ExecutionsFailed of arn:aws:stepfunctions:JobsClearRestCache',
      'ExecutionsFailed of arn:aws:stepfunctions:JobsDeleteMapServerCache',
      'ExecutionsFailed of arn:aws:stepfunctions:JobsManageMapServerCacheTiles',
      'ExecutionsFailed of arn:aws:stepfunctions:JobsPurgeMicrostrategyCaches',
      'ExecutionsFailed of arn:aws:stepfunctions:JobsRefreshService',
      'ExecutionsFailed of arn:aws:stepfunctions:RenewalRenewFromRasters',
      'ExecutionsFailed of arn:aws:stepfunctions:SchedulesStartScheduledJob',
      'IteratorAge of arn:aws:lambda:TellOfRunsFunction',
      'Maximum of arn:aws:sqs:CleanUpUndeliveredStops',
      'Maximum of arn:aws:sqs:EdgesUndeliveredEnds',
      'Maximum of arn:aws:sqs:FailedInvocations',
      'Maximum of arn:aws:sqs:RastersGivenUpRasters',
      'Maximum of arn:aws:sqs:RunEventsUntoldRuns',
      'Maximum of arn:aws:sqs:SchedulesUndeliveredSchedules',
      'Maximum of arn:aws:sqs:UnsentNotices',
    ]);
  });

  it('go off at the first failure in five minutes, stay for three of them, and not for want of data', () => {
    const alarms = alarmsOf(everything);

    for (const { properties } of alarms) {
      const { Threshold, ComparisonOperator, EvaluationPeriods, DatapointsToAlarm, TreatMissingData } = properties;
      assert.deepEqual(
        { Threshold, ComparisonOperator, EvaluationPeriods, DatapointsToAlarm, TreatMissingData },
        {
          // Of the stream's age, milliseconds.
          Threshold: properties['MetricName'] === 'IteratorAge' ? 3_600_000 : 1,
          ComparisonOperator: 'GreaterThanOrEqualToThreshold',
          EvaluationPeriods: 3,
          DatapointsToAlarm: 1,
          TreatMissingData: 'notBreaching',
        },
      );
      assert.match(JSON.stringify(properties), /"Period":300/);
    }
  });

  it('count one metric each, so that late data are waited for and not filled in', () => {
    for (const { properties } of alarmsOf(everything)) {
      assert.equal(properties['Metrics'], undefined);
      assert.equal(typeof properties['MetricName'], 'string');
    }
  });

  it('are told to the topic when there is one, but not those of runs, of which notices tell', () => {
    const alarms = alarmsOf(everything);
    const silent = alarms.filter(({ properties }) => properties['AlarmActions'] === undefined);

    assert.equal(alarms.length, 19);
    assert.deepEqual(
      silent.map(({ watches }) => watches.replace('ExecutionsFailed of arn:aws:stepfunctions:Jobs', '')).toSorted(),
      ['CancelRun', ...OPERATIONS.map(pascalCase)].toSorted(),
    );
    for (const { properties } of alarms.filter((alarm) => !silent.includes(alarm)))
      assert.deepEqual(properties['AlarmActions'], [TOPIC]);
  });

  it('only show in CloudWatch when nobody is to be told', () => {
    const quiet = synthesize();

    assert.equal(alarmsOf(quiet).length, 11);
    for (const { properties } of alarmsOf(quiet)) assert.equal(properties['AlarmActions'], undefined);
    quiet.template.resourceCountIs('AWS::SNS::Topic', 0);
    quiet.template.resourceCountIs('AWS::SNS::Subscription', 0);
  });
});

describe('the notifications', () => {
  it('go to the e-mail address of the settings', () => {
    const subscription = everything.one('AWS::SNS::Subscription').Properties;

    assert.deepEqual(subscription, { Protocol: 'email', Endpoint: 'gis-team@example.org', TopicArn: TOPIC });
  });

  it('are encrypted', () => {
    const topic = everything.one('AWS::SNS::Topic').Properties;

    assert.deepEqual(topic, { DisplayName: 'cache-ops', KmsMasterKeyId: KEY });
  });

  it('may be published by the alarms of this account, over TLS only', () => {
    const { PolicyDocument } = everything.one('AWS::SNS::TopicPolicy').Properties;

    const { Statement } = JSON.parse(JSON.stringify(PolicyDocument));
    assert.deepEqual(
      Statement.map(({ Effect, Principal, Action, Condition }: Record<string, unknown>) => ({
        Effect,
        Principal,
        Action,
        Condition,
      })),
      [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 'sns:Publish',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: 'sns:Publish',
          Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
        },
      ],
    );
  });
});

describe('the dead-letter queues', () => {
  it('are encrypted and keep their messages for two weeks', () => {
    const queues = everything
      .idsOf('AWS::SQS::Queue')
      .filter((id) => !id.startsWith('RastersNewRasters'))
      .map((id) => everything.resources.get(id)?.Properties);

    assert.equal(queues.length, 7);
    for (const queue of queues) assert.deepEqual(queue, { KmsMasterKeyId: KEY, MessageRetentionPeriod: 1209600 });
  });
});

/** The alarms, each with what it watches in words. */
function alarmsOf({ idsOf, resources }: Synthesized) {
  return idsOf('AWS::CloudWatch::Alarm').map((id) => {
    const properties = resources.get(id)?.Properties ?? {};
    const text = JSON.stringify(properties);
    const [, queue] = /"Name":"QueueName","Value":"([^"]*)"/.exec(text) ?? [];
    const [, dimension] = /"Name":"(?:FunctionName|StateMachineArn)","Value":"([^"]*)"/.exec(text) ?? [];
    const metrics = [...text.matchAll(/"MetricName":"([^"]*)"/g)].map(([, metric]) => metric).join(', ');
    return {
      properties,
      watches: queue === undefined ? `${metrics} of ${dimension}` : `${properties['Statistic']} of ${queue}`,
    };
  });
}
