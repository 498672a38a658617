import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { operations } from '../../../infra/operations.ts';
import { settingsSchema } from '../../../infra/settings/settings.ts';
import { soughtJobSchema, watchSchema } from '../../../shared/jobs/job-reference.ts';
import { arcgisTargetSchema, microstrategyTargetSchema } from '../../../shared/targets/target.ts';
import { attacks, regularExpressions } from '../../support/regular-expressions.ts';
import { watchOf } from '../../support/watch.ts';

/** Short ones first: what doubles with each character is found before it takes for ever. */
const LENGTHS = [22, 500, 8_000];
/** Linear work on the longest text takes far less, quadratic work more. */
const SUSPICIOUS_MS = 15;
/** Twice the length takes twice the time, or four times where it is quadratic. */
const MAX_RATIO = 3;
const LOOKS = 3;

type Attack = (times: number) => string;

function milliseconds(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

/** Whether time grows faster than the text. What seems to take long is looked at again: the best of some looks counts. */
function growsTooFast(work: (text: string) => unknown, attack: Attack): boolean {
  const length = LENGTHS.find((times) => milliseconds(() => work(attack(times))) > SUSPICIOUS_MS);
  if (length === undefined) return false;
  const best = (times: number) => {
    const text = attack(times);
    return Math.min(...Array.from({ length: LOOKS }, () => milliseconds(() => work(text))));
  };
  const longest = best(length);
  return longest > SUSPICIOUS_MS && longest / best(length / 2) > MAX_RATIO;
}

/** The attack that takes too long, shown short. */
function foundAttack(work: (text: string) => unknown, all: Attack[]): string | undefined {
  const found = all.find((attack) => growsTooFast(work, attack));
  return found && JSON.stringify(found(3));
}

const expressions = regularExpressions();

describe('the time that a regular expression takes', () => {
  it('is looked at for those of the whole code', () => {
    const files = new Set(expressions.map(({ place }) => place.split(':')[0]));

    assert.ok(expressions.length >= 60, `only ${expressions.length} were found`);
    for (const file of ['shared/targets/target.ts', 'shared/arcgis/service-name.ts', 'infra/settings/settings.ts']) {
      assert.ok(files.has(file), file);
    }
  });

  for (const { place, expression } of expressions) {
    it(`grows with the text and no faster for the one of ${place}`, () => {
      const attack = foundAttack((text) => text.replace(expression, ''), attacks(expression));

      assert.equal(attack, undefined, String(expression));
    });
  }

  for (const slow of [/\/+$/, /^ERR0*(\d+)$/, /^(a+)+$/]) {
    it(`would be seen to grow too fast for ${slow}`, () => {
      const attack = foundAttack((text) => text.replace(slow, ''), attacks(slow));

      assert.notEqual(attack, undefined);
    });
  }
});

const PARTS = ['a', '/', '.', ' ', '-', '@', '0', ',', '0 ', 'a.', 'a-', '0,', '*/1,'];
const MORE_PARTS = [
  '%',
  '\n',
  ':',
  '道',
  '/./',
  '\\',
  'A.MapServer',
  '-----BEGIN CERTIFICATE-----',
  '-----BEGIN CERTIFICATE-----A',
];
const STARTS = ['cron(', 'a@a.', 'https://', '2026-01-01T00:00:00.'];
const textAttacks = [
  ...[...PARTS, ...MORE_PARTS].map(
    (part): Attack =>
      (times) =>
        `${part.repeat(times)}!`,
  ),
  ...STARTS.flatMap((start) =>
    PARTS.map(
      (part): Attack =>
        (times) =>
          `${start}${part.repeat(times)}!`,
    ),
  ),
];

const tiles = { inputService: 'A.MapServer', updateMode: 'DELETE_TILES', updateExtent: '0 0 1 1' };
const refresh = { serviceName: 'A', serviceType: 'MapServer', serviceFolder: 'B', refreshOptions: 'C' };
const schedule = { operation: 'clear-rest-cache', input: { target: 'a', folderName: 'A' } };

/** What is checked, and a good value whose texts are replaced one after the other. */
const CHECKED: [what: string, schema: z.core.$ZodType, good: Record<string, unknown>][] = [
  ...operations.map(({ name, inputSchema }): (typeof CHECKED)[number] => [
    `the input of ${name}`,
    inputSchema,
    { target: 'a', folderName: 'A', type: 'MapServer', confirm: 'A', projects: 'ALL', ...tiles, ...refresh },
  ]),
  [
    'a watch',
    watchSchema,
    watchOf({ operation: 'a', target: 'a', service: 'A', taskPath: 'rest/services/A/GPServer/B', jobId: 'j' }),
  ],
  ['a job that is looked for', soughtJobSchema, { taskPath: 'rest/services/A/GPServer/B', inputs: { a: 'b' } }],
  ...[arcgisTargetSchema, microstrategyTargetSchema].map((schema): (typeof CHECKED)[number] => [
    'a secret',
    schema,
    { vendor: 'arcgis', url: 'a', adminUrl: 'a', username: 'a', password: 'a', token: 'a', caCertificate: 'a' },
  ]),
  [
    'the settings',
    settingsSchema,
    {
      secretPrefix: 'a/',
      schedules: [{ ...schedule, name: 'a', expression: 'rate(1 day)', timezone: 'UTC' }],
      rasters: [{ bucket: 'my-rasters', prefix: 'a/', suffixes: ['.tif'], refresh: { target: 'a', ...refresh } }],
      notifications: { email: 'a@example.org' },
    },
  ],
];

describe('the time that a check takes', () => {
  for (const [what, schema, good] of CHECKED) {
    it(`grows with the text and no faster for ${what}`, () => {
      for (const withText of replacements(good)) {
        const find = () => foundAttack((text) => z.safeParse(schema, withText(text)), textAttacks);
        // Once more, and once again: another process may have had the processor meanwhile.
        const attack = find() && find() && find();

        assert.equal(attack, undefined, JSON.stringify(withText('…')));
      }
    });
  }
});

/** The value with each of its texts replaced, one after the other. */
function replacements(value: unknown): ((text: string) => unknown)[] {
  if (typeof value === 'string') return [(text) => text];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    replacements(member).map((replace) => (text: string) => {
      const copy = structuredClone(value);
      Object.assign(copy, { [key]: replace(text) });
      return copy;
    }),
  );
}
