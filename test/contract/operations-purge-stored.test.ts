import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { handler } from '../../functions/purge-microstrategy-caches/handler.ts';
import { CACHE_ADMINISTRATION } from '../../local/emulators/microstrategy/accounts.ts';
import {
  type MicrostrategyEmulator,
  type MicrostrategyEmulatorOptions,
  startMicrostrategyEmulator,
} from '../../local/emulators/microstrategy/microstrategy-emulator.ts';
import { startTestAws, type TestAws, work } from '../support/invoke.ts';
import { startWeatherServer, type WeatherServer } from '../support/weather-server.ts';

const TUTORIAL = 'B7CA92F04B9FAE8D941C3E9B7E0CD754';
const ARCHIVE = '9E1F6C2D40B84F3A8A5C7D0E3B926F48';
const NODES = ['iserver-1', 'iserver-2'];
const CONTENTS = /caches\/contents/;
const ALTERED = /v2\/monitors\/caches\/contents/;
const CUBE = /caches\/cubes\//;

describe('purge-microstrategy-caches of content and cube caches', () => {
  let aws: TestAws;
  let emulator: MicrostrategyEmulator;
  let weather: WeatherServer;
  let target: string;

  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());
  beforeEach(() => start());
  afterEach(stop);

  async function start(options: MicrostrategyEmulatorOptions = {}): Promise<void> {
    emulator = await startMicrostrategyEmulator({ nodes: NODES, ...options });
    weather = await startWeatherServer({ upstream: emulator.url });
    target = targetOf(emulator);
  }

  async function restart(options: MicrostrategyEmulatorOptions): Promise<void> {
    await stop();
    await start(options);
  }

  async function stop(): Promise<void> {
    await Promise.all([weather.close(), emulator.close()]);
  }

  function targetOf({ username, password }: { username: string; password: string }): string {
    const url = `${weather.origin}/MicroStrategyLibrary`;
    return aws.newTarget({ vendor: 'microstrategy', url, username, password });
  }

  const contents = (projectId = TUTORIAL) =>
    [...emulator.contentCaches.list()].filter((cache) => cache.projectId === projectId);
  const cubes = () => [...emulator.cubeCaches.values()].filter(({ projectId }) => projectId === TUTORIAL);
  const purge = async (more: object, overrides = {}) =>
    Object(await work(handler, { target, projects: [TUTORIAL], ...more }, overrides));
  const failure = async (more: object, overrides = {}) => {
    const error = await purge(more, overrides).then(() => assert.fail('it succeeded'), Object);
    assert.equal(error.name, 'PartialFailureError');
    return JSON.parse(/\{"results".*\}$/.exec(error.message)?.[0] ?? '{}').results;
  };

  it('deletes all of them on every node of the cluster, and only of the project', async () => {
    const { status, results } = await purge({ cacheTypes: ['content', 'cube'] });

    assert.equal(status, 'succeeded');
    assert.deepEqual(results, [
      { projectId: TUTORIAL, cacheType: 'content', status: 'deleted', deleted: 10 },
      { projectId: TUTORIAL, cacheType: 'cube', status: 'deleted', deleted: 4 },
    ]);
    assert.deepEqual([...contents(), ...cubes()], []);
    assert.equal([...emulator.contentCaches.list()].length, 20);
    assert.equal(emulator.cubeCaches.size, 8);
  });

  const narrowed: [where: object, fits: (cache: ReturnType<typeof contents>[number]) => boolean][] = [
    [{ whTables: ['LU_DAY'] }, ({ tables }) => tables.includes('LU_DAY')],
    [{ whTables: ['LU_DAY', 'LU_ITEM'] }, ({ tables }) => tables.some((table) => table.startsWith('LU_'))],
    [{ contentTypes: ['dashboard'] }, ({ source }) => source.type === 'dossier'],
    [{ contentTypes: ['report', 'document'], whTables: ['F_SALES'] }, ({ source: { type }, tables }) => type !== 'dossier' && tables.includes('F_SALES')],
    [{ status: 'ready', connectionIds: ['8e3f2a1b4c5d4e6f8a9b0c1d2e3f4a5b'] }, () => true],
    [{ status: ['expired', 'invalid'] }, () => false],
  ]; // biome-ignore format: a table reads better so
  for (const [where, fits] of narrowed) {
    it(`deletes what fits ${JSON.stringify(where)}, and leaves the others`, async () => {
      const meant = contents().filter(fits);
      const others = contents().filter((cache) => !fits(cache));

      const { results } = await purge({ cacheTypes: ['content'], where });

      assert.equal(results[0].deleted, meant.length);
      assert.deepEqual(contents(), others);
    });
  }

  it('deletes caches by their own ids, and by the id of what was cached', async () => {
    const [own, other] = contents();
    assert.ok(own !== undefined && other !== undefined);

    const { results } = await purge({
      cacheTypes: ['content'],
      where: { ids: [own.id.toLowerCase(), other.source.id] },
    });

    assert.equal(results[0].deleted, 2);
    assert.deepEqual([own, other].filter((cache) => contents().includes(cache)), []); // biome-ignore format: one line
  });

  it('deletes the cubes that were made from a table, which each cube tells by itself', async () => {
    const { results } = await purge({ cacheTypes: ['cube'], where: { whTables: ['LU_ITEM'] } });

    assert.equal(results[0].deleted, 2);
    assert.deepEqual(cubes().map(({ tables }) => tables.includes('LU_ITEM')), [false, false]); // biome-ignore format: one line
  });

  it('has succeeded where nothing fits, and says which tables the caches tell', async () => {
    const { status, results } = await purge({ cacheTypes: ['content'], where: { whTables: ['LU_DAYS'] } });

    assert.equal(status, 'succeeded');
    assert.partialDeepStrictEqual(results, [{ status: 'deleted', deleted: 0 }]);
    assert.match(results[0].reason, /none of 10 caches fits; tables that they tell: LU_DAY, F_SALES, LU_ITEM/);
    assert.deepEqual(weather.requestsTo(ALTERED), []);
  });

  it('invalidates content caches in place of deleting them', async () => {
    const { results } = await purge({ cacheTypes: ['content'], where: { whTables: ['LU_ITEM'] }, invalidate: true });

    assert.partialDeepStrictEqual(results, [{ status: 'accepted', reason: /2 caches were invalidated/ }].map(({ status }) => ({ status }))); // biome-ignore format: one line
    assert.match(results[0].reason, /^2 caches were invalidated/);
    assert.equal(contents().length, 10);
    const invalid = contents().filter(({ states }) => states.has('invalid'));
    assert.deepEqual(invalid.map(({ tables }) => tables), [['LU_ITEM'], ['LU_ITEM']]); // biome-ignore format: one line
  });

  it('says that where does not narrow the element caches beside', async () => {
    const { notes } = await purge({ cacheTypes: ['element', 'content'], where: { whTables: ['LU_ITEM'] } });

    assert.match(notes[0], /of element all were purged/);
  });

  for (const vanishedCaches of ['refused', 'ignored'] as const) {
    it(`takes no cache that vanishes before its deletion for a failure (by the server: ${vanishedCaches})`, async () => {
      await restart({ vanishedCaches });
      weather.next(ALTERED, () => {
        const [first] = contents();
        if (first !== undefined) emulator.contentCaches.remove(first);
        return undefined;
      });
      weather.next(CUBE, () => {
        emulator.cubeCaches.delete(cubes()[0]?.id ?? '');
        return undefined;
      });

      const { results } = await purge({ cacheTypes: ['content', 'cube'] });

      assert.deepEqual(results.map((result: { status: string }) => result.status), ['deleted', 'deleted']); // biome-ignore format: one line
      assert.deepEqual([...contents(), ...cubes()], []);
    });
  }

  it('misses none when caches vanish while the pages are read', async () => {
    // Pages of two, by a server that gives fewer than were asked for.
    let pages = 0;
    weather.always(/api\/monitors\/caches\/contents\?/, async ({ path, headers }) => {
      pages += 1;
      const [first] = contents();
      if (pages === 2 && first !== undefined) emulator.contentCaches.remove(first);
      const response = await fetch(
        emulator.url.replace('/MicroStrategyLibrary', path.replace(/limit=\d+/, 'limit=2')),
        {
          headers: { cookie: String(headers.cookie), 'x-mstr-authtoken': String(headers['x-mstr-authtoken']) },
        },
      );
      return { headers: { 'set-cookie': response.headers.getSetCookie() }, body: await response.text() };
    });

    const { results } = await purge({ cacheTypes: ['content'] });

    assert.equal(results[0].status, 'deleted');
    assert.deepEqual(contents(), []);
  });

  it('looks whether what the server only accepted is gone, and follows a cube to its end', async () => {
    await restart({ acceptsOnly: true, removalSeconds: 0.3 });

    const { results } = await purge({ cacheTypes: ['content', 'cube'] });

    assert.partialDeepStrictEqual(results, [{ status: 'deleted', deleted: 10 }, { status: 'deleted', deleted: 4 }]); // biome-ignore format: one line
    assert.ok(weather.requestsTo(/manipulations\/.*\/status/).length >= 4);
  });

  it('names the cube whose deletion the server ended as an error, and deletes the others', async () => {
    await restart({ acceptsOnly: true, removalSeconds: 0 });
    emulator.brokenCubes.add(cubes()[1]?.id ?? '');

    const [result] = await failure({ cacheTypes: ['cube'] });

    assert.partialDeepStrictEqual(result, { status: 'failed', deleted: 3 });
    assert.match(result.reason, /1 of 4 that fit are left; iserver-\d: .*error: The cube is in use/);
    assert.equal(cubes().length, 1);
  });

  it('skips a project that is not loaded, and leaves out a node where it is not, or that is stopped, by name', async () => {
    emulator.nodes[0]?.notLoaded.add(TUTORIAL);
    const [second] = emulator.nodes.slice(1);
    assert.ok(second);
    const before = await purge({ projects: [ARCHIVE, TUTORIAL], cacheTypes: ['content'] });
    emulator.nodes[0]?.notLoaded.clear();
    second.status = 'stopped';

    const after = await purge({ cacheTypes: ['content'] });

    assert.partialDeepStrictEqual(before.results, [{ status: 'skipped' }, { status: 'deleted', deleted: 5 }]);
    assert.partialDeepStrictEqual(after.results, [{ status: 'deleted', deleted: 5 }]);
    assert.match(after.results[0].reason, /because stopped: iserver-2/);
  });

  it('names the right that is missing, and what to do, for the nodes as for the caches', async () => {
    const { admin } = emulator.accounts;
    admin.privileges = [CACHE_ADMINISTRATION];
    const [nodes] = await failure({ cacheTypes: ['content', 'element'] });
    admin.privileges = ['DssXmlPrivilegesUseClusterMonitor'];
    const [caches] = await failure({ cacheTypes: ['content'] });

    assert.match(
      nodes.reason,
      /ERR014.*UseClusterMonitor.*Give the user the privilege.*cluster, cache and cube monitors/,
    );
    assert.match(caches.reason, /0 of 0 that fit are left; iserver-1: .*ERR014.*CacheAdministration.*Give the user/);
    assert.equal(contents().length, 10);
    assert.equal(weather.requestsTo(ALTERED).length, 0);
  });

  it('goes on with the other nodes when one fails', async () => {
    weather.next(CONTENTS, { status: 500, body: '{"code":"ERR002","message":"I-Server error"}' });

    const [result] = await failure({ cacheTypes: ['content'] });

    assert.partialDeepStrictEqual(result, { status: 'failed', deleted: 5 });
    assert.match(result.reason, /iserver-1: .*ERR002/);
  });

  it('says what is done and what is left when the time of the run is short', async () => {
    // A second of work; the first deletion takes longer than that.
    const overrides = { getRemainingTimeInMillis: () => 80_000 };
    weather.next(ALTERED, async () => {
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      return { status: 200 };
    });

    const results = await failure({ cacheTypes: ['content', 'cube'] }, overrides);

    assert.partialDeepStrictEqual(results, [{ status: 'failed', deleted: 5 }, { status: 'failed', deleted: 0 }]); // biome-ignore format: one line
    assert.match(
      results[0].reason,
      /^0 of 5 that fit are left; .*time of this run was used up on iserver-2.*Start the same again/,
    );
    assert.match(results[1].reason, /time of this run was used up on iserver-1/);
    assert.equal(weather.requestsTo(/auth\/logout/).length, 1);
  });

  it('is VendorRejectedError for a server that is too old, and at the session cap', async () => {
    await restart({ serverVersion: '11.3.0600' });

    await assert.rejects(purge({ cacheTypes: ['content'] }), { name: 'VendorRejectedError', message: /11\.3\.0800/ });
  });
});
