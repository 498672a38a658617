import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  type MicrostrategyEmulator,
  startMicrostrategyEmulator,
} from '../../local/emulators/microstrategy/microstrategy-emulator.ts';
import { newContentCache } from '../../local/emulators/microstrategy/stored-caches.ts';
import { planContentPurge } from '../../shared/microstrategy/plan-content-purge.ts';
import { type MicrostrategySession, withSession } from '../../shared/microstrategy/session.ts';

const TUTORIAL = 'B7CA92F04B9FAE8D941C3E9B7E0CD754';
const ARCHIVE = '9E1F6C2D40B84F3A8A5C7D0E3B926F48';

describe('the plan of a purge of content and cube caches', () => {
  let emulator: MicrostrategyEmulator;

  beforeEach(async () => {
    emulator = await startMicrostrategyEmulator({ nodes: ['iserver-1', 'iserver-2'] });
  });
  afterEach(() => emulator.close());

  async function planned(...[projects, what]: Tail<Parameters<typeof planContentPurge>>) {
    const { url, username, password } = emulator;
    const access = { url, username, password };
    const options = { deadline: Date.now() + 60_000, readAgain: async () => access, onLogoutFailed: () => {} };
    return await withSession(access, options, async (session) => await planContentPurge(session, projects, what));
  }

  it('counts for each project and type, names the caches and the calls, and changes nothing', async () => {
    const before = [[...emulator.contentCaches.list()], [...emulator.cubeCaches.values()]];

    const plan = await planned([{ id: TUTORIAL, name: 'Tutorial' }, { id: ARCHIVE }], {
      types: ['content', 'cube'],
      where: { whTables: ['LU_DAY'] },
    });

    assert.deepEqual(plan.planned, [
      { projectId: TUTORIAL, projectName: 'Tutorial', cacheType: 'content', caches: 4 },
      { projectId: TUTORIAL, projectName: 'Tutorial', cacheType: 'cube', caches: 2 },
      { projectId: ARCHIVE, cacheType: 'content', caches: 0, reason: 'the project is not loaded' },
      { projectId: ARCHIVE, cacheType: 'cube', caches: 0, reason: 'the project is not loaded' },
    ]);
    assert.equal(plan.caches, 6);
    assert.deepEqual(
      plan.first.map(({ cacheType, node }) => `${cacheType} ${node}`),
      [1, 1, 2, 2].map((number) => `content iserver-${number}`).concat('cube iserver-1', 'cube iserver-2'),
    );
    assert.deepEqual(
      plan.would.map(({ method, url }) => `${method} ${url.slice(emulator.url.length).replace(/C0BE\w+.*/, '…')}`),
      [
        'PATCH /api/v2/monitors/caches/contents?clusterNode=iserver-1',
        'PATCH /api/v2/monitors/caches/contents?clusterNode=iserver-2',
        'DELETE /api/monitors/caches/cubes/…',
      ],
    );
    assert.equal(plan.wouldMore, 1);
    assert.deepEqual([[...emulator.contentCaches.list()], [...emulator.cubeCaches.values()]], before);
    assert.deepEqual(
      emulator.requests.filter(({ method }) => method !== 'GET').map(({ path }) => path),
      ['/api/auth/login', '/api/auth/logout'],
    );
  });

  it('names the first 50 only, the first three calls, and the start of each', async () => {
    for (let number = 1000; number < 2700; number += 1) {
      emulator.contentCaches.add(newContentCache({ node: 'iserver-1', projectId: TUTORIAL, number, tables: ['NEW'] }));
    }

    const plan = await planned([{ id: TUTORIAL }], {
      types: ['content'],
      where: { whTables: ['NEW'] },
      invalidate: true,
    });

    assert.deepEqual([plan.caches, plan.first.length, plan.would.length, plan.wouldMore], [1700, 50, 3, 1]);
    for (const { parameters } of plan.would) {
      assert.partialDeepStrictEqual(parameters, { operationListMore: 497 });
      assert.match(
        JSON.stringify(parameters),
        /"op":"replace","path":"\/contentCaches\/[\w=]+\/status\/invalid","value":true/,
      );
    }
  });

  it('is the error of what it may not read', async () => {
    emulator.accounts.admin.privileges = [];

    await assert.rejects(planned([{ id: TUTORIAL }], { types: ['content'] }), {
      name: 'VendorRejectedError',
      message: /UseClusterMonitor/,
    });
  });
});

type Tail<T extends [MicrostrategySession, ...unknown[]]> = T extends [MicrostrategySession, ...infer R] ? R : never;
