import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { unpacked } from '../../shared/schedules/schedule-list.ts';
import { OPERATIONS } from './machines.ts';
import { type Synthesized, synthesize } from './synthesize.ts';

const REFRESH = { target: 'gis', serviceName: 'A', serviceType: 'ImageServer' };
const schedule = (name: string, more: object = {}) => ({
  name,
  operation: 'clear-rest-cache',
  expression: 'cron(0 3 * * ? *)',
  input: { target: 'gis' },
  ...more,
});
const everything = {
  name: 'test',
  schedules: [
    schedule('nightly'),
    schedule('refresh', { operation: 'refresh-service', input: { ...REFRESH, target: ['gis', 'other'] } }),
  ],
  rasters: [{ refresh: REFRESH }],
};
const stack = synthesize(everything);

/** The body as CloudWatch gets it, with names in the place of references. */
function bodyOf({ one }: Synthesized): string {
  return JSON.stringify(one('AWS::CloudWatch::Dashboard').Properties['DashboardBody']).replaceAll('\\"', '"');
}

function schedulesOf({ one }: Synthesized) {
  const { Environment } = one('AWS::Lambda::Function', 'ShowRunsFunction').Properties;
  return unpacked(Object(Environment).Variables.SCHEDULES);
}

describe('the dashboard', () => {
  it('has the name of the stack, and the page of the runs as its first widget', () => {
    assert.equal(stack.one('AWS::CloudWatch::Dashboard').Properties['DashboardName'], 'CacheOps-test');
    assert.match(bodyOf(stack), /"type":"custom",.*"endpoint":".*ShowRunsFunction.*"updateOn":\{"refresh":true/);
  });

  it('has a line for each operation in the graphs of runs and failures, and one for each queue', () => {
    const body = bodyOf(stack);

    for (const metric of ['ExecutionsSucceeded', 'ExecutionsFailed']) {
      const lines = body.split(`"${metric}"`).length - 1;
      assert.equal(lines, OPERATIONS.length + 1, metric);
    }
    for (const label of ['new rasters', 'GivenUpRasters', 'FailedInvocations', 'UndeliveredStops', 'UntoldRuns'])
      assert.ok(body.includes(`"label":"${label}"`), label);
  });

  it('is there in the smallest stack too', () => {
    const smallest = synthesize();

    assert.equal(smallest.one('AWS::CloudWatch::Dashboard').Properties['DashboardName'], 'CacheOps');
    assert.deepEqual(schedulesOf(smallest), { schedules: [], left: 0 });
    assert.doesNotMatch(bodyOf(smallest), /new rasters|renew-from-rasters/);
  });

  it('is told the schedules, with their targets and without the rest of their inputs', () => {
    assert.deepEqual(schedulesOf(stack), {
      schedules: [
        {
          name: 'nightly',
          operation: 'clear-rest-cache',
          target: 'gis',
          expression: 'cron(0 3 * * ? *)',
          timezone: 'UTC',
          enabled: true,
        },
        {
          name: 'refresh',
          operation: 'refresh-service',
          target: 'gis, other',
          expression: 'cron(0 3 * * ? *)',
          timezone: 'UTC',
          enabled: true,
        },
      ],
      left: 0,
    });
  });

  it('is told as many schedules as there is room for, and how many more there are', () => {
    const odd = (index: number) => Buffer.from(`${index}${index * 7919}${index * 104729}`).toString('hex');
    const many = Array.from({ length: 200 }, (_, index) => schedule(`s-${odd(index)}`));
    const { one } = synthesize({ schedules: many });

    const { schedules, left } = schedulesOf({ one } as Synthesized);
    const { Environment } = one('AWS::Lambda::Function', 'ShowRunsFunction').Properties;
    assert.ok(left > 0 && schedules.length > 20);
    assert.equal(schedules.length + left, 200);
    assert.ok(Buffer.byteLength(JSON.stringify(Object(Environment).Variables)) < 3_500);
  });

  it('has saved queries for the logs of functions and machines', () => {
    const queries = stack.idsOf('AWS::Logs::QueryDefinition').map((id) => stack.resources.get(id)?.Properties ?? {});

    assert.deepEqual(queries.map(({ Name }) => Name).toSorted(), [
      'CacheOps-test/how long calls take',
      'CacheOps-test/states that failed',
      'CacheOps-test/what failed',
      'CacheOps-test/what was stopped or paused from the dashboard',
    ]);
    const groupsOf = new Map(queries.map(({ Name, LogGroupNames }) => [String(Name), Object(LogGroupNames)]));
    for (const [name, one, least] of [
      ['states that failed', 'RunJobLogs', 16],
      ['what failed', 'ClearRestCacheLogs', 18],
      ['how long calls take', 'CheckJobLogs', 18],
      ['what was stopped or paused from the dashboard', 'ActOnRunLogs', 1],
    ] as const) {
      const groups = groupsOf.get(`CacheOps-test/${name}`);
      assert.match(JSON.stringify(groups), new RegExp(one));
      // CloudWatch takes 50.
      assert.ok(groups.length >= least && groups.length <= 50, `${name}: ${groups.length}`);
    }
  });
});
