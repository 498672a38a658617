import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settingsSchema } from '../../infra/settings/settings.ts';
import { publishEvent } from '../../local/event-bus.ts';
import { startedBy } from '../../shared/jobs/started-by.ts';
import { stackTemplate } from '../support/stack-template.ts';

const ID = '6a7e8feb-b491-4cf7-a9f1-bf3703467718';
const load = {
  name: 'after-nightly-load',
  pattern: {
    source: ['aws.glue'],
    'detail-type': ['Glue Job State Change'],
    detail: { jobName: ['nightly'], state: ['SUCCEEDED'] },
  },
  operation: 'purge-microstrategy-caches',
  input: { target: 'bi', projects: ['Sales <id>'] },
};

function problemsWith(pattern: object): string[] {
  const parsed = settingsSchema.safeParse({ events: [{ ...load, pattern }] });
  return parsed.error?.issues.map(({ message }) => message) ?? [];
}

describe('an event of another system', () => {
  it('starts its operation under its own id, with the input of the settings', async () => {
    const { rules } = stackTemplate({ events: [load] });
    const sent: unknown[] = [];
    const event = {
      version: '0',
      id: ID,
      'detail-type': 'Glue Job State Change',
      source: 'aws.glue',
      account: '123456789012',
      time: '2026-01-01T00:00:00Z',
      region: 'eu-west-1',
      resources: [],
      detail: { jobName: 'nightly', state: 'SUCCEEDED', jobRunId: 'jr_1' },
    };
    const deliver = { states: (arn: string, input: string) => sent.push([arn.split(':').at(-1), JSON.parse(input)]) };

    await publishEvent(rules, event, deliver);
    await publishEvent(rules, { ...event, detail: { ...event.detail, state: 'FAILED' } }, deliver);

    assert.equal(sent.length, 1);
    const [[machine, start]] = sent as [[string, { stateMachineArn: string; name: string; input: object }]];
    assert.equal(machine, 'start-event-run');
    assert.match(start.stateMachineArn, /:purge-microstrategy-caches$/);
    assert.deepEqual(start.input, load.input);
    assert.equal(start.name, `event-after-nightly-load-${ID}`);
    assert.equal(startedBy(start.name), 'event after-nightly-load');
    assert.ok(start.name.length <= 80);
  });

  it('has an input that its operation takes, and a name of its own', () => {
    const parsed = settingsSchema.safeParse({ events: [load, { ...load, input: { target: 'bi', project: [] } }] });
    const paths = parsed.error?.issues.map(({ path }) => path.join('.')) ?? [];

    assert.ok(
      paths.some((path) => path.startsWith('events.1.input')),
      paths.join(),
    );
    assert.ok(paths.includes('events.1.name'), paths.join());
  });

  for (const [what, pattern] of [
    ['its name', { source: ['aws.glue', 'cache-ops'] }],
    ['a prefix', { source: [{ prefix: 'cache' }] }],
    ['a suffix', { source: [{ suffix: '-ops' }] }],
    ['a wildcard', { source: [{ wildcard: '*' }] }],
    ['anything but another', { source: [{ 'anything-but': ['aws.s3'] }] }],
    ['its name in other letters', { source: [{ 'equals-ignore-case': 'Cache-Ops' }] }],
    ['no source at all', { 'detail-type': ['Run Ended'] }],
    ['one of two branches', { $or: [{ source: ['aws.glue'] }, { 'detail-type': ['Run Ended'] }] }],
  ] as const) {
    it(`is never one of cache-ops itself: by ${what}`, () => {
      assert.match(problemsWith(pattern).join(), /takes events of cache-ops itself/);
    });
  }

  it('is not the end of any state machine there is', () => {
    assert.match(problemsWith({ source: ['aws.states'] }).join(), /detail\.stateMachineArn/);
    assert.deepEqual(problemsWith({ source: ['aws.states'], detail: { stateMachineArn: ['arn:x'] } }), []);
  });

  it('has a pattern that EventBridge takes', () => {
    assert.match(problemsWith({ source: 'aws.glue' }).join(), /must have a list of values in source/);
    assert.match(problemsWith({ source: [] }).join(), /nothing in source/);
    assert.match(problemsWith({ source: ['aws.glue'], detail: { a: ['x'.repeat(2048)] } }).join(), /2048/);
    const others = {
      source: [{ 'anything-but': ['cache-ops', 'aws.states'] }, 'aws.s3'],
      detail: { size: [{ numeric: ['>', 0] }] },
    };
    assert.deepEqual(problemsWith(others), []);
  });
});
