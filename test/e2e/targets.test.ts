import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { startMicrostrategyEmulator } from '../../local/emulators/microstrategy/microstrategy-emulator.ts';
import type { Execution } from '../../local/execution.ts';
import { startJobPlatform } from '../support/job-platform.ts';

const CLEAR = 'clear-rest-cache';
const TILES = 'manage-map-server-cache-tiles';
const PURGE = 'purge-microstrategy-caches';
const DAY = 86_400;
/** State transitions at $0.025 per 1,000. */
const TRANSITION = 0.025 / 1000;

/** Functions keep secrets for some minutes by the names of their targets: each test has names of its own. */
let tests = 0;

async function open(t: TestContext) {
  tests += 1;
  const siteOf = (number: number) => `site-${tests}-${number}`;
  const platform = await startJobPlatform({ emulator: { jobSeconds: 40 } });
  t.after(() => platform.close());
  const { url, username, password } = platform.emulator;
  const newTargets = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      platform.newTarget({ vendor: 'arcgis', url, username, password }, siteOf(index + 1)),
    );
  const tiles = (target: string[], name: string) =>
    platform.start(TILES, { target, inputService: 'Basemap.MapServer', updateMode: 'RECREATE_ALL_TILES' }, name);
  const entry = async (operation: string, name: string): Promise<Record<string, unknown>> =>
    (await platform.ledger.get(operation, name)) ?? {};
  const children = async (parent: Execution) =>
    (await platform.ledger.runs()).filter((run) => run['parent'] === `${parent.machine}/${parent.name}`);
  const pause = async (target: string, seconds: number, more: object = {}) => {
    const until = new Date(platform.clock.now() + seconds * 1000).toISOString();
    await platform.start('pause-site', { target, until, reason: 'maintenance', ...more }).ended;
  };
  const after = (seconds: number) => platform.clock.after(seconds, () => undefined);
  return { platform, siteOf, newTargets, tiles, entry, children, pause, after };
}

/** What a PartialFailureError says in its message. */
function resultsIn(cause = ''): Record<string, unknown>[] {
  return JSON.parse(cause.slice(cause.indexOf('{"results"'))).results;
}

