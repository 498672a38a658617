import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { FAILED_RUNS, keepEnd, LAST_RUNS, lastRunIn } from '../../../../shared/ledger/last-runs.ts';
import { SeenRunsTable } from '../../../../shared/ledger/seen-runs.ts';
import { inSeconds, startTestLedger } from '../../../support/test-ledger.ts';

const OPERATION = 'manage-map-server-cache-tiles';
const PLAN = JSON.stringify({ target: 'gis', inputService: 'A.MapServer', updateMode: 'RECREATE_ALL_TILES', plan: {} });

describe('the end of a run', () => {
  async function open(t: TestContext) {
    const ledger = await startTestLedger(t);
    const entry = (name: string, more: object = {}) => ({
      operation: OPERATION,
      name,
      target: 'gis',
      status: 'succeeded' as const,
      startedAt: inSeconds(-60),
      finishedAt: inSeconds(-10),
      ...more,
    });
    const names = async (partition: string) => {
      const items = (await ledger.entries()).filter(({ operation }) => operation === partition);
      return items.map((item) => `${lastRunIn(item)?.name} ${lastRunIn(item)?.status}`);
    };
    return { ledger, keep: (one: ReturnType<typeof entry>) => keepEnd(ledger.table, one), entry, names };
  }

  it('is kept as the last one of its operation and target, whichever is told first', async (t) => {
    const { keep, entry, names } = await open(t);

    await keep(entry('newer'));
    await keep(entry('older', { finishedAt: inSeconds(-20) }));
    await keep(entry('elsewhere', { target: 'other' }));

    assert.deepEqual((await names(LAST_RUNS)).toSorted(), ['elsewhere succeeded', 'newer succeeded']);
    assert.deepEqual(await names(FAILED_RUNS), []);
  });

  it('is kept among the failures when somebody has to look at it, and becomes what it is in the end', async (t) => {
    const { keep, entry, names } = await open(t);
    const uncertain = entry('mine', { status: 'uncertain', error: 'JobLostError', cause: '{"errorMessage":"gone"}' });

    await keep(uncertain);
    const before = await names(FAILED_RUNS);
    await keep({ ...uncertain, status: 'cancelled' as never, finishedAt: inSeconds(-5) });
    await keep(entry('stopped', { status: 'stopped' }));

    assert.deepEqual([before, await names(FAILED_RUNS)], [['mine uncertain'], ['mine cancelled']]);
  });

  it('is none where nobody asked for the run by itself', async (t) => {
    const { keep, entry, names } = await open(t);

    await keep(entry('unit', { status: 'failed', tiles: 8, parent: `${OPERATION}/plan` }));
    await keep(entry('step', { status: 'failed', parent: 'renew-from-rasters/rasters-1' }));
    await keep(entry('several', { status: 'failed', target: 'gis,other' }));
    await keep(entry('odd', { status: 'failed', finishedAt: 'soon' }));

    assert.deepEqual(await names(LAST_RUNS), ['step failed']);
    assert.deepEqual(await names(FAILED_RUNS), ['several failed']);
  });

  it('says of a plan whether something is left of it', async (t) => {
    const { keep, entry, ledger } = await open(t);

    await keep(entry('stopped', { status: 'stopped', input: PLAN }));
    await keep(entry('done', { input: PLAN, target: 'done' }));
    await keep(entry('odd', { status: 'failed', input: 'no JSON', target: 'odd' }));

    const { last } = await new SeenRunsTable('Ledger').read();
    assert.deepEqual(Object.fromEntries(last.map(({ name, hasRest }) => [name, hasRest])), {
      stopped: true,
      done: false,
      odd: false,
    });
    assert.ok((await ledger.entries()).length > 0);
  });
});
