import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readSettings } from '../../infra/settings/settings.ts';
import { DAYS } from '../../shared/windows/window.ts';

const folder = mkdtempSync(join(tmpdir(), 'cache-ops-windows-'));
const file = join(folder, 'settings.yaml');
after(() => rmSync(folder, { recursive: true }));

const NIGHTS = 'windows:\n  nights: { from: "20:00", to: "06:00" }\n';
const TILES = '{ target: a, inputService: B.MapServer, updateMode: DELETE_TILES, plan: { window: nigths } }';
const SCHEDULE = `schedules:\n  - name: s\n    operation: manage-map-server-cache-tiles\n    expression: rate(1 day)\n    input: ${TILES}\n`;

const windowWith = (more: string) => `windows:\n  nights: { from: "20:00", to: "06:00", ${more} }\n`;
const siteWith = (more: string) => `${NIGHTS}sites:\n  city-gis: { ${more} }\n`;

const mistakes: [what: string, yaml: string, problem: RegExp][] = [
  [
    'a day by another name',
    windowWith('days: [mon, thurs]'),
    /:2 windows\.nights\.days\[1\]: must be one of mon, .*did you mean thu\?/,
  ],
  ['no day at all', windowWith('days: []'), /:2 windows\.nights\.days: must name at least one day; leave/],
  ['a near key', windowWith('timeZone: UTC'), /:2 windows\.nights\.timeZone: unknown key; .*did you mean timezone\?/],
  ['a time zone that is none', windowWith('timezone: Europe/Pari'), /:2 windows\.nights\.timezone: must be an IANA/],
  ['a day that there is not', windowWith('except: [2026-02-30]'), /:2 windows\.nights\.except\[0\]: must be a day as/],
  [
    'a time that there is not',
    NIGHTS.replace('20:00', '24:00'),
    /:2 windows\.nights\.from: must be a time of the clock/,
  ],
  [
    'a time without its end',
    'windows:\n  nights: { from: "20:00" }\n',
    /:2 windows\.nights\.to: must be a time of the clock/,
  ],
  [
    'a number as a time',
    NIGHTS.replace('"20:00"', '20'),
    /:2 windows\.nights\.from: must be a time of the clock in quotes/,
  ],
  ['a window of the name none', NIGHTS.replace('nights', 'none'), /:2 windows\.none: unknown key: it must not be none/],
  [
    'a window that is near another',
    siteWith('window: night'),
    /:4 sites\.city-gis\.window: must be the name of a window; the windows are nights \(did you mean nights\?\)$/,
  ],
  [
    'a window where there are none',
    'sites:\n  a: { window: night }\n',
    /:2 sites\.a\.window: must be the name of a window; there are none$/,
  ],
  ['no job at once', siteWith('jobsAtOnce: 0'), /:4 sites\.city-gis\.jobsAtOnce: must be more than 0$/],
  ['half a tile', siteWith('maxTiles: 0.5'), /:4 sites\.city-gis\.maxTiles: must be a whole number$/],
  [
    'a near key of a site',
    siteWith('maxTile: 5'),
    /:4 sites\.city-gis\.maxTile: unknown key; .*did you mean maxTiles\?/,
  ],
  ['a target that cannot be', `sites:\n  city gis: {}\n`, /:2 sites\.city gis: unknown key: it must be 1-64 letters/],
  [
    'a near window in the plan of a schedule',
    `${NIGHTS}${SCHEDULE}`,
    /:7 schedules\[0\]\.input\.plan\.window: must be the name of a window; .*did you mean nights\?/,
  ],
  [
    'a near window in the plan of an event',
    `${NIGHTS}events:\n  - { name: e, pattern: { source: [x] }, operation: manage-map-server-cache-tiles, input: ${TILES} }\n`,
    /:4 events\[0\]\.input\.plan\.window: must be the name of a window; .*did you mean nights\?/,
  ],
  [
    'a near window in the tiles of a raster source',
    `${NIGHTS}rasters:\n  - refresh: { target: a, serviceName: B, serviceType: ImageServer }\n    tiles: { inputService: B.ImageServer, plan: { window: nigths } }\n`,
    /:5 rasters\[0\]\.tiles\.plan\.window: must be the name of a window; .*did you mean nights\?/,
  ],
];

function problemsOf(yaml: string): string[] {
  writeFileSync(file, yaml);
  try {
    readSettings(file);
    return [];
  } catch (error) {
    return (error instanceof Error ? error.message : '').split('\n').slice(1);
  }
}

describe('windows and sites of the settings', () => {
  for (const [what, yaml, problem] of mistakes) {
    it(`are refused with ${what}, which is named with its line`, () => {
      const problems = problemsOf(yaml);

      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', problem);
    });
  }

  it('have every day, UTC, four jobs at once and ten million tiles where nothing is said', () => {
    writeFileSync(file, `${NIGHTS}sites:\n  city-gis: {}\n`);
    const { windows, sites } = readSettings(file);

    assert.deepEqual(windows, { nights: { timezone: 'UTC', days: [...DAYS], from: '20:00', to: '06:00', except: [] } });
    assert.deepEqual(sites, { 'city-gis': { jobsAtOnce: 4, maxTiles: 10_000_000 } });
  });

  it('may be missing or empty, and a plan may do without a window', () => {
    assert.deepEqual(problemsOf('schedules: []\n'), []);
    assert.deepEqual(problemsOf('windows:\nsites:\n'), []);
    assert.deepEqual(problemsOf(SCHEDULE.replace('nigths', 'none, reason: "a new map"')), []);
    assert.deepEqual(problemsOf(`${NIGHTS}${SCHEDULE.replace('nigths', 'nights')}`), []);
  });
});
