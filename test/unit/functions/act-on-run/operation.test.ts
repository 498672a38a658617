import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { actOnRun } from '../../../../functions/act-on-run/operation.ts';
import { inSeconds, startTestLedger, waitingEntry } from '../../../support/test-ledger.ts';
import { textIn } from '../../../support/widget.ts';

const TILES = 'manage-map-server-cache-tiles';
const CLEAR = 'clear-rest-cache';
const MACHINES = 'arn:aws:states:eu-west-1:1:stateMachine:test-';
const arnOf = (operation: string, name: string) => `arn:aws:states:eu-west-1:1:execution:test-${operation}:${name}`;
const PLAN = { target: 'gis', inputService: 'A.MapServer', updateMode: 'RECREATE_ALL_TILES' };

type Values = Record<string, string | number | undefined>;

describe('a button of the dashboard', () => {
  async function open(t: TestContext) {
    const ledger = await startTestLedger(t);
    const done: unknown[] = [];
    const acts = {
      pauseSiteArn: `${MACHINES}pause-site`,
      stop: async (arn: string) => void done.push(`stop ${arn}`),
      startNamed: async (machine: string, name: string, input: object) => {
        done.push({ machine, name, input });
        return `${machine.replace(':stateMachine:', ':execution:')}:${name}`;
      },
      id: 'request-1',
    };
    return {
      done,
      run: (operation: string, name: string, more: Values = {}) =>
        ledger.put({
          ...waitingEntry(operation, name),
          status: 'running',
          target: 'gis',
          executionArn: arnOf(operation, name),
          ...more,
        }),
      press: (event: unknown) => actOnRun(event, ledger.table, acts),
    };
  }
  const ended = { open: undefined, finishedAt: inSeconds(-1) };

  it('stops the execution of a run that has not ended', async (t) => {
    const { run, press, done } = await open(t);
    await run(TILES, 'mine');

    const html = await press({ action: 'stop', run: `${TILES}/mine`, widgetContext: { theme: 'dark', forms: {} } });

    assert.deepEqual(done, [`stop ${arnOf(TILES, 'mine')}`]);
    assert.match(textIn(html), /manage-map-server-cache-tiles\/mine is stopped\./);
    assert.match(html, /href="https:\/\/eu-west-1\.console\.aws\.amazon\.com\/states\/[^"]*:mine"/);
  });

  it('starts the rest of a plan by the input of the ledger, under a name that it has but once', async (t) => {
    const { run, press, done } = await open(t);
    const input = JSON.stringify({ ...PLAN, plan: { jobsAtOnce: 2 }, scales: 'ALL' });
    await run(TILES, 'nights', { ...ended, status: 'stopped', input });

    const event = { action: 'resume-plan', run: `${TILES}/nights` };
    await press(event);
    const html = await press(event);

    const [first, second] = done;
    assert.partialDeepStrictEqual(first, {
      machine: `${MACHINES}${TILES}`,
      input: { ...PLAN, resume: `${TILES}/nights` },
    });
    assert.deepEqual(first, second);
    assert.match(textIn(html), /The rest of manage-map-server-cache-tiles\/nights is started\./);
  });

  it('pauses a target for as long as it says, and ends that', async (t) => {
    const { press, done } = await open(t);
    const before = Date.now();

    const paused = await press({ action: 'pause', target: 'gis', hours: 12 });
    const resumed = await press({ action: 'resume', target: 'ALL' });

    const [first, second] = done.map((one) => Object(one));
    for (const { machine, name } of [first, second]) {
      assert.equal(machine, `${MACHINES}pause-site`);
      assert.equal(name, 'dashboard-request-1');
    }
    assert.ok(Math.abs(Date.parse(first.input.until) - before - 12 * 3_600_000) < 60_000);
    assert.ok(Date.parse(second.input.until) < Date.now());
    assert.deepEqual([first.input.target, second.input.target], ['gis', 'ALL']);
    assert.match(textIn(paused), /gis: paused until \d{4}-/);
    assert.match(textIn(resumed), /The pause of All targets ends\./);
  });

  const refusals: [what: string, event: unknown, said: RegExp][] = [
    ['nothing', undefined, /does not fit/],
    ['an action that there is not', { action: 'delete', run: `${TILES}/mine` }, /action/],
    ['a key more', { action: 'stop', run: `${TILES}/mine`, executionArn: arnOf(TILES, 'mine') }, /executionArn/],
    ['a run that is none', { action: 'stop', run: 'arn:aws:states:eu-west-1:1:execution:other:x' }, /run/],
    ['an item of the ledger that is no run', { action: 'stop', run: 'claim/gis' }, /no run claim\/gis/],
    ['a run that is not there', { action: 'stop', run: `${TILES}/none` }, /no run manage/],
    ['a run that has ended', { action: 'stop', run: `${TILES}/ended` }, /has ended already/],
    ['a part of a run', { action: 'stop', run: `${TILES}/unit` }, /is a part of .*\/mine: act on that/],
    ['a run of another stack', { action: 'stop', run: `${TILES}/foreign` }, /is not of this stack/],
    ['the rest of a run that goes on', { action: 'resume-plan', run: `${TILES}/mine` }, /no plan that has ended/],
    ['the rest of a run that is no plan', { action: 'resume-plan', run: `${TILES}/ended` }, /no plan/],
    ['the rest of a plan that is done', { action: 'resume-plan', run: `${TILES}/done` }, /something left to do/],
    ['a pause without an end', { action: 'pause', target: 'gis' }, /hours/],
    ['a pause for ever', { action: 'pause', target: 'gis', hours: 1e6 }, /hours/],
    ['a target that is a name of nothing', { action: 'resume', target: '<b>' }, /target/],
    ['markup', { action: 'stop', run: 'a/<img src=x onerror=alert(1)>' }, /run/],
  ];
  for (const [what, event, said] of refusals) {
    it(`does nothing for ${what}, and says why`, async (t) => {
      const { run, press, done } = await open(t);
      await run(TILES, 'mine', { input: JSON.stringify({ ...PLAN, plan: {} }) });
      await run(TILES, 'ended', { ...ended, status: 'failed', input: JSON.stringify(PLAN) });
      await run(TILES, 'done', { ...ended, status: 'succeeded', input: JSON.stringify({ ...PLAN, plan: {} }) });
      await run(TILES, 'unit', { parent: `${TILES}/mine`, executionArn: arnOf(TILES, 'mine') });
      await run(TILES, 'foreign', { executionArn: arnOf(TILES, 'foreign').replace(':1:', ':2:') });
      await run(CLEAR, 'other');

      const html = await press(event);

      assert.deepEqual(done, []);
      assert.match(textIn(html), /^ *Nothing was done\. /);
      assert.match(textIn(html), said);
      assert.doesNotMatch(html, /<img/);
    });
  }

  it('is told the trouble of AWS as what it is', async (t) => {
    const ledger = await startTestLedger(t);
    await ledger.put({ ...waitingEntry(TILES, 'mine'), executionArn: arnOf(TILES, 'mine') });
    const stop = async () => {
      throw new Error('no room');
    };
    const acts = { pauseSiteArn: `${MACHINES}pause-site`, stop, startNamed: async () => '', id: '1' };

    await assert.rejects(actOnRun({ action: 'stop', run: `${TILES}/mine` }, ledger.table, acts), /no room/);
  });
});
