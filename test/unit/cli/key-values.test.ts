import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type * as z from 'zod';
import { isGiven, readInputFile, readWords } from '../../../cli/operation-input.ts';
import { operations } from '../../../infra/operations.ts';

const folder = mkdtempSync(join(tmpdir(), 'cache-ops-inputs-'));
after(() => rmSync(folder, { recursive: true }));

function schemaOf(operation: string): z.core.$ZodType {
  const found = operations.find(({ name }) => name === operation);
  assert.ok(found);
  return found.inputSchema;
}

const TILES = 'manage-map-server-cache-tiles';
const PURGE = 'purge-microstrategy-caches';
const REFRESH = 'refresh-service';

const READ: [operation: string, words: string[], input: object][] = [
  ['clear-rest-cache', ['target=gis', 'dryRun=true'], { target: 'gis', dryRun: true }],
  [
    REFRESH,
    ['target=gis', 'serviceName=2026', 'serviceType=MapServer'],
    { target: 'gis', serviceName: '2026', serviceType: 'MapServer' },
  ],
  ['clear-rest-cache', ['target=a,b'], { target: ['a', 'b'] }],
  ['clear-rest-cache', ['target=gis', 'folderName=My Folder'], { target: 'gis', folderName: 'My Folder' }],
  [TILES, ['target=a', 'target=b', 'scales=ALL'], { target: ['a', 'b'], scales: 'ALL' }],
  [TILES, ['scales=9027.977411,4513.988705'], { scales: [9027.977411, 4513.988705] }],
  [TILES, ['scales=9027.977411;4513.988705'], { scales: '9027.977411;4513.988705' }],
  [TILES, ['scales=[9000, 4500]'], { scales: [9000, 4500] }],
  [TILES, ['scales=9000', '4500'], { scales: [9000, 4500] }],
  [TILES, ['numOfCachingServiceInstances=-1', 'verify=3'], { numOfCachingServiceInstances: -1, verify: 3 }],
  [
    TILES,
    ['plan.maxTilesPerJob=1000', 'plan.allowedFailures=2%', 'plan.window=nights'],
    { plan: { maxTilesPerJob: 1000, allowedFailures: '2%', window: 'nights' } },
  ],
  [TILES, ['verify=51'], { verify: 51 }],
  [TILES, ['plan.allowedFailures=3'], { plan: { allowedFailures: 3 } }],
  [TILES, ['plan={"jobsAtOnce":2}'], { plan: { jobsAtOnce: 2 } }],
  [TILES, ['updateExtent=0 0 10 10'], { updateExtent: '0 0 10 10' }],
  [TILES, ['updateExtent=MAXOF'], { updateExtent: 'MAXOF' }],
  [
    TILES,
    ['updateExtent={"xmin":0,"ymin":0,"xmax":1,"ymax":1}'],
    { updateExtent: { xmin: 0, ymin: 0, xmax: 1, ymax: 1 } },
  ],
  [PURGE, ['projects=ALL', 'cacheTypes=element,object'], { projects: 'ALL', cacheTypes: ['element', 'object'] }],
  [PURGE, ['projects=Sales', 'cacheTypes=cube'], { projects: ['Sales'], cacheTypes: ['cube'] }],
  [PURGE, ['projects=Sales, EMEA', 'projects=2026'], { projects: ['Sales, EMEA', '2026'] }],
  [PURGE, ['where.whTables=LU_DAY,LU_MONTH', 'where.status=ready'], { where: { whTables: ['LU_DAY', 'LU_MONTH'] } }],
  [PURGE, ['invalidate=false'], { invalidate: false }],
  ['clear-rest-cache', ['target=gis', 'folder=x=y'], { target: 'gis', folder: 'x=y' }],
  // What does not fit is left to the operation, which names it.
  [TILES, ['scales=900,abc', 'verify=many', 'dryRun=yes'], { scales: '900,abc', verify: 'many', dryRun: 'yes' }],
  ['clear-rest-cache', ['target='], { target: '' }],
  ['clear-rest-cache', ['__proto__=x'], JSON.parse('{"__proto__":"x"}')],
];

describe('an input in key=value words', () => {
  for (const [operation, words, input] of READ) {
    it(`is read by the types of ${operation}: ${words.join(' ')}`, () => {
      assert.partialDeepStrictEqual(readWords(words, schemaOf(operation)), input);
    });
  }

  const REFUSED: [words: string[], said: RegExp][] = [
    [['target=gis', 'folderName=My', 'Folder'], /"Folder" has no key. .* in quotes: "folderName=My Folder"/],
    [['gis', 'folderName=x'], /"gis" is neither JSON nor key=value/],
    [['=x', 'target=gis'], /"=x" is neither/],
    [['plan={}', 'plan.window=nights'], /plan is given as a whole and in parts/],
    [['{target:gis}', 'x'], /must be one, in quotes/],
  ];
  for (const [words, said] of REFUSED) {
    it(`is refused where it cannot be read: ${words.join(' ')}`, () => {
      assert.throws(() => readWords(words, schemaOf(TILES)), { name: 'UsageError', message: said });
    });
  }
});

describe('an input in a file', () => {
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it('is JSON or YAML, whatever it is called', async () => {
    const input = { target: 'gis', scales: [9000, 4500.5], dryRun: true };
    const yaml = '# tonight\ntarget: gis\nscales:\n  - 9000\n  - 4500.5\ndryRun: true\n';

    assert.deepEqual(await readInputFile(file('input.yaml', yaml)), input);
    assert.deepEqual(await readInputFile(file('input.json', `\uFEFF${JSON.stringify(input)}`)), input);
    assert.deepEqual(await readInputFile(file('input.txt', JSON.stringify(input, null, '\t'))), input);
  });

  const BROKEN: [name: string, text: string, said: RegExp][] = [
    ['twice.yaml', 'target: a\ntarget: b\n', /line 2 target stands twice/],
    ['open.json', '{\n "target": "a"\n', /cannot be read: line \d/],
    ['empty.yaml', ' \n', /is empty/],
  ];
  for (const [name, text, said] of BROKEN) {
    it(`is refused with the line of what is wrong: ${name}`, async () => {
      await assert.rejects(readInputFile(file(name, text)), { name: 'UsageError', message: said });
    });
  }

  it('is refused where it is not there, or where the input is in words too', async () => {
    await assert.rejects(readInputFile(join(folder, 'none')), { message: /none cannot be read: ENOENT/ });
    assert.throws(() => isGiven(['target=a'], 'input.yaml'), { message: /not in both/ });
  });
});
