import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Execution } from '../../local/execution.ts';
import { type JobPlatform, startJobPlatform } from '../support/job-platform.ts';

const TILES = 'manage-map-server-cache-tiles';
const TARGET = 'city-gis';
const ID = 'E2EXAMPLE1ABCD';
const PATHS = ['/arcgis/rest/services/Basemap/MapServer/*', '/tiles/*'];
const SERVICE = 'Basemap.MapServer';
const edge = (service: string, cloudFront: object = {}) => ({
  target: TARGET,
  service,
  cloudFront: { distributionId: ID, paths: PATHS, ...cloudFront },
});
const SCALE = 591657527.591555;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

let day = 0;

/** A platform at the beginning of a minute, whose target the settings know; each on a day of its own, because functions keep secrets for minutes. */
async function open(t: TestContext, edges: object[] = [edge(SERVICE)]): Promise<JobPlatform> {
  day += 1;
  const virtualFrom = new Date(Date.UTC(2026, 0, day)).toISOString();
  const platform = await startJobPlatform({
    tells: true,
    settings: { edges },
    virtualFrom,
    emulator: { jobSeconds: 5 },
  });
  const { url, username, password } = platform.emulator;
  platform.newTarget({ vendor: 'arcgis', url, username, password }, TARGET);
  t.after(() => platform.close());
  return platform;
}

const tiles = (platform: JobPlatform, name: string, more: object = {}) =>
  platform.start(TILES, { target: TARGET, inputService: SERVICE, updateMode: 'RECREATE_ALL_TILES', ...more }, name);
const invalidationsOf = ({ stateMachines }: JobPlatform) => stateMachines.cloudFront.invalidations;
const finishedAt = async ({ ledger }: JobPlatform, { name }: Execution) =>
  Date.parse(String((await ledger.get(TILES, name))?.['finishedAt']));
const executionsOf = ({ stateMachines }: JobPlatform) =>
  stateMachines.executions.filter(({ machine }) => machine === 'invalidate-edge');
const failuresTold = ({ events }: JobPlatform) =>
  events.filter((event) => event['detail-type'] === 'Edge Not Invalidated').map(({ detail }) => Object(detail));

describe('an edge', () => {
  it('is invalidated once for three runs that end within a minute, after the last of them', async (t) => {
    const platform = await open(t);

    const runs = [tiles(platform, 'one'), tiles(platform, 'two', { scales: [SCALE] })];
    runs.push(tiles(platform, 'three', { updateMode: 'DELETE_TILES', scales: [SCALE] }));
    await platform.idle();

    const ends = await Promise.all(runs.map((run) => finishedAt(platform, run)));
    assert.equal(new Set(ends.map((end) => Math.floor(end / MINUTE_MS))).size, 1, String(ends));
    assert.equal(executionsOf(platform).filter(({ status }) => status === 'SUCCEEDED').length, 3);
    const [invalidation, ...more] = invalidationsOf(platform);
    assert.deepEqual(more, []);
    assert.partialDeepStrictEqual(invalidation, { distributionId: ID, paths: PATHS });
    assert.ok(Number(invalidation?.createdAt) > Math.max(...ends));
  });

  it('is invalidated again for a run that ends in another minute', async (t) => {
    const platform = await open(t);

    tiles(platform, 'one');
    await platform.clock.after(90, () => undefined);
    const second = tiles(platform, 'two');
    await platform.idle();

    const [, later, ...more] = invalidationsOf(platform);
    assert.deepEqual(more, []);
    assert.ok(Number(later?.createdAt) > (await finishedAt(platform, second)));
  });

  it('is invalidated once where an event is delivered twice, hours later too', async (t) => {
    const platform = await open(t);
    const run = tiles(platform, 'one');
    await platform.idle();
    const [first] = executionsOf(platform);

    await platform.clock.after(7200, () => undefined);
    const { machineArn: stateMachineArn = '', input } = first ?? {};
    platform.stateMachines.startOfEvent({ stateMachineArn, input });
    await platform.idle();

    assert.equal(executionsOf(platform).length, 2);
    assert.equal(invalidationsOf(platform).length, 1);
    assert.ok(Number(invalidationsOf(platform)[0]?.createdAt) - (await finishedAt(platform, run)) < 2 * MINUTE_MS);
  });

  it('is left alone by a run that failed, was refused, attached to an equal one, or changed another service', async (t) => {
    const platform = await open(t, [edge(SERVICE), edge('Imagery/Landsat.ImageServer')]);
    platform.emulator.badPlaces.push({ xmin: 0, ymin: 0, xmax: 1, ymax: 1 });

    await tiles(platform, 'failed').ended;
    tiles(platform, 'refused', { scales: [1] });
    tiles(platform, 'dry', { dryRun: true });
    platform.start('clear-rest-cache', { target: TARGET }, 'other');
    await platform.idle();
    assert.equal((await platform.ledger.get(TILES, 'failed'))?.['error'], 'JobFailedError');
    assert.deepEqual([executionsOf(platform).length, invalidationsOf(platform)], [0, []]);
    platform.emulator.badPlaces.length = 0;

    tiles(platform, 'first');
    tiles(platform, 'second');
    await platform.idle();
    assert.equal((await platform.ledger.get(TILES, 'second'))?.['attachedTo'], 'first');
    assert.equal(executionsOf(platform).length, 1);
  });

  it('is invalidated once for two services that share it, and each edge of a service by itself', async (t) => {
    const shared = [edge(SERVICE), edge('Imagery/Landsat.ImageServer'), edge(SERVICE, { distributionId: 'E3OTHER' })];
    const platform = await open(t, shared);

    tiles(platform, 'one');
    platform.start('refresh-service', {
      target: TARGET,
      serviceName: 'Landsat',
      serviceType: 'ImageServer',
      serviceFolder: 'Imagery',
    });
    await platform.idle();

    assert.equal(executionsOf(platform).length, 3);
    assert.deepEqual(
      invalidationsOf(platform)
        .map(({ distributionId }) => distributionId)
        .toSorted(),
      [ID, 'E3OTHER'],
    );
  });
});

