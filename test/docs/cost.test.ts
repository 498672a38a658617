import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { synthesize } from '../infra/synthesize.ts';
import { startJobPlatform } from '../support/job-platform.ts';
import { everySetting } from './pages/iam-page.ts';

const text = readFileSync('docs/cost.md', 'utf8');
const said = (pattern: RegExp) => pattern.exec(text)?.slice(1).map(Number);

describe('the page of costs', () => {
  it('says how many alarms, dashboards and endpoints there are', () => {
    const [least, most] = [{}, everySetting()].map((settings) => synthesize(settings));
    const count = (type: string) => [least, most].map((stack) => stack?.idsOf(type).length ?? 0);
    const [alarms = 0, allAlarms = 0] = count('AWS::CloudWatch::Alarm');

    assert.deepEqual(said(/\| (\d+) alarms, and up to (\d+) more/), [alarms, allAlarms - alarms]);
    assert.deepEqual(count('AWS::CloudWatch::Dashboard'), [1, 1]);
    assert.deepEqual(count('AWS::EC2::VPCEndpoint'), [0, 2]);
    assert.match(text, /The stack makes two endpoints/);
  });

  it('says how many transitions a run has', async (t) => {
    const platform = await startJobPlatform({});
    t.after(() => platform.close());
    const { url, username, password } = platform.emulator;
    const target = platform.newTarget({ vendor: 'arcgis', url, username, password });
    const inputService = 'Basemap.MapServer';

    const transitions = [];
    for (const [operation, input] of [
      ['clear-rest-cache', { target }],
      ['manage-map-server-cache-tiles', { target, inputService, updateMode: 'RECREATE_ALL_TILES' }],
    ] as const) {
      const { length } = platform.stateMachines.executions;
      platform.start(operation, input);
      await platform.idle();
      const own = platform.stateMachines.executions.slice(length);
      transitions.push(own.reduce((sum, { history }) => sum + history.length, 0));
    }

    const [immediate = 0] = said(/`clear-rest-cache` has (\d+) transitions/) ?? [];
    const [job = 0] = said(/A run with a job has (\d+), and three more/) ?? [];
    // A job as short as this one is asked for in one call.
    assert.deepEqual(transitions, [immediate, job + 3]);
  });
});
