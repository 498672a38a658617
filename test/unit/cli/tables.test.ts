import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runAsJson, runAsText } from '../../../cli/run-view.ts';
import { runsTable } from '../../../cli/runs-table.ts';
import { type SummaryRow, summaryTable } from '../../../cli/summary-table.ts';
import { fits, textTable } from '../../../cli/text-table.ts';
import { plainScreen, wordsOf } from '../../support/screens.ts';

const COLUMNS = [{ title: 'Operation' }, { title: 'Seconds', align: 'right' as const }, { title: 'Done' }];
const LONG = 'eighty-five tiles were created and two hundred and fifty-six were left as they were, all in all';

const error = (errorType: string, errorMessage: string) => ({ error: { errorType, errorMessage } });
const rows: SummaryRow[] = [
  {
    operation: 'manage-map-server-cache-tiles',
    startedBy: 'schedule hourly-basemap-tiles',
    target: 'microstrategy',
    outcome: {
      result: {
        operation: 'manage-map-server-cache-tiles',
        status: 'succeeded',
        service: 'CachedServices/Streets.MapServer',
        messages: [{ text: LONG }, { text: 'Succeeded.' }],
      },
    },
    seconds: 3.72,
    requests: 14,
  },
  {
    operation: 'purge-microstrategy-caches',
    startedBy: 'hand',
    target: 'bi',
    outcome: error('VendorUnreachableError', `The server does not answer:\n${LONG} ${LONG}`),
    seconds: 186,
    requests: 1,
  },
  {
    operation: 'refresh-service',
    startedBy: 'new rasters',
    target: 'arcgis',
    outcome: error('JobCancelledError', 'The run was stopped: its job j1 is cancelled on the server.'),
    seconds: 1,
    requests: 0,
  },
];

describe('a table', () => {
  it('has a line for each row where there is no terminal', () => {
    const table = textTable(COLUMNS, [['refresh-service', '1.5', LONG]]);

    assert.deepEqual(table.split('\n'), [
      `Operation        Seconds  Done`,
      `---------------  -------  ${'-'.repeat(LONG.length)}`,
      `refresh-service      1.5  ${LONG}`,
    ]);
  });

  it('wraps its last column beside the others, or below them where there is less room', () => {
    const row = ['manage-map-server-cache-tiles', '1.5', LONG];

    const beside = textTable(COLUMNS, [row], 80).split('\n');
    const below = textTable(COLUMNS, [row], 60).split('\n');

    assert.deepEqual([fits(COLUMNS, [row], 80), fits(COLUMNS, [row], 60)], [true, false]);
    assert.equal(beside[2], 'manage-map-server-cache-tiles      1.5  eighty-five tiles were created and two');
    assert.equal(below[3], 'manage-map-server-cache-tiles      1.5');
    assert.equal(below[4], '  eighty-five tiles were created and two hundred and');
  });

  it('leaves no empty line below a row whose last column is empty', () => {
    const table = textTable(
      COLUMNS,
      [
        ['manage-map-server-cache-tiles', '1', ''],
        ['manage-map-server-cache-tiles', '2', LONG],
      ],
      60,
    );

    assert.doesNotMatch(table, /\n\n/);
  });

  it('counts no colours as characters', () => {
    const table = textTable(COLUMNS, [['\u001b[32mrefresh-service\u001b[39m', '1.5', 'all']]);

    assert.equal(table.split('\n')[0], 'Operation        Seconds  Done');
  });
});

describe('the end of the tour', () => {
  for (const width of [80, 100, 131, 200]) {
    it(`keeps to ${width} characters and breaks no word`, () => {
      const text = summaryTable(rows, plainScreen(width));

      assert.deepEqual(
        text.split('\n').filter((line) => line.length > width),
        [],
      );
      const whole = new Set(wordsOf(summaryTable(rows, plainScreen())).flatMap((word) => [word, `${word}:`]));
      assert.deepEqual(
        wordsOf(text, width).filter(
          (word) => !whole.has(word) && !/^(\d+|requests?:?|arcgis,|bi,|microstrategy,)$/.test(word),
        ),
        [],
      );
    });
  }

  it('shows every error whole below the table', () => {
    const text = summaryTable(rows, plainScreen(80));

    const [, below = ''] = text.split('\n\n');
    assert.match(below, /^VendorUnreachableError of purge-microstrategy-caches, started by hand:\n {2}The server/);
    assert.equal(below.split(/\s+/).join(' ').split(LONG).length, 3);
  });

  it('tells what was stopped from what failed', () => {
    const table = summaryTable(rows, plainScreen());

    const statuses = table
      .split('\n')
      .slice(2, 5)
      .map((line) => line.split(/ {2,}/)[3]);
    assert.deepEqual(statuses, ['succeeded', 'failed', 'stopped']);
  });

  it('shows nothing of a server that would steer the terminal', () => {
    const evil = { ...rows[1], outcome: error('VendorRejectedError', 'no\u001b]0;title\u0007\u001b[2J\u0000\rgone') };

    const text = summaryTable([evil as SummaryRow], plainScreen(80));

    assert.doesNotMatch(text, /[^\P{Cc}\n]/u);
  });

  it('says so when nothing was run', () => {
    assert.equal(summaryTable([], plainScreen(80)), 'Nothing was run.');
  });
});

