import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import * as z from 'zod';
import { operations } from '../../../infra/operations.ts';
import { readSettings, type Settings, SettingsError } from '../../../infra/settings/settings.ts';
import { oddLike, oddText } from '../../support/odd-values.ts';
import { assertPrototypesUntouched, assertReadable, holds } from '../../support/properties.ts';

const RUNS = 120;
const folder = mkdtempSync(join(tmpdir(), 'cache-ops-settings-'));
const file = join(folder, 'settings.yaml');

const refresh = { target: 'city-gis', serviceName: 'Landsat', serviceType: 'ImageServer' };
const schedule = {
  name: 'nightly',
  operation: 'clear-rest-cache',
  expression: 'cron(0 3 * * ? *)',
  timezone: 'Europe/Paris',
  input: { target: 'city-gis', folderName: 'CachedServices' },
};
const GOOD = [
  { secretPrefix: 'cache-ops/', schedules: [schedule], notifications: { email: 'gis-team@example.org' } },
  { rasters: [{ bucket: 'my-rasters', prefix: 'landsat/', suffixes: ['.tif'], refresh }, { refresh }] },
  { jobs: { 'refresh-service': { maxDuration: 30, maxWaiting: 5 } }, ledger: { keepDays: 400 } },
  { windows: { nights: { days: ['mon'], from: '20:00', to: '06:00' } }, sites: { 'city-gis': { window: 'nights' } } },
];

/** What YAML gives a meaning to: anchors, aliases, tags, merges, documents, blocks, and keys that are no text. */
const YAML_PIECES = [
  ...[
    'schedules:',
    'rasters:',
    'jobs:',
    'input:',
    'refresh:',
    'name:',
    '<<:',
    '__proto__:',
    'constructor:',
    '? ',
    ': ',
  ],
  ...['&a ', '*a', '*b', '!!str ', '!!binary ', '!!set ', '!local ', '!!js/function ', '---\n', '...\n', '%YAML 1.1\n'],
  ...[
    '\n',
    '\n  ',
    '\n    ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    ', ',
    '"',
    "'",
    '|\n',
    '>-\n',
    '#',
    '~',
    '.nan',
    '.inf',
    '0x1f',
  ],
  ...['null', 'yes', '1e999', '2026-01-01', 'nightly', 'clear-rest-cache', '\t', '\u0000', '\ufeff'],
];
const yaml = fc.oneof(
  fc.string({ unit: fc.constantFrom(...YAML_PIECES), maxLength: 20 }),
  fc
    .tuple(fc.constant(readFileSync('infra/settings.yaml', 'utf8').replaceAll('# ', '')), fc.nat(), oddText)
    .map(([text, at, odd]) => text.slice(0, at % text.length) + odd + text.slice(at % text.length)),
);

/** The settings, or undefined where they are refused as they must be. */
function read(text: string): Settings | undefined {
  writeFileSync(file, text);
  try {
    return readSettings(file);
  } catch (error) {
    assert.ok(error instanceof SettingsError, error instanceof Error ? error.stack : String(error));
    assertReadable(error.message);
    assert.match(error.message, /\n {2}\S+settings\.yaml:\d+ /);
    return undefined;
  } finally {
    assertPrototypesUntouched();
  }
}

function assertSound(settings: Settings): void {
  const { schedules, rasters, ...more } = settings;
  assert.deepEqual(
    Object.keys(more).filter(
      (key) => !/^(secretPrefix|events|edges|clients|windows|sites|jobs|ledger|logDays|tags|notifications)$/.test(key),
    ),
    [],
  );
  for (const { operation, input, name } of schedules) {
    const schema = operations.find((known) => known.name === operation)?.inputSchema;
    assert.ok(schema && z.safeParse(schema, input).success, `${operation} is scheduled with an input that it refuses`);
    assert.match(name, /^[\w.-]{1,64}$/);
  }
  for (const { bucket, suffixes } of rasters) {
    assert.ok(bucket === undefined || /^[a-z0-9.-]{3,63}$/.test(bucket));
    assert.ok(suffixes.length > 0);
  }
  assert.ok(JSON.stringify(settings).length > 0);
}

describe('whatever the settings file holds', () => {
  after(() => rmSync(folder, { recursive: true }));

  it('is taken with every input that its operations take, or refused by a name, with lines', async () => {
    let taken = 0;

    await holds(
      fc.property(oddLike(GOOD), (text) => {
        const settings = read(text);

        if (settings === undefined) return;
        taken += 1;
        assertSound(settings);
        const keysGiven = Object.keys(Object(JSON.parse(text)));
        assert.ok(
          keysGiven.every((key) => key in settings),
          'a key was left out without a word',
        );
      }),
      RUNS,
    );

    assert.ok(taken > RUNS / 20, `only ${taken} files were good`);
  });

  it('is taken or refused by a name also when it is hardly YAML', async () => {
    await holds(
      fc.property(yaml, (text) => {
        const settings = read(text);

        if (settings !== undefined) assertSound(settings);
      }),
      RUNS,
    );
  });

  const MISUSES: [what: string, text: string, problem: RegExp][] = [
    ['an alias inside its own anchor', `rasters: [{ refresh: &r { target: g, serviceName: *r } }]`, /circular/],
    ['aliases that grow without end', billionLaughs(), /alias/i],
    ['__proto__ where any key may stand', 'jobs:\n  __proto__: { maxWaiting: 1 }\n', /:2 __proto__: unknown key/],
    ['an alias without its anchor', 'secretPrefix: *none', /none/],
  ];
  for (const [what, text, problem] of MISUSES) {
    it(`is refused with ${what}`, () => {
      writeFileSync(file, text);

      assert.throws(() => readSettings(file), { name: 'SettingsError', message: problem });
      assertPrototypesUntouched();
    });
  }
});

function billionLaughs(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let depth = 1; depth < 9; depth += 1) {
    lines.push(
      `a${depth}: &a${depth} [${Array(10)
        .fill(`*a${depth - 1}`)
        .join(', ')}]`,
    );
  }
  return lines.join('\n');
}
