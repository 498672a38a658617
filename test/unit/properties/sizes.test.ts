import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { handler as clearRestCache } from '../../../functions/clear-rest-cache/handler.ts';
import { handler as purge } from '../../../functions/purge-microstrategy-caches/handler.ts';
import { readSettings } from '../../../infra/settings/settings.ts';
import { assertAllowed, SUBJECTS } from '../../support/contract-rules.ts';
import { type CountingSite, startCountingSite, withoutLog } from '../../support/counting-site.ts';
import { startTestAws, type TestAws } from '../../support/invoke.ts';
import { assertReadable, holds } from '../../support/properties.ts';

/** So long may the worst input take, on a machine that does much else. */
const GENEROUS_MS = 20_000;
const RUNS = 6;
const MEGABYTE = 1_000_000;
const KEYS = 10_000;
const DEPTH = 10_000;
const MEMBERS = 150_000;

const manyKeys = (count: number) =>
  `{${Array.from({ length: count }, (_, index) => `"key ${index}":${index}`).join()}}`;

/** JSON texts; a value of an event is replaced by each. */
const HUGE: [what: string, json: string][] = [
  ['a text of 1 MB', JSON.stringify('a'.repeat(MEGABYTE))],
  ['1 MB of control characters', JSON.stringify('\u0001'.repeat(MEGABYTE))],
  ['1 MB of slashes', JSON.stringify('/'.repeat(MEGABYTE))],
  ['10,000 keys', manyKeys(KEYS)],
  ['a key of 1 MB', `{"${'k'.repeat(MEGABYTE)}":1}`],
  ['lists 10,000 deep', '['.repeat(DEPTH) + ']'.repeat(DEPTH)],
  ['objects 10,000 deep', `${'{"wkid":1,"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`],
];
const MARK = '"a place for something huge"';

/** The event as text with a mark in the place of each of its values, one after the other, the event itself included. */
function marked(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [MARK];
  const inside = Object.entries(value).flatMap(([key, member]) =>
    marked(member).map((text) => {
      const place = JSON.stringify(Object.assign(structuredClone(value), { [key]: MARK }));
      return place.replace(JSON.stringify(MARK), () => text);
    }),
  );
  return [MARK, ...inside];
}

describe('however large an input is', () => {
  let aws: TestAws;
  let site: CountingSite & { close(): Promise<void> };

  before(async () => {
    aws = await startTestAws();
    site = await startCountingSite(aws);
  });
  after(() => Promise.all([site.close(), aws.close()]));

  for (const subject of SUBJECTS) {
    it(`is refused by a name, or done, by ${subject.name}`, { timeout: GENEROUS_MS }, async (t) => {
      withoutLog(t);
      const places = subject.events(site).flatMap(marked);

      await holds(
        fc.asyncProperty(fc.constantFrom(...places), fc.constantFrom(...HUGE), async (place, [, json]) => {
          const eventText = place.replace(MARK, () => json);

          const counted = await site.run(subject.handler, eventText);

          assertAllowed(subject, JSON.parse(eventText), counted, site);
        }),
        RUNS,
      );
    });
  }

  it('is refused by a name with 150,000 members, each of them wrong', { timeout: GENEROUS_MS }, async (t) => {
    withoutLog(t);
    const event = { target: site.microstrategy, projects: 'ALL', cacheTypes: Array(MEMBERS).fill(1) };

    const { error, requests } = await site.run(purge, JSON.stringify(event));

    assert.equal(error?.name, 'InvalidInputError');
    assert.equal(requests.length, 0);
  });

  it('is refused by a name as a secret', { timeout: GENEROUS_MS }, async (t) => {
    withoutLog(t);
    const secret = { vendor: 'arcgis', url: `${site.origin}/arcgis`, username: 'svc', password: 'a-Password-1' };
    const places = marked({ ...secret, adminUrl: secret.url, caCertificate: '-', rotatedBy: '-' });

    await holds(
      fc.asyncProperty(fc.constantFrom(...places), fc.constantFrom(...HUGE), async (place, [, json]) => {
        const target = aws.newTarget(place.replace(MARK, () => json));

        const { error, requests } = await site.run(clearRestCache, JSON.stringify({ submit: { target } }));

        assert.equal(error?.name, 'InvalidSecretError');
        assert.equal(requests.length, 0);
      }),
      RUNS,
    );
  });
});

describe('however large the settings are', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cache-ops-settings-'));
  const file = join(folder, 'settings.yaml');
  after(() => rmSync(folder, { recursive: true }));

  // Its keys are compared each with each by the YAML parser: fewer of them here.
  const yamls: [what: string, text: string][] = [
    ...HUGE.filter(([what]) => !what.includes('keys')),
    ['1,000 keys', manyKeys(1_000)],
    ['blocks 3,000 deep', Array.from({ length: 3_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ];
  for (const [what, text] of yamls) {
    it(`are refused by a name with ${what}`, { timeout: GENEROUS_MS }, () => {
      for (const before of ['', 'schedules: ']) {
        writeFileSync(file, before === '' ? text : `${before}${text.replaceAll('\n', '\n ')}`);

        assert.throws(
          () => readSettings(file),
          ({ name, message }: Error) => {
            assertReadable(message);
            return name === 'SettingsError';
          },
        );
      }
    });
  }
});