describe('an invalidation that CloudFront does not take', () => {
  for (const [what, code, error] of [
    [
      'too many are in progress',
      'TooManyInvalidationsInProgress',
      'CloudFront.TooManyInvalidationsInProgressException',
    ],
    ['it is asked too often', 'Throttling', 'CloudFront.CloudFrontException'],
  ] as const) {
    it(`is asked for again while ${what}`, async (t) => {
      const platform = await open(t);
      let refusals = 0;
      platform.stateMachines.cloudFront.refusal = () => {
        refusals += 1;
        return refusals <= 20 ? { code, message: 'Later.' } : undefined;
      };

      tiles(platform, 'one');
      await platform.idle();

      assert.equal(refusals, 21);
      assert.deepEqual([invalidationsOf(platform).length, failuresTold(platform)], [1, []]);
      assert.equal((await platform.ledger.get(TILES, 'one'))?.['edgeFailure'], undefined);
    });

    it(`is given up after an hour, noted and told, where ${what} all the time`, async (t) => {
      const platform = await open(t);
      platform.stateMachines.cloudFront.refusal = () => ({ code, message: 'Later.' });

      const run = tiles(platform, 'one');
      await platform.idle();

      const [execution] = executionsOf(platform);
      assert.equal(execution?.status, 'FAILED');
      const tried = Number(execution.stoppedAt) - (await finishedAt(platform, run));
      assert.ok(tried >= HOUR_MS && tried < 1.1 * HOUR_MS, String(tried));
      await assertTold(platform, error, 'Later.');
    });
  }

  it('is really refused while fifteen paths are in progress, and made when they are done', async (t) => {
    const paths = Array.from({ length: 15 }, (_, index) => `/${index}/*`);
    const platform = await open(t, [edge(SERVICE), edge('Basemap/MapServer', { paths })]);

    tiles(platform, 'one');
    await platform.idle();

    const [first, second, ...more] = invalidationsOf(platform);
    assert.deepEqual(more, []);
    assert.ok(Number(second?.createdAt) - Number(first?.createdAt) >= MINUTE_MS);
    assert.deepEqual(failuresTold(platform), []);
  });

  for (const code of ['AccessDenied', 'NoSuchDistribution']) {
    it(`is not asked for again after ${code}, noted and told, and the run has succeeded`, async (t) => {
      const platform = await open(t);
      let asked = 0;
      platform.stateMachines.cloudFront.refusal = () => {
        asked += 1;
        return { code, message: 'Not this one.' };
      };

      const run = tiles(platform, 'one');
      await platform.idle();

      assert.equal(asked, 1);
      assert.equal(run.status, 'SUCCEEDED');
      await assertTold(platform, `CloudFront.${code}Exception`, 'Not this one.');
    });
  }
});

it('fails by what CloudFront said where there is no entry to note it in', async (t) => {
  const platform = await open(t);
  platform.stateMachines.cloudFront.refusal = () => ({ code: 'AccessDenied', message: 'Not this one.' });
  const paths = { Quantity: 1, Items: ['/*'] };
  const input = {
    edge: { reference: 'by-hand', distributionId: ID, paths },
    run: `${TILES}/gone`,
    operation: TILES,
    endedAt: '2026-01-01T00:00:00.000Z',
  };

  const execution = platform.start('invalidate-edge', input);
  await platform.idle();

  assert.deepEqual([execution.status, execution.cause], ['FAILED', 'Not this one.']);
  assert.deepEqual(failuresTold(platform), []);
  assert.equal(await platform.ledger.get(TILES, 'gone'), undefined);
});

/** The note in the entry and one event; the end of the run is told as before, once. */
async function assertTold(platform: JobPlatform, error: string, message: string): Promise<void> {
  const entry = await platform.ledger.get(TILES, 'one');
  assert.equal(entry?.['status'], 'succeeded');
  const note = JSON.parse(String(entry?.['edgeFailure']));
  assert.partialDeepStrictEqual(note, { edge: { distributionId: ID }, Error: error, Cause: message });
  assert.deepEqual(failuresTold(platform), [
    {
      stack: 'CacheOps',
      run: `${TILES}/one`,
      target: TARGET,
      service: SERVICE,
      distributionId: ID,
      paths: PATHS,
      error,
      message,
    },
  ]);
  assert.equal(platform.events.filter((event) => event['detail-type'] === 'Run Ended').length, 1);
}
