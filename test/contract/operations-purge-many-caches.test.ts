import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { handler } from '../../functions/purge-microstrategy-caches/handler.ts';
import { bundleFunction } from '../../infra/bundling/bundle-function.ts';
import {
  type MicrostrategyEmulator,
  startMicrostrategyEmulator,
} from '../../local/emulators/microstrategy/microstrategy-emulator.ts';
import { newContentCache } from '../../local/emulators/microstrategy/stored-caches.ts';
import { planContentPurge } from '../../shared/microstrategy/plan-content-purge.ts';
import { withSession } from '../../shared/microstrategy/session.ts';
import { startTestAws, type TestAws, work } from '../support/invoke.ts';

const TUTORIAL = 'B7CA92F04B9FAE8D941C3E9B7E0CD754';
const SALES = '4DD3B0A04F2C4B6E9F7A51C08E2D6B13';
const NODES = ['iserver-1', 'iserver-2', 'iserver-3'];
const TABLES = [
  ['LU_DAY', 'F_SALES'],
  ['LU_ITEM'],
  ['F_SALES'],
  ['LU_DAY_OLD'],
  [],
  ['LU_MONTH', 'LU_DAY'],
  ['lu_day'],
];
const RUNNER = new URL('../bench/runner.cjs', import.meta.url).pathname;
/** Of the 256 MiB that a function has. */
const MAX_MIB = 200;
/** What V8 chooses on a machine of 256 MiB. */
const HEAP_FLAGS = ['--max-old-space-size=128', '--max-semi-space-size=8'];

describe('very many content caches', { timeout: 120_000 }, () => {
  let aws: TestAws;
  let emulator: MicrostrategyEmulator;
  let target: string;

  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());
  afterEach(() => emulator.close());

  /** In the place of those that the emulator has by itself. */
  async function start(count: number, nodes: string[]): Promise<void> {
    emulator = await startMicrostrategyEmulator({ nodes });
    for (const cache of emulator.contentCaches.list()) emulator.contentCaches.remove(cache);
    for (let number = 0; number < count; number += 1) {
      const node = nodes[number % nodes.length] ?? '';
      const tables = TABLES[number % TABLES.length] ?? [];
      const projectId = number % 10 === 0 ? SALES : TUTORIAL;
      emulator.contentCaches.add(newContentCache({ node, projectId, number, tables }));
    }
    const { url, username, password } = emulator;
    target = aws.newTarget({ vendor: 'microstrategy', url, username, password });
  }

  const ids = () => Array.from(emulator.contentCaches.list(), ({ node, combinedId }) => `${node} ${combinedId}`);

  it('lose exactly those that read one table: 50,000 on three nodes, as many as the plan says', async (t) => {
    await start(50_000, NODES);
    const where = { whTables: ['LU_DAY'] };
    const readIt = [...emulator.contentCaches.list()].filter(
      ({ projectId, tables }) => projectId === TUTORIAL && tables.includes('LU_DAY'),
    );
    const { url, username, password } = emulator;
    const access = { url, username, password };
    const plan = await withSession(
      access,
      {
        deadline: Date.now() + 60_000,
        readAgain: async () => access,
        onLogoutFailed: (error) => assert.fail(String(error)),
      },
      async (session) => await planContentPurge(session, [{ id: TUTORIAL }], { types: ['content'], where }),
    );
    const requestsBefore = emulator.requests.length;
    const before = ids();

    const { results } = Object(await work(handler, { target, projects: [TUTORIAL], cacheTypes: ['content'], where }));

    const left = new Set(ids());
    const gone = before.filter((id) => !left.has(id));
    const requests = emulator.requests.length - requestsBefore;
    t.diagnostic(`${gone.length} of ${before.length} caches deleted by ${requests} requests`);
    assert.deepEqual(results, [
      { projectId: TUTORIAL, cacheType: 'content', status: 'deleted', deleted: readIt.length },
    ]);
    assert.deepEqual(new Set(gone), new Set(readIt.map(({ node, combinedId }) => `${node} ${combinedId}`)));
    assert.equal(plan.caches, readIt.length);
    assert.equal(plan.first.length, 50);
    // Sign-in, sign-out and the nodes; 15,000 caches of the project on each node in pages of 500; calls of at most 500.
    const deletions = Math.ceil(readIt.length / NODES.length / 500) * NODES.length;
    assert.ok(requests <= 3 + NODES.length * 31 + deletions, `${requests} requests`);
    assert.equal(Math.max(...emulator.contentCalls), 500);
    assert.equal(plan.would.length + plan.wouldMore, deletions);
  });

  it('fit into the memory of a function: 100,000 on three nodes, all deleted', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'caches-'));
    t.after(() => rm(folder, { recursive: true }));
    const bundle = join(folder, 'purge.js');
    await writeFile(bundle, (await bundleFunction('purge-microstrategy-caches')).code);
    const run = { operation: 'under-test', name: 'by-hand-under-test' };
    await start(100_000, NODES);
    const submit = { target, projects: [TUTORIAL, SALES], cacheTypes: ['content'] };
    const event = JSON.stringify({ submit, run, attempts: 0 });

    const { stdout } = await promisify(execFile)(process.execPath, [...HEAP_FLAGS, RUNNER, bundle, event, '0']);

    const { peakMiB, outcome, callMs } = JSON.parse(stdout);
    t.diagnostic(`${Math.round(peakMiB)} MiB, ${Math.round(callMs)} ms, ${emulator.requests.length} requests`);
    assert.match(outcome, /"deleted":90000.*"deleted":10000/);
    assert.deepEqual(ids(), []);
    assert.ok(peakMiB < MAX_MIB, `${Math.round(peakMiB)} MiB`);
  });
});
