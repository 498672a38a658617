import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { tellOfRuns } from '../../../../functions/tell-of-runs/operation.ts';
import { toItem } from '../../../../shared/ledger/attributes.ts';
import { UNTOLD } from '../../../../shared/ledger/entry.ts';
import { SeenRunsTable } from '../../../../shared/ledger/seen-runs.ts';
import { inSeconds, startTestLedger, waitingEntry } from '../../../support/test-ledger.ts';

process.env['STACK'] = 'CacheOps';

type Values = Record<string, string | number | undefined>;

describe('the last run of an operation on a target', () => {
  async function open(t: TestContext) {
    const ledger = await startTestLedger(t);
    const send = async () => undefined;
    const ended = (name: string, more: Values = {}) => ({
      ...waitingEntry('refresh-service', name),
      target: 'gis',
      status: 'succeeded',
      open: UNTOLD,
      finishedAt: inSeconds(-1),
      ...more,
    });
    return {
      ledger,
      ended,
      async tell(after: Values, before: Values) {
        const images = { NewImage: toItem(after), OldImage: toItem(before) };
        await tellOfRuns({ Records: [{ dynamodb: { SequenceNumber: '1', ...images } }] }, ledger.table, send);
      },
      look: () => tellOfRuns({}, ledger.table, send),
      async seen() {
        const { last, failed } = await new SeenRunsTable('Ledger').read();
        return [last, failed].map((runs) => runs.map(({ name, status }) => `${name} ${status}`));
      },
    };
  }

  it('is kept when its end is told by the stream', async (t) => {
    const { ledger, ended, tell, seen } = await open(t);
    const entry = ended('mine');
    await ledger.put(entry);

    await tell(entry, { ...entry, status: 'running', finishedAt: undefined });

    assert.deepEqual(await seen(), [['mine succeeded'], []]);
  });

  it('is kept when the hourly look finds that nobody has told its end', async (t) => {
    const { ledger, ended, look, seen } = await open(t);
    await ledger.put(ended('late', { status: 'failed', finishedAt: inSeconds(-7200) }));

    await look();

    assert.deepEqual(await seen(), [['late failed'], ['late failed']]);
  });

  it('is what it has become where its end was told before as another one', async (t) => {
    const { ledger, ended, tell, seen } = await open(t);
    const uncertain = ended('mine', { status: 'uncertain' });
    await ledger.put(uncertain);
    await tell(uncertain, { ...uncertain, status: 'running', finishedAt: undefined });
    const told = { ...uncertain, toldAt: inSeconds(0), open: undefined };

    await tell({ ...told, status: 'cancelled', finishedAt: inSeconds(0), open: UNTOLD }, told);

    assert.deepEqual(await seen(), [['mine cancelled'], ['mine cancelled']]);
  });
});
