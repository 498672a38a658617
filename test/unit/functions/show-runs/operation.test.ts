import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { showRuns } from '../../../../functions/show-runs/operation.ts';
import { OPEN } from '../../../../shared/ledger/entry.ts';
import { keepEnd } from '../../../../shared/ledger/last-runs.ts';
import { SeenRunsTable } from '../../../../shared/ledger/seen-runs.ts';
import { packed, type ScheduleOfList } from '../../../../shared/schedules/schedule-list.ts';
import { inSeconds, startTestLedger, waitingEntry } from '../../../support/test-ledger.ts';
import { buttonsIn, textIn } from '../../../support/widget.ts';

const TILES = 'manage-map-server-cache-tiles';
const CLEAR = 'clear-rest-cache';
const HOSTILE = `<img src=x onerror=alert(1)>"'&</style><script>alert(2)</script>`;
const arnOf = (operation: string, name: string) => `arn:aws:states:eu-west-1:1:execution:${operation}:${name}`;

type Values = Record<string, string | number | undefined>;

/** A ledger, and the page that it makes. */
async function open(t: TestContext, schedules: ScheduleOfList[] = []) {
  Object.assign(process.env, {
    ACT_ON_RUN_ARN: 'arn:aws:lambda:eu-west-1:1:function:act',
    SCHEDULES: packed(schedules, 3000),
    LOG_GROUPS: 'Stack-ClearRestCacheLogs-A1,/own/CheckJobLogs',
  });
  const ledger = await startTestLedger(t);
  const table = new SeenRunsTable('Ledger');
  return {
    ledger,
    runs: (operation: string, name: string, more: Values = {}) =>
      ledger.put({
        ...waitingEntry(operation, name),
        status: 'running',
        target: 'gis',
        executionArn: arnOf(operation, name),
        ...more,
      }),
    async ended(operation: string, name: string, more: Values = {}) {
      const entry = { operation, name, target: 'gis', startedAt: inSeconds(-120), finishedAt: inSeconds(-60), ...more };
      await keepEnd(ledger.table, { executionArn: arnOf(operation, name), ...entry } as never);
    },
    pause: (name: string, more: Values = {}) =>
      ledger.put({ operation: 'pause', name, until: inSeconds(3600), reason: 'maintenance', ...more }),
    page: async (widgetContext?: object) => String(await showRuns({ widgetContext }, table)),
    describe: () => showRuns({ describe: true }, table),
  };
}