describe('a run of several targets', () => {
  it('of which one is broken and one is paused: the others end, one is named, one waits alone', {
    todo: 'does not hold yet',
  }, async (t) => {
    const { platform, siteOf, newTargets, tiles, entry, children, pause, after } = await open(t);
    const { url, username } = platform.emulator;
    const names = newTargets(12);
    platform.newTarget({ vendor: 'arcgis', url, username, password: 'wrong' }, siteOf(2));
    await pause(siteOf(1), DAY);

    const run = tiles(names, 'nightly-2026-01-01T00-00-00Z');
    await after(DAY - 600);
    const states = new Map((await children(run)).map((child) => [child['target'], child]));
    const meanwhile = await entry(TILES, run.name);
    await platform.idle();

    assert.equal(meanwhile['status'], 'running');
    assert.equal(states.get(siteOf(1))?.['status'], 'paused');
    assert.equal(states.get(siteOf(2))?.['status'], 'failed');
    for (const name of names.slice(2)) assert.equal(states.get(name)?.['status'], 'succeeded', name);
    for (const child of states.values()) {
      assert.equal(child['startedBy'], 'schedule nightly');
      assert.doesNotMatch(String(child['input']), /STARTED_BY/);
    }
    assert.deepEqual([run.status, run.error], ['FAILED', 'PartialFailureError']);
    const results = resultsIn(run.cause);
    assert.deepEqual(
      results.map(({ target, status }) => [target, status]),
      names.map((name) => [name, name === siteOf(2) ? 'failed' : 'succeeded']),
    );
    assert.partialDeepStrictEqual(results[1], { error: 'VendorAuthError' });
    assert.ok(run.cause?.startsWith(`1 of 12 targets failed (${siteOf(2)})`), run.cause);
    const parent = await entry(TILES, run.name);
    assert.partialDeepStrictEqual(parent, { status: 'failed', error: 'PartialFailureError', cause: run.cause });
    assert.equal(parent['target'], names.join(', '));
    assert.equal(parent['parent'], undefined);
  });

  it('has five of them at work at a time, and the results of all', async (t) => {
    const { platform, newTargets, tiles, entry, children } = await open(t);
    const names = newTargets(12);
    let most = 0;
    platform.onState(({ machine, state }) => {
      if (machine !== 'watch-job' || state !== 'Check') return;
      const running = platform.stateMachines.executions.filter(
        (one) => one.machine === TILES && one.parent !== undefined && one.status === 'RUNNING',
      );
      most = Math.max(most, running.length);
    });

    const run = tiles(names, 'by-person');
    await platform.idle();

    assert.equal(run.status, 'SUCCEEDED', run.cause);
    assert.equal(most, 5);
    const output = Object(run.output);
    assert.partialDeepStrictEqual(output, { operation: TILES, target: names, status: 'succeeded' });
    for (const [index, result] of output.results.entries()) {
      const { target, status, service, jobId, run: child } = result;
      assert.deepEqual([target, status, service], [names[index], 'succeeded', 'Basemap.MapServer']);
      assert.partialDeepStrictEqual(await entry(TILES, String(child).split('/')[1] ?? ''), { jobId, target });
    }
    assert.equal(platform.emulator.jobs.list().length, 12);
    assert.equal((await children(run)).length, 12);
    const { status, result, open: isOpen, watchingCost } = await entry(TILES, run.name);
    assert.deepEqual([status, isOpen, JSON.parse(String(result))], ['succeeded', 'untold', output]);
    // What the list itself costs, beside the runs of its targets: three transitions a target and 35 in all.
    const own = platform.stateMachines.executions.filter(
      ({ arn, name }) => arn === run.arn || (name.startsWith('by-person') && !name.includes('-site-')),
    );
    const transitions = own.reduce((sum, { history }) => sum + history.length, 0);
    assert.ok(transitions <= 35 + 3 * names.length, `${transitions} transitions`);
    assert.ok(Number(watchingCost) >= transitions * TRANSITION && Number(watchingCost) < 0.002, String(watchingCost));
  });

  it('that is stopped in the middle leaves no job running, and starts no other', async (t) => {
    const { platform, newTargets, tiles, entry, children, after } = await open(t);

    const run = tiles(newTargets(12), 'to-stop');
    await after(60);
    run.abort();
    await platform.idle();

    const statuses = (await children(run)).map(({ status }) => status).toSorted();
    assert.deepEqual(statuses, [...Array(5).fill('cancelled'), ...Array(5).fill('succeeded')]);
    assert.deepEqual(
      platform.emulator.jobs.list().filter(({ status }) => !/Succeeded|Cancelled/.test(status)),
      [],
    );
    assert.partialDeepStrictEqual(await entry(TILES, 'to-stop'), { status: 'stopped', error: 'JobCancelledError' });
    assert.equal((await entry(TILES, 'to-stop'))['open'], 'untold');
  });

  it('one of which is stopped goes on with the others', async (t) => {
    const { platform, siteOf, newTargets, tiles, after } = await open(t);

    const run = tiles(newTargets(3), 'one-of-three');
    await after(20);
    platform.stateMachines.executions.find(({ name }) => name.endsWith(`-2-${siteOf(2)}`))?.abort();
    await platform.idle();

    assert.equal(run.error, 'PartialFailureError');
    const [first, second, third] = resultsIn(run.cause).map(({ status }) => String(status));
    assert.deepEqual([first, third], ['succeeded', 'succeeded']);
    // Its job may be cancelled by then.
    assert.match(second ?? '', /^(stopped|cancelled)$/);
  });

  for (const [what, given, error, message] of [
    ['a name that is doubled', [1, 2, 1], 'InvalidInputError', /target\[2\]: is the same target/],
    ['one name alone', [1], 'InvalidInputError', /target: must have 2 to 50 names/],
    ['51 names', Array.from({ length: 51 }, (_, n) => `n${n}`), 'InvalidInputError', /target: must have 2 to 50 names/],
    ['what is no name', [1, 'a b'], 'InvalidInputError', /target\[1\]: must be 1-64 letters/],
    ['names without a secret', [1, 'nobody', 'nowhere'], 'UnknownTargetError', /"nobody".*"nowhere"/],
    ["the other vendor's target", [1, 'bi'], 'InvalidSecretError', /"bi" is a MicroStrategy server/],
  ] as const) {
    it(`is refused for ${what}, before anything is done`, async (t) => {
      const { platform, siteOf, newTargets, children, entry } = await open(t);
      newTargets(2);
      const target = given.map((one) => (typeof one === 'number' ? siteOf(one) : one));
      platform.newTarget(
        { vendor: 'microstrategy', url: 'https://bi.example.org', username: 'a', password: 'b' },
        'bi',
      );
      const { name: functionName = '' } =
        platform.template.functions.find(({ name }) => name.startsWith('ClearRestCacheFunction')) ?? {};

      const run = platform.start(CLEAR, { target }, 'refused');
      const byHand = await platform.invoke(functionName, { target });
      await platform.idle();

      assert.equal(run.error, error);
      assert.match(JSON.parse(run.cause ?? '').errorMessage, message);
      assert.partialDeepStrictEqual(byHand, { error: { errorType: error } });
      assert.equal(platform.emulator.requests.length, 0);
      assert.deepEqual(await children(run), []);
      assert.equal((await platform.ledger.runs()).length, 1);
      assert.equal((await entry(CLEAR, 'refused'))['input'], undefined);
    });
  }

  it('is no way of deleting caches', async (t) => {
    const { platform, newTargets } = await open(t);
    const input = { target: newTargets(2), inputService: 'Basemap.MapServer', confirm: 'Basemap.MapServer' };

    const run = platform.start('delete-map-server-cache', input, 'two');
    await platform.idle();

    assert.deepEqual([run.error, platform.emulator.requests.length], ['InvalidInputError', 0]);
  });

  it('purges two MicroStrategy servers, and is counted by a dry run, which asks for every one and changes none', async (t) => {
    const { platform } = await open(t);
    const libraries = [await startMicrostrategyEmulator(), await startMicrostrategyEmulator()];
    t.after(() => Promise.all(libraries.map((library) => library.close())));
    const target = libraries.map(({ url, username, password }, index) =>
      platform.newTarget({ vendor: 'microstrategy', url, username, password }, `bi-${tests}-${index + 1}`),
    );
    const input = { target, projects: ['Tutorial'] };

    const planned = platform.start(PURGE, { ...input, dryRun: true }, 'planned');
    await platform.idle();
    const purged = platform.start(PURGE, input, 'purged');
    await platform.idle();

    const { status, results } = Object(planned.output);
    assert.equal(status, 'planned');
    for (const [index, result] of results.entries()) {
      assert.partialDeepStrictEqual(result, { target: target[index], status: 'planned' });
      assert.equal(result.would[0].method, 'DELETE');
    }
    assert.partialDeepStrictEqual(Object(purged.output), { operation: PURGE, target, status: 'succeeded' });
    assert.deepEqual(
      Object(purged.output).results.map((one: Record<string, unknown>) => [one['target'], one['status']]),
      target.map((name) => [name, 'succeeded']),
    );
    assert.equal((await platform.ledger.runs()).filter(({ name }) => name === 'planned').length, 0);
    assert.deepEqual(
      libraries.map((library) => library.openSessions()),
      [0, 0],
    );
  });
});

describe('an execution that is started by another', () => {
  it('of somebody else is no child, and its key is no part of the input', async (t) => {
    const { platform, entry } = await open(t);
    const starter = 'arn:aws:states:us-east-1:000000000000:execution:their-own:x';

    const run = platform.start(
      CLEAR,
      { target: platform.target, AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: starter },
      'by-another-machine',
    );
    await platform.idle();

    assert.equal(run.status, 'SUCCEEDED', run.cause);
    const { parent, input, startedBy } = await entry(CLEAR, run.name);
    assert.deepEqual(
      [parent, JSON.parse(String(input)), startedBy],
      [undefined, { target: platform.target }, 'person'],
    );
  });
});
