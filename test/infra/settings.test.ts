import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readSettings, SettingsError } from '../../infra/settings/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'cache-ops-settings-'));
after(() => rmSync(folder, { recursive: true }));

const schedule = (line: string) => `schedules:
  - name: nightly
    operation: clear-rest-cache
    ${line}
    input: { target: city-gis }
`;
const raster = (line: string) => `rasters:
  - refresh: { target: city-gis, serviceName: Landsat, serviceType: ImageServer }
    ${line}
`;
const job = (line: string) => `jobs:
  refresh-service:
    ${line}
`;
const EXPRESSION = 'expression: rate(1 day)';

/** What the file says wrong, and where the message must point. */
const mistakes: [behaviour: string, yaml: string, expected: RegExp][] = [
  ['an unknown key at the top', 'secretPrefix: a/\nschedule: []\n', /:2 schedule: unknown key; .*mean schedules\?/],
  [
    'an unknown key of a schedule',
    schedule(`${EXPRESSION}\n    timezon: UTC`),
    /:5 schedules\[0\]\.timezon: .*mean timezone\?/,
  ],
  ['a missing key at its parent', schedule('enabled: true'), /:2 schedules\[0\]\.expression: is missing$/],
  [
    'an unknown operation',
    schedule(EXPRESSION).replace('clear-rest-cache', 'clear'),
    /:3 schedules\[0\]\.operation: must be one of clear-rest-cache, /,
  ],
  [
    'a broken expression',
    schedule('expression: cron(0 3 * * *)'),
    /:4 schedules\[0\]\.expression: cron needs 6 fields/,
  ],
  [
    'a time zone that is none',
    schedule(`${EXPRESSION}\n    timezone: Europe/Pariss`),
    /:5 schedules\[0\]\.timezone: must be an IANA time zone/,
  ],
  [
    'a time zone in another case',
    schedule(`${EXPRESSION}\n    timezone: europe/paris`),
    /:5 schedules\[0\]\.timezone: must be an IANA/,
  ],
  [
    'an offset instead of a time zone',
    schedule(`${EXPRESSION}\n    timezone: "+01:00"`),
    /:5 schedules\[0\]\.timezone: must be an IANA/,
  ],
  [
    'a name that EventBridge Scheduler refuses',
    schedule(EXPRESSION).replace('nightly', 'each night'),
    /:2 schedules\[0\]\.name: must be 1-64/,
  ],
  [
    'text where yes or no belongs',
    schedule(`${EXPRESSION}\n    enabled: "yes"`),
    /:5 schedules\[0\]\.enabled: must be true or false, not text$/,
  ],
  [
    "an unknown key of a schedule's input",
    schedule(EXPRESSION).replace('city-gis }', 'city-gis,\n      folder: A }'),
    /:6 schedules\[0\]\.input\.folder: unknown key; the keys are target/,
  ],
  [
    "a wrong value in a schedule's input",
    schedule(EXPRESSION).replace('city-gis', 'city gis'),
    /:5 schedules\[0\]\.input\.target: must be 1-64/,
  ],
  [
    "a missing key of a schedule's input",
    schedule(EXPRESSION).replace('target: city-gis', ''),
    /:5 schedules\[0\]\.input\.target: /,
  ],
  ['a secret prefix that would open every secret', 'secretPrefix: ""\n', /:1 secretPrefix: must be 1-448/],
  ['a secret prefix with a wildcard', 'secretPrefix: "*"\n', /:1 secretPrefix: must be/],
  ['an address as bucket', raster('bucket: s3://rasters'), /:3 rasters\[0\]\.bucket: must be a bucket's name/],
  ['a bucket name with two dots', raster('bucket: my..rasters'), /:3 rasters\[0\]\.bucket: /],
  ['an IP address as bucket', raster('bucket: 192.168.5.4'), /:3 rasters\[0\]\.bucket: /],
  ['a pattern as prefix', raster('prefix: landsat/*'), /:3 rasters\[0\]\.prefix: is taken literally/],
  ['an empty prefix', raster('prefix: ""'), /:3 rasters\[0\]\.prefix: must not be empty/],
  [
    'a quiet time without end',
    raster('together: { quiet: 4000 }'),
    /:3 rasters\[0\]\.together\.quiet: must be seconds/,
  ],
  ['no suffix', raster('suffixes: []'), /:3 rasters\[0\]\.suffixes: must name at least one/],
  [
    'an unknown key of a refresh',
    raster('').replace('Landsat,', 'Landsat, service: A,'),
    /:2 rasters\[0\]\.refresh\.service: unknown key; the keys are target/,
  ],
  ['an address that is no e-mail', 'notifications: { email: gis }\n', /:1 notifications\.email: must be an e-mail/],
  [
    'an immediate operation as a job',
    'jobs:\n  clear-rest-cache: { maxDuration: 1 }\n',
    /:2 jobs\.clear-rest-cache: unknown key; the keys are delete-map/,
  ],
  ['an unknown key of a job', job('maxWait: 1'), /:3 jobs\.refresh-service\.maxWait: unknown key; the keys are maxD/],
  ['a job that may last no time', job('maxDuration: 0'), /:3 jobs\.refresh-service\.maxDuration: must be more than 0$/],
  [
    'a job of more than 300 days',
    job('maxDuration: 300.5'),
    /:3 jobs\.refresh-service\.maxDuration: must be days, 300 at most$/,
  ],
  [
    'a duration with a unit',
    job('maxDuration: 14d'),
    /:3 jobs\.refresh-service\.maxDuration: must be a number, not text$/,
  ],
  ['half a run that may wait', job('maxWaiting: 1.5'), /:3 jobs\.refresh-service\.maxWaiting: must be a whole number$/],
  [
    'fewer than no runs that may wait',
    job('maxWaiting: -1'),
    /:3 jobs\.refresh-service\.maxWaiting: must be 0 or more$/,
  ],
  [
    'more than 100 runs that may wait',
    job('maxWaiting: 101'),
    /:3 jobs\.refresh-service\.maxWaiting: must be 100 or less$/,
  ],
  ['a ledger of 29 days', 'ledger:\n  keepDays: 29\n', /:2 ledger\.keepDays: must be 30 or more$/],
  [
    'a ledger that keeps for more than ten years',
    'ledger:\n  keepDays: 3651\n',
    /:2 ledger\.keepDays: must be 3650 or less$/,
  ],
  ['half a day of the ledger', 'ledger:\n  keepDays: 30.5\n', /:2 ledger\.keepDays: must be a whole number$/],
  ['an unknown key of the ledger', 'ledger:\n  keep: 5\n', /:2 ledger\.keep: unknown key; the keys are keepDays/],
  ['a broken line of YAML', 'secretPrefix: a/\nschedules: [\n', /:2 has a \[ that nothing closes$/],
  ['a key that stands twice', 'schedules: []\nschedules: []\n', /:2 schedules stands twice here: keep one$/],
  ['an alias without its anchor', 'schedules: *none\n', /:1 .*none/],
  ['an empty file', '', /:1 must be an object, not null$/],
];

const limits: [behaviour: string, yaml: string][] = [
  ['a job of minutes', job('maxDuration: 0.01')],
  ['a job of 300 days', job('maxDuration: 300')],
  ['no run that may wait', job('maxWaiting: 0')],
  ['100 runs that may wait', job('maxWaiting: 100')],
  ['a ledger of thirty days', 'ledger: { keepDays: 30 }\n'],
  ['a ledger of ten years', 'ledger: { keepDays: 3650 }\n'],
];

/** What settings are that say nothing of it. */
const DEFAULTS = {
  events: [],
  edges: [],
  clients: { websocket: false },
  jobs: {},
  windows: {},
  sites: {},
  ledger: { keepDays: 400 },
  logDays: 365,
  tags: {},
};

describe('readSettings', () => {
  for (const [behaviour, yaml, expected] of mistakes) {
    it(`refuses ${behaviour} and says where`, () => {
      const file = settingsFile(yaml);

      const message = messageOf(file);

      const [, problem = '', ...more] = message.split('\n');
      assert.deepEqual(more, []);
      assert.match(problem, expected);
      assert.ok(problem.startsWith(`  ${file}:`));
    });
  }

  it('lists every problem at once, in the order of the lines', () => {
    const file = settingsFile(
      `secretPrefix: "a b"\n${schedule('expression: rate(1 days)').replace('nightly', 'a b')}${raster('prefix: "*"')}`,
    );

    const message = messageOf(file);

    const lines = [...message.matchAll(/:(\d+) /g)].map(([, line]) => Number(line));
    assert.deepEqual(lines, [1, 3, 5, 9]);
  });

  it('refuses a second schedule of the same name, also beside other problems', () => {
    const one = schedule(EXPRESSION);
    const file = settingsFile(
      `secretPrefix: "*"\n${one}${one.replace('schedules:\n', '').replace('rate(1 day)', '1 day')}`,
    );

    const message = messageOf(file);

    assert.match(message, /:7 schedules\[1\]\.name: "nightly" is used twice\n/);
    assert.match(message, /:9 schedules\[1\]\.expression: must be cron/);
  });

  it('points at the line of the anchor for what an alias brings, and at the alias for what it lacks', () => {
    const file =
      settingsFile(`${schedule(EXPRESSION).replace('{ target: city-gis', '&gis { folderName: A, target: gis')}
  - name: again
    operation: purge-microstrategy-caches
    expression: rate(2 days)
    input: *gis
`);

    const message = messageOf(file);

    assert.match(message, /:5 schedules\[1\]\.input\.folderName: unknown key/);
    assert.match(message, /:10 schedules\[1\]\.input\.projects: /);
  });

  it('refuses raster sources that do not fit into the environment of a function', () => {
    const sources = Array.from(
      { length: 30 },
      (_, index) =>
        `  - prefix: area-${index}/\n    refresh: { target: gis, serviceName: S${index}, serviceType: ImageServer }\n`,
    );
    const file = settingsFile(`rasters:\n${sources.join('')}`);

    const message = messageOf(file);

    assert.match(message, /:1 rasters: need \d+ bytes as environment of start-refresh, Lambda allows 4096/);
  });

  it('refuses a file that does not exist', () => {
    const message = messageOf(join(folder, 'none.yaml'));

    assert.match(message, /none\.yaml cannot be read: ENOENT/);
  });

  it('fills in the defaults and leaves the inputs as they are written', () => {
    const file = settingsFile(`${schedule(EXPRESSION)}${raster('')}`);

    const settings = readSettings(file);

    assert.deepEqual(settings, {
      secretPrefix: 'cache-ops/',
      schedules: [
        {
          name: 'nightly',
          operation: 'clear-rest-cache',
          expression: 'rate(1 day)',
          timezone: 'UTC',
          enabled: true,
          input: { target: 'city-gis' },
        },
      ],
      rasters: [
        {
          suffixes: ['.tif', '.tiff'],
          together: { quiet: 60, longest: 900 },
          refresh: { target: 'city-gis', serviceName: 'Landsat', serviceType: 'ImageServer' },
        },
      ],
      ...DEFAULTS,
    });
  });

  it('fills in what a job of the settings leaves out', () => {
    const file = settingsFile('jobs:\n  refresh-service: { maxDuration: 300 }\n  delete-map-server-cache: {}\n');

    const { jobs } = readSettings(file);

    assert.deepEqual(jobs, {
      'refresh-service': { maxDuration: 300, maxWaiting: 10 },
      'delete-map-server-cache': { maxDuration: 14, maxWaiting: 10 },
    });
  });

  for (const [behaviour, yaml] of limits) {
    it(`accepts ${behaviour}`, () => {
      const file = settingsFile(yaml);

      assert.doesNotThrow(() => readSettings(file));
    });
  }

  it('accepts the shipped settings, which ask for nothing', () => {
    const settings = readSettings('infra/settings.yaml');

    assert.deepEqual(settings, {
      secretPrefix: 'cache-ops/',
      schedules: [],
      rasters: [],
      ...DEFAULTS,
    });
  });
});

function settingsFile(yaml: string): string {
  const file = join(folder, 'settings.yaml');
  writeFileSync(file, yaml);
  return file;
}

function messageOf(file: string): string {
  try {
    readSettings(file);
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    assert.equal(error.name, 'SettingsError');
    return error.message;
  }
  return assert.fail('the settings were accepted');
}