describe('the page of the runs', () => {
  it('says of an empty ledger that nothing runs, failed or is planned', async (t) => {
    const { page } = await open(t);

    const text = textIn(await page());
    for (const part of [
      'Nothing runs.',
      'Nothing has failed in 14 days.',
      'There is no schedule.',
      'No run has ended here yet',
    ])
      assert.ok(text.includes(part), part);
  });

  it('shows a run with its percent, expected end and units, and what may be done with it', async (t) => {
    const { runs, page } = await open(t);
    const plan = JSON.stringify({ tiles: 100, units: 40, done: 12, failed: 1, scales: [] });
    const more = { percent: 42.7, expectedEnd: inSeconds(7500), plan, service: 'A/B.MapServer', startedBy: 'person' };
    await runs(TILES, 'nights', more);
    await runs(TILES, 'nights-unit-3-1', { parent: `${TILES}/nights`, tiles: 8 });

    const html = await page();
    const text = textIn(html);
    assert.match(
      text,
      /manage-map-server-cache-tiles of gis, A\/B\.MapServer nights since .* by person 42 % , is at work, 12 of 40 units done, 1 failed now: 1 unit /,
    );
    assert.match(text, /\(in 2 h 5 min\)/);
    assert.match(html, /role="progressbar"[^>]*aria-valuenow="42"><span style="width:42%">/);
    assert.match(html, /href="https:\/\/eu-west-1\.console\.aws\.amazon\.com\/states\/[^"]*:nights"/);
    const stops = buttonsIn(html).filter(({ label }) => label === 'Stop');
    assert.deepEqual(
      stops.map(({ event }) => event),
      [{ action: 'stop', run: `${TILES}/nights` }],
    );
    assert.match(stops[0]?.asks ?? '', /^Stop manage-map-server-cache-tiles of gis, A\/B\.MapServer\? A job/);
  });

  it('shows why a run waits, what pauses a target, and how to end that', async (t) => {
    const { runs, pause, page } = await open(t);
    await runs(CLEAR, 'waits', { status: 'waiting' });
    await runs(CLEAR, 'paused', { status: 'paused', pausedUntil: '2030-01-31T03:00:00Z', pausedFor: 'new disks' });
    await pause('gis');
    await pause('other', { until: inSeconds(-1) });

    const html = await page({ timezone: { offsetISO: '+02:00' } });
    const text = textIn(html);
    assert.match(text, /waits for its turn/);
    assert.match(text, /paused until 2030-01-31 05:00: new disks/);
    assert.match(text, /gis paused until .* \(in 1 h\): maintenance Resume/);
    assert.match(text, /All times in UTC\+02:00/);
    const events = buttonsIn(html).map(({ event }) => event);
    assert.deepEqual(
      events.filter(({ action }) => action !== 'stop'),
      [
        { action: 'pause', target: 'ALL', hours: 1 },
        { action: 'pause', target: 'ALL', hours: 12 },
        { action: 'resume', target: 'gis' },
      ],
    );
  });

  it('shows failures with what to do next, until they are two weeks old, and whether a later run succeeded', async (t) => {
    const { ended, page } = await open(t);
    const cause = JSON.stringify({ errorMessage: 'refused' });
    const plan = JSON.stringify({
      target: 'gis',
      inputService: 'A.MapServer',
      updateMode: 'RECREATE_ALL_TILES',
      plan: {},
    });
    await ended(TILES, 'mine', { status: 'failed', error: 'VendorAuthError', cause, input: plan });
    await ended(CLEAR, 'mended', { status: 'failed', error: 'VendorBusyError' });
    await ended(CLEAR, 'later', { status: 'succeeded', finishedAt: inSeconds(-1) });
    await ended('refresh-service', 'old', { status: 'failed', finishedAt: inSeconds(-15 * 86_400), target: 'old' });

    const html = await page();
    const text = textIn(html);
    assert.match(
      text,
      /VendorAuthError: refused Next: Correct the credentials in the secret, and look whether a job runs on\. Run the rest/,
    );
    assert.match(text, /Start the service on the server, [^.]*\. A later run succeeded\./);
    assert.equal(text.split('Next:').length - 1, 2);
    assert.equal(html.split('>log lines</a>').length - 1, 2);
    const rest = buttonsIn(html).filter(({ label }) => label === 'Run the rest');
    assert.deepEqual(rest[0]?.event, { action: 'resume-plan', run: `${TILES}/mine` });
    // Among the last runs all are, the old one too.
    assert.match(text, /Last runs .*clear-rest-cache gis .*succeeded.* refresh-service old .*failed/);
  });

  it('leads from a failure to the log lines of the run and its parts', async (t) => {
    const { ended, page } = await open(t);
    const name = 'nightly-(rest)~cache-of-the-whole-town-2026';
    await ended(CLEAR, name, { status: 'failed', startedAt: '2026-11-26T10:00:00Z', finishedAt: inSeconds(-60) });

    const [, link = ''] = /<a href="([^"]*#logsV2:[^"]*)"/.exec(await page()) ?? [];
    const [place, detail = ''] = link.replaceAll('&#39;', "'").split('$3FqueryDetail$3D');

    assert.equal(
      place,
      'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:logs-insights',
    );
    // Nothing that has a meaning in the address is left of what stands in it.
    assert.match(detail, /^~\(end~'[\w*.-]+~start~'2026-11-26T09\*3A55\*3A00\.000Z~timeType~'ABSOLUTE~tz~'UTC~/);
    const [, query = '', groups = ''] = /~editorString~'([\w*.-]+)~source~\((.*)\)\)$/.exec(detail) ?? [];
    const decoded = (text: string) => decodeURIComponent(text.replaceAll('*', '%'));
    assert.match(decoded(query), /\| filter execution like "nightly-\(rest\)~cache-of-the-whol"\n/);
    assert.deepEqual(groups.split("~'").map(decoded), ['', 'Stack-ClearRestCacheLogs-A1', '/own/CheckJobLogs']);
  });

  it('shows when schedules start next, the soonest first', async (t) => {
    const schedule = { operation: CLEAR, target: 'gis', timezone: 'UTC', enabled: true };
    const { page } = await open(t, [
      { ...schedule, name: 'off', expression: 'cron(0 3 * * ? *)', enabled: false },
      { ...schedule, name: 'interval', expression: 'rate(6 hours)' },
      { ...schedule, name: 'once', expression: 'at(2020-01-01T00:00:00)' },
      { ...schedule, name: 'late', expression: 'at(2099-01-01T00:00:00)' },
      { ...schedule, name: 'soon', expression: 'cron(* * * * ? *)' },
    ]);

    const text = textIn(await page());
    assert.match(
      text,
      /soon clear-rest-cache gis \S+ \S+ \(in .*?\).* late .*2099-01-01 00:00 .* switched off .* every 6 hours .* never again /,
    );
  });

  it('escapes every name, reason and message, in texts, attributes and what buttons send', async (t) => {
    const schedule = { operation: HOSTILE, target: HOSTILE, timezone: HOSTILE, enabled: false };
    const { runs, ended, pause, page } = await open(t, [{ ...schedule, name: HOSTILE, expression: HOSTILE }]);
    const odd = { target: HOSTILE, service: HOSTILE, startedBy: HOSTILE };
    await runs(CLEAR, HOSTILE, { ...odd, percent: 10, attachedTo: HOSTILE, expectedEnd: HOSTILE, plan: HOSTILE });
    await runs(CLEAR, 'paused', { ...odd, status: 'paused', pausedFor: HOSTILE, pausedUntil: HOSTILE });
    await runs(CLEAR, 'child', { ...odd, parent: `${CLEAR}/${HOSTILE}` });
    await ended(TILES, HOSTILE, { ...odd, status: 'failed', error: HOSTILE, cause: HOSTILE, attachedTo: HOSTILE });
    await pause(HOSTILE, { reason: HOSTILE });

    const html = await page({ theme: HOSTILE, timezone: { offsetISO: HOSTILE } });
    const tags = new Set([...html.matchAll(/<\/?([a-z][\w-]*)/gi)].map(([, tag]) => tag));
    assert.deepEqual([...tags].toSorted(), [
      'a',
      'br',
      'button',
      'caption',
      'cwdb-action',
      'div',
      'h2',
      'p',
      'span',
      'strong',
      'style',
      'table',
      'tbody',
      'td',
      'th',
      'thead',
      'tr',
    ]);
    // Every attribute is one of ours: none was opened by a quote in a name.
    const attributes = [...html.matchAll(/<[a-z][\w-]*((?:\s+[a-z-]+="[^"<>]*")*)\s*>/g)].length;
    assert.equal(attributes, [...html.matchAll(/<[a-z]/g)].length);
    assert.doesNotMatch(html, /\son\w+="/);
    const stop = buttonsIn(html).find(({ label }) => label === 'Stop');
    assert.ok(textIn(html).includes(HOSTILE) && buttonsIn(html).length >= 4);
    assert.ok(String(stop?.event['run']).startsWith(`${CLEAR}/`));
  });

  it('has no script, can be heard, and is dark where the dashboard is', async (t) => {
    const { runs, page } = await open(t);
    await runs(CLEAR, 'mine');

    const html = await page({ theme: 'dark' });
    assert.doesNotMatch(html, /<script|<iframe|<use|javascript:|\son\w+=/);
    assert.match(html, /class="co cwdb-no-default-styles co-dark"/);
    assert.match(html, /\.cwdb-theme-dark \.co,/);
    for (const [table] of html.matchAll(/<table>.*/g)) assert.match(table, /<caption.*<th scope="col">/);
    for (const { says } of buttonsIn(html)) assert.match(says, /^(?:Stop|Pause) .+/);
    assert.doesNotMatch(await page({ theme: 'light' }), / co-dark"/);
  });

  it('takes anything for an event, and says what it is when it is asked', async (t) => {
    const { describe: ask } = await open(t);

    for (const event of [undefined, null, 'text', [], { widgetContext: 5 }, { widgetContext: { timezone: 'x' } }])
      assert.match(String(await showRuns(event, new SeenRunsTable('Ledger'))), /Nothing runs\./);
    assert.match(String(Object(await ask()).markdown), /^## Runs of cache-ops/);
  });
});

describe('the page of ten thousand entries', () => {
  it('takes five reads of the table, however many runs there are', async (t) => {
    const { ledger, runs, ended, page } = await open(t);
    const entries = Array.from({ length: 10_000 }, (_, index) => {
      const done = index >= 300;
      const operation = [CLEAR, TILES, 'refresh-service'][index % 3] ?? CLEAR;
      const startedAt = new Date(Date.now() - index * 60_000).toISOString();
      const entry = { operation, name: `run-${index}`, target: `gis-${index % 40}`, startedAt };
      return {
        ...entry,
        status: done ? 'succeeded' : 'waiting',
        ...(done ? { finishedAt: startedAt } : { open: OPEN }),
      };
    });
    await ledger.putAll(entries);
    for (const [index, entry] of entries.slice(300, 700).entries())
      await ended(entry.operation, entry.name, { ...entry, status: index % 4 === 0 ? 'failed' : 'succeeded' });
    await runs(TILES, 'oldest', { startedAt: inSeconds(-30 * 86_400), percent: 3 });
    ledger.calls.length = 0;

    const started = performance.now();
    const html = await page();
    const milliseconds = performance.now() - started;

    assert.deepEqual(ledger.calls.toSorted(), ['BatchGetItem', 'Query', 'Query', 'Query', 'Query']);
    const text = textIn(html);
    assert.match(text, /301 runs have not ended, 100 failures\./);
    assert.match(text, /And 201 more, which started later\./);
    assert.match(text, /And 90 more in 14 days\./);
    assert.match(text, /Running .*oldest.* 3 %/);
    assert.ok(Buffer.byteLength(html) < 400_000, String(Buffer.byteLength(html)));
    t.diagnostic(`${Math.round(milliseconds)} ms, ${Buffer.byteLength(html)} bytes`);
  });
});
