import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { handler } from '../../../../functions/start-refresh/handler.ts';
import { invoke, startTestAws, type TestAws } from '../../../support/invoke.ts';
import { logLines } from '../../../support/log-lines.ts';
import { notification, objectCreated, record } from '../../../support/raster-messages.ts';
import { startTestLedger, type TestLedger } from '../../../support/test-ledger.ts';

const LANDSAT = { target: 'city-gis', serviceName: 'Landsat', serviceType: 'ImageServer', serviceFolder: 'Imagery' };
const SENTINEL = { target: 'city-gis', serviceName: 'Sentinel', serviceType: 'ImageServer' };
const together = { quiet: 60, longest: 900 };
const SOURCES = [
  {
    name: 'landsat',
    together,
    bucket: 'my-rasters',
    prefix: 'landsat/',
    suffixes: ['.tif', '.tiff'],
    refresh: LANDSAT,
  },
  {
    name: 'sentinel',
    together,
    bucket: 'my-rasters',
    prefix: 'sentinel/été 2026/',
    suffixes: ['.jp2'],
    refresh: SENTINEL,
  },
];
const ALL_DONE = { batchItemFailures: [] };

describe('new rasters', () => {
  const closing: (() => Promise<void>)[] = [];
  let aws: TestAws;
  let ledger: TestLedger;
  before(async () => {
    aws = await startTestAws();
    // What is started is not there yet for whoever looks.
    aws.end = { status: 'GONE' };
    ledger = await startTestLedger({ after: (close) => closing.push(close) });
    process.env['LEDGER_TABLE'] = 'Ledger';
  });
  beforeEach(async () => {
    await ledger.clear();
    aws.executions.length = 0;
    process.env['RASTERS'] = JSON.stringify(SOURCES);
  });
  after(async () => {
    for (const close of closing) await close();
    await aws.close();
  });
  const openKeys = async () =>
    (await ledger.entries()).flatMap(({ operation, key }) => (operation === 'raster-open/landsat' ? [key] : []));

  /** Delivers a batch, and gives what the queue is told and what was started. */
  async function deliver(...Records: object[]) {
    const reply = await invoke(handler, { Records });
    return { reply, started: aws.executions.map(({ input }) => input) };
  }

  const shapes: [what: string, body: object][] = [
    ['of EventBridge', objectCreated('landsat/a.tif')],
    ['of S3 itself', notification(['landsat/a.tif'])],
    ['of a copy', notification(['landsat/a.tif'], 's3:ObjectCreated:Copy')],
    ['with several records', notification(['landsat/a.txt', 'other/a.tif', 'landsat/deep/er/a.TIFF'])],
  ];
  for (const [what, body] of shapes) {
    it(`start the refresh of their service from an event ${what}`, async (t) => {
      logLines(t);

      const { reply, started } = await deliver(record(body));

      assert.deepEqual([reply, started], [ALL_DONE, [{ source: 'landsat' }]]);
    });
  }

  for (const form of ['NFC', 'NFD'] as const) {
    it(`are taken whichever machine has named them, where the settings are in ${form}`, async (t) => {
      logLines(t);
      const source = {
        ...SOURCES[1],
        prefix: 'sentinel/été 2026/'.normalize(form),
        suffixes: ['_é.jp2'.normalize(form)],
      };
      process.env['RASTERS'] = JSON.stringify([source]);
      const key = 'sentinel/été 2026/B02_é.JP2';

      for (const body of [key.normalize('NFC'), key.normalize('NFD')].flatMap((k) => [
        objectCreated(k),
        notification([k]),
      ])) {
        aws.executions.length = 0;
        await ledger.clear();
        const { reply, started } = await deliver(record(body));

        assert.deepEqual([reply, started], [ALL_DONE, [{ source: 'sentinel' }]]);
      }
    });
  }

  it('of one service in one batch start one refresh, whatever the shape of their events', async (t) => {
    logLines(t);
    const bodies = [objectCreated('landsat/a.tif'), objectCreated('landsat/b.tif'), notification(['landsat/c.tif'])];

    const { reply, started } = await deliver(...bodies.map((body) => record(body)));

    assert.deepEqual([reply, started], [ALL_DONE, [{ source: 'landsat' }]]);
  });

  it('of two services start one refresh each, also when one event tells of both', async (t) => {
    logLines(t);

    const { reply, started } = await deliver(record(notification(['landsat/a.tif', 'sentinel/été 2026/b.jp2'])));

    assert.deepEqual([reply, started], [ALL_DONE, [{ source: 'landsat' }, { source: 'sentinel' }]]);
  });

  it('have their keys decoded: spaces, accents and signs', async (t) => {
    logLines(t);

    const { started } = await deliver(record(notification(['sentinel/été 2026/a+b & c.jp2'])));

    assert.deepEqual(started, [{ source: 'sentinel' }]);
  });

  it('may have keys that only look encoded', async (t) => {
    logLines(t);

    const { started } = await deliver(record(objectCreated('landsat/100%.tif')));

    assert.deepEqual(started, [{ source: 'landsat' }]);
  });

  const nothingToDo: [what: string, body: object][] = [
    ['an object of zero bytes', objectCreated('landsat/a.tif', { size: 0 })],
    ['a folder of S3 itself', notification(['landsat/a.tif'], 'ObjectCreated:Put', 0)],
    ['another suffix', objectCreated('landsat/a.tif.aux.xml')],
    ['another prefix', objectCreated('Landsat/a.tif')],
    ['another bucket', objectCreated('landsat/a.tif', { bucket: 'your-rasters' })],
    ['an object that was removed', notification(['landsat/a.tif'], 'ObjectRemoved:Delete')],
    ['no record', { Records: [] }],
    ["S3's test event", { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'my-rasters' }],
  ];
  for (const [what, body] of nothingToDo) {
    it(`are done with, and nothing is started, for ${what}`, async (t) => {
      logLines(t);

      const { reply, started } = await deliver(record(body));

      assert.deepEqual([reply, started], [ALL_DONE, []]);
    });
  }

  it('are still found beside an object of zero bytes', async (t) => {
    logLines(t);
    const marker = notification(['landsat/'], 'ObjectCreated:Put', 0).Records;

    const { started } = await deliver(record({ Records: [...marker, ...notification(['landsat/a.tif']).Records] }));

    assert.deepEqual(started, [{ source: 'landsat' }]);
  });

  for (const body of ['', 'no JSON', 'null', '[]', '{}', '{"detail":{}}', '{"Records":[{"s3":{}}]}']) {
    it(`are refreshed although ${JSON.stringify(body)} stands beside them, which comes back alone`, async (t) => {
      logLines(t);

      const { reply, started } = await deliver(record(body, 'unreadable'), record(objectCreated('landsat/a.tif')));

      assert.deepEqual(reply, { batchItemFailures: [{ itemIdentifier: 'unreadable' }] });
      assert.deepEqual(started, [{ source: 'landsat' }]);
    });
  }

  it('come back, without the others, where their refresh could not be started', async (t) => {
    logLines(t);
    aws.refusal = { errorName: 'StateMachineDeleting', text: 'sentinel' };
    t.after(() => {
      aws.refusal = undefined;
    });

    const { reply, started } = await deliver(
      record(objectCreated('landsat/a.tif'), 'landsat'),
      record(objectCreated('sentinel/été 2026/b.jp2'), 'sentinel'),
      record(notification(['landsat/c.tif', 'sentinel/été 2026/d.jp2']), 'both'),
    );

    assert.deepEqual(reply, { batchItemFailures: [{ itemIdentifier: 'sentinel' }, { itemIdentifier: 'both' }] });
    assert.deepEqual(started, [{ source: 'landsat' }, { source: 'sentinel' }]);
  });

  it('delivered twice are one raster each, and one execution takes care of them', async (t) => {
    logLines(t);
    const messages = [record(objectCreated('landsat/a.tif')), record(objectCreated('landsat/b.tif'))];

    await deliver(...messages);
    await deliver(...messages.toReversed());

    assert.deepEqual(
      aws.executions.map(({ name }) => name),
      ['rasters-landsat-0', 'rasters-landsat-0'],
    );
    assert.deepEqual(await openKeys(), ['landsat/a.tif', 'landsat/b.tif']);
  });

  it('put again under the same key are another raster', async (t) => {
    logLines(t);
    const again = objectCreated('landsat/a.tif');
    Object.assign(again.detail.object, { sequencer: '00055AED6DCD90281E' });

    await deliver(record(objectCreated('landsat/a.tif')), record(again));

    assert.deepEqual(await openKeys(), ['landsat/a.tif', 'landsat/a.tif']);
  });

  it('with keys as long as S3 allows are recorded', async (t) => {
    logLines(t);
    const key = `landsat/${'é'.repeat(500)}.tif`;

    const { reply } = await deliver(record(objectCreated(key)));

    assert.deepEqual([reply, await openKeys()], [ALL_DONE, [key]]);
  });

  it('come back, all of them, where the stack does not say what they refresh', async (t) => {
    logLines(t);
    delete process.env['RASTERS'];

    const run = deliver(record(objectCreated('landsat/a.tif')));

    await assert.rejects(run, { message: /environment variable RASTERS is missing/ });
    assert.deepEqual(aws.executions, []);
  });
});
