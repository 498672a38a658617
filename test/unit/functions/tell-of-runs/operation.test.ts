import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { tellOfRuns } from '../../../../functions/tell-of-runs/operation.ts';
import { toItem } from '../../../../shared/ledger/attributes.ts';
import { UNTOLD } from '../../../../shared/ledger/entry.ts';
import type { Event } from '../../../../shared/ledger/events.ts';
import { inSeconds, startTestLedger, waitingEntry } from '../../../support/test-ledger.ts';

const OPERATION = 'refresh-service';
process.env['STACK'] = 'CacheOps';

/** How version 0.1.0 writes an end. */
const FORMER_END = { status: 'succeeded', result: '{"status":"succeeded"}' };

type Values = Record<string, string | number | undefined>;

describe('what becomes of runs', () => {
  async function open(t: TestContext) {
    const ledger = await startTestLedger(t);
    const sent: Event[] = [];
    let refusals = 0;
    const send = async (events: readonly Event[]) => {
      if (events.length > 0 && refusals > 0) {
        refusals -= 1;
        throw new Error('no room');
      }
      sent.push(...events);
    };
    const ended = (name: string, more: Values = {}) => ({
      ...waitingEntry(OPERATION, name),
      status: 'failed',
      open: UNTOLD,
      finishedAt: inSeconds(-1),
      error: 'VendorBusyError',
      cause: JSON.stringify({ errorType: 'VendorBusyError', errorMessage: 'no answer' }),
      ...more,
    });
    let count = 0;
    const record = (after: Values, before?: Values) => {
      count += 1;
      const images = { NewImage: toItem(after), ...(before && { OldImage: toItem(before) }) };
      return { dynamodb: { SequenceNumber: String(count), ...images } };
    };
    return {
      ledger,
      sent,
      ended,
      record,
      names: () => sent.map(({ name, detail }) => `${name} ${String(detail.run).split('/')[1]}`),
      refuse: (times: number) => {
        refusals = times;
      },
      tell: async (...records: object[]) => Object(await tellOfRuns({ Records: records }, ledger.table, send)),
      look: async () => Object(await tellOfRuns({}, ledger.table, send)),
    };
  }

  it('is told once, though the stream and the hourly look and a second record tell of it', async (t) => {
    const { ledger, sent, ended, record, tell, look } = await open(t);
    const entry = ended('mine', { finishedAt: inSeconds(-3600) });
    await ledger.put(entry);

    await tell(record(entry, { ...entry, status: 'running' }), record({ ...entry, seenAt: inSeconds(0) }, entry));
    await tell(record(entry, { ...entry, status: 'running' }));
    await look();

    assert.equal(sent.length, 1);
    assert.partialDeepStrictEqual(sent[0]?.detail, {
      status: 'failed',
      error: 'VendorBusyError',
      message: 'no answer',
    });
    const { toldAt, open: isOpen } = (await ledger.get(OPERATION, 'mine')) ?? {};
    assert.ok(toldAt !== undefined && isOpen === undefined);
  });

  it('is told from the record on that could not be told, and those before it not again', async (t) => {
    const { ledger, names, ended, record, refuse, tell } = await open(t);
    const entries = ['one', 'two', 'three'].map((name) => ended(name));
    for (const entry of entries) await ledger.put(entry);
    const [one, two, three] = entries.map((entry) => record(entry, { ...entry, status: 'running' }));
    await tell(one ?? {});
    refuse(1);

    const told = await tell(one ?? {}, two ?? {}, three ?? {});
    await tell(two ?? {}, three ?? {});

    assert.deepEqual(told, { batchItemFailures: [{ itemIdentifier: '2' }] });
    assert.deepEqual(names(), ['Run Ended one', 'Run Ended two', 'Run Ended three']);
  });

  it('is found by the hourly look where its record was lost, but not while the stream may still tell it', async (t) => {
    const { ledger, names, ended, look } = await open(t);
    await ledger.put(ended('lost', { finishedAt: inSeconds(-7200) }));
    await ledger.put(ended('young'));
    await ledger.put({ ...waitingEntry(OPERATION, 'runs'), startedAt: inSeconds(-7200), status: 'running' });

    assert.deepEqual([await look(), await look()], [{ told: 1 }, { told: 0 }]);
    assert.deepEqual(names(), ['Run Ended lost']);
  });

  it('is found where its record was lost and version 0.1.0 wrote it, as soon as a record before it has come', async (t) => {
    const { ledger, names, record, tell, look } = await open(t);
    const { open: _open, ...former } = waitingEntry(OPERATION, 'former', { startedAt: inSeconds(-7200) });
    await ledger.put(former);
    await tell(record(former));
    await tell(record({ ...former, status: 'running' }, former));
    const { open: isOpen } = (await ledger.get(OPERATION, 'former')) ?? {};
    const atEnd = isOpen === undefined ? {} : { open: String(isOpen) };
    await ledger.put({ ...former, ...atEnd, ...FORMER_END, finishedAt: inSeconds(-3600) });

    assert.deepEqual([await look(), await look()], [{ told: 1 }, { told: 0 }]);
    assert.deepEqual(names(), ['Run Started former', 'Run Ended former']);
  });

  it('is not written into an entry that has ended, been removed or been told meanwhile', async (t) => {
    const { ledger, record, tell } = await open(t);
    const { open: _open, ...former } = waitingEntry(OPERATION, 'former');
    await ledger.put({ ...former, ...FORMER_END, finishedAt: inSeconds(-1) });

    await tell(record(former), record({ ...former, name: 'removed' }));

    assert.equal((await ledger.get(OPERATION, 'former'))?.['open'], undefined);
    assert.equal(await ledger.get(OPERATION, 'removed'), undefined);
  });

  it('is a start when the run says what it asks for, and a pause when it is kept waiting', async (t) => {
    const { names, record, tell } = await open(t);
    const { ticket: _ticket, ...entered } = waitingEntry(OPERATION, 'mine');
    const asks = { ...waitingEntry(OPERATION, 'mine'), input: '{"target":"gis"}', target: 'gis' };
    const pause = { pausedAt: inSeconds(0), pausedUntil: inSeconds(60), pausedFor: 'maintenance' };
    const paused = { ...asks, status: 'paused', ...pause };

    await tell(record(entered), record(asks, entered), record({ ...asks, seenAt: inSeconds(0) }, asks));
    await tell(record(paused, asks), record({ ...paused, seenAt: inSeconds(0) }, paused));

    assert.deepEqual(names(), ['Run Started mine', 'Run Paused mine']);
  });

  it('is of others told though of one entry no event can be made', async (t) => {
    const { ledger, names, ended, record, tell } = await open(t);
    const [odd, good] = [ended('odd', { result: 'no JSON', finishedAt: 'soon' }), ended('good')];
    await ledger.put(odd);
    await ledger.put(good);

    const told = await tell(record(odd, odd), record(good, good), { dynamodb: { SequenceNumber: '9' } });

    assert.deepEqual(told, { batchItemFailures: [] });
    assert.deepEqual(names(), ['Run Ended good']);
  });

  it('is nothing for a claim or a pause', async (t) => {
    const { sent, record, tell } = await open(t);

    await tell(record({ operation: 'claim', name: 'gis', holder: 'x' }), record({ operation: 'pause', name: 'gis' }));

    assert.deepEqual(sent, []);
  });

  it('is that an edge keeps old tiles, once for each failure, whatever the run was told before', async (t) => {
    const { sent, ended, record, tell } = await open(t);
    const whose = { target: 'gis', service: 'A.MapServer' };
    const entry = ended('mine', { ...whose, status: 'succeeded', toldAt: inSeconds(-1), open: undefined });
    const failure = (distributionId: string) => ({
      edgeFailure: JSON.stringify({
        edge: { distributionId, paths: { Items: ['/*'] } },
        Error: 'CloudFront.AccessDeniedException',
        Cause: 'no right',
      }),
    });

    await tell(record({ ...entry, ...failure('E1') }, entry));
    await tell(record({ ...entry, ...failure('E1'), noticedAt: inSeconds(0) }, { ...entry, ...failure('E1') }));
    await tell(record({ ...entry, ...failure('E2') }, { ...entry, ...failure('E1') }));
    await tell(record({ ...entry, edgeFailure: 'no JSON' }, entry));

    assert.deepEqual(
      sent.map(({ name, detail }) => [name, Object(detail).distributionId]),
      [
        ['Edge Not Invalidated', 'E1'],
        ['Edge Not Invalidated', 'E2'],
      ],
    );
    assert.partialDeepStrictEqual(sent[0]?.detail, { paths: ['/*'], message: 'no right' });
  });
});