const TILES = 'manage-map-server-cache-tiles';
const run = (number: number, more: object = {}) => ({
  operation: TILES,
  name: `run-${number}`,
  startedAt: `2026-01-01T00:00:0${number}.000Z`,
  ...more,
});
const watched = run(1, {
  target: 'city-gis',
  service: 'Imagery/Landsat.ImageServer',
  startedBy: 'person',
  status: 'succeeded',
  finishedAt: '2026-01-01T00:01:31.500Z',
  polls: 13,
  watchingCost: 0.00191,
  jobId: 'j1',
});
const failed = run(2, {
  target: 'city-gis',
  status: 'failed',
  error: 'JobFailedError',
  cause: JSON.stringify({ errorType: 'JobFailedError', errorMessage: LONG, trace: [] }),
});
const attached = run(3, { target: 'city-gis', status: 'succeeded', attachedTo: 'run-1' });

const planned = run(4, {
  target: 'city-gis',
  service: 'Streets.MapServer',
  status: 'running',
  startedBy: 'person',
  input: JSON.stringify({ target: 'city-gis', updateMode: 'RECREATE_ALL_TILES', reason: LONG }),
  plan: JSON.stringify({ tiles: 4000, units: 40, done: 12, failed: 1, scales: [] }),
  percent: 30.7,
  expectedEnd: '2026-01-02T04:20:30.000Z',
});

describe('one run', () => {
  it('is shown to people in lines of 80 characters, with what is known of it', () => {
    const text = runAsText(planned, plainScreen(80));

    assert.deepEqual(
      text.split('\n').filter((line) => line.length > 80),
      [],
    );
    assert.match(
      text,
      /^manage-map-server-cache-tiles\/run-4\nStatus +running, 31 %, ends about 2026-01-02 04:20 UTC\n/,
    );
    assert.match(text, /^Units +12 of 40 units, 1 failed$/m);
    assert.match(text, /^Started +2026-01-01 00:00 UTC, by person$/m);
    assert.match(runAsText(failed, plainScreen(200)), /^Error +JobFailedError: eighty-five/m);
  });

  it('is an object for programs, with its name in front and its texts in their own form', () => {
    const { input, plan, ...more } = Object(runAsJson(planned));

    assert.equal(Object.keys(more)[0], 'run');
    assert.equal(more.run, 'manage-map-server-cache-tiles/run-4');
    assert.deepEqual([input.target, plan.units], ['city-gis', 40]);
  });
});

describe('the list of runs', () => {
  it('says where and why, a line for each run where there is no terminal', () => {
    const table = runsTable([watched, failed, attached], plainScreen());

    const [heading, , ...lines] = table.split('\n').map((line) => line.split(/ {2,}/));
    assert.deepEqual(heading, ['Started (UTC)', 'Operation', 'Run', 'Target', 'Service', 'Status', 'Reason']);
    assert.deepEqual(lines, [
      ['2026-01-01 00:00:01', TILES, 'run-1', 'city-gis', 'Imagery/Landsat.ImageServer', 'succeeded'],
      ['2026-01-01 00:00:02', TILES, 'run-2', 'city-gis', 'failed', `JobFailedError: ${LONG}`],
      ['2026-01-01 00:00:03', TILES, 'run-3', 'city-gis', 'succeeded', 'with run-1'],
    ]);
  });

  it('keeps to 80 characters', () => {
    const table = runsTable([watched, failed], plainScreen(80));

    assert.deepEqual(
      table.split('\n').filter((line) => line.length > 80),
      [],
    );
    assert.deepEqual(table.split('\n').slice(3), [
      '2026-01-01 00:00:01  manage-map-server-cache-tiles  succeeded',
      '  run-1, city-gis, Imagery/Landsat.ImageServer',
      '2026-01-01 00:00:02  manage-map-server-cache-tiles  failed',
      '  run-2, city-gis: JobFailedError: eighty-five tiles were created and two',
      '  hundred and fifty-six were left as they were, all in all',
    ]);
  });

  it('says of a run that is at work how far it is, and when it will end', () => {
    const entry = { ...planned, name: '1a2b3c4d-0000-4000-8000-0123456789ab' };

    const row = runsTable([entry], plainScreen()).split('\n')[2]?.split(/ {2,}/);

    assert.equal(row?.[2], '1a2b3c4d');
    assert.deepEqual(row?.slice(5), ['running', '12 of 40 units, 1 failed, 31 %, ends about 2026-01-02 04:20 UTC']);
  });

  it('cuts a reason that is very long', () => {
    const table = runsTable([run(1, { status: 'failed', cause: 'word '.repeat(6000) })], plainScreen());

    assert.ok(table.length < 1000);
    assert.match(table, /…$/);
  });

  it('has all columns when it is wide', () => {
    const table = runsTable([watched], plainScreen(80), { wide: true });

    const [heading, , line] = table.split('\n').map((one) => one.split(/ {2,}/));
    assert.deepEqual(heading?.slice(6), ['Started by', 'Seconds', 'Polls', 'AWS cost', 'Job id', 'Reason']);
    assert.deepEqual(line?.slice(6), ['person', '90.5', '13', '$0.0019', 'j1']);
  });
});
