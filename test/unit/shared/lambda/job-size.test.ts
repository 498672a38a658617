import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod/mini';
import { handler as deleteCache } from '../../../../functions/delete-map-server-cache/handler.ts';
import { handler as manageTiles } from '../../../../functions/manage-map-server-cache-tiles/handler.ts';
import { handler as refresh } from '../../../../functions/refresh-service/handler.ts';
import { operationOf } from '../../../../shared/lambda/run-events.ts';
import { invoke } from '../../../support/invoke.ts';
import { logLines } from '../../../support/log-lines.ts';

/** What Step Functions takes as a state, and as the parameters of one. */
const MAX_STATE_BYTES = 262_144;
const LONG_NAME = '地'.repeat(120);
const RINGS = [
  [
    [0, 0],
    [0, 1],
    [1, 1],
    [0, 0],
  ],
];
const tiles = { inputService: `${LONG_NAME}/${LONG_NAME}.ImageServer`, updateMode: 'DELETE_TILES' };
const scales = Array.from({ length: 8_000 }, (_, index) => 10_000_000 + index / 8);
const area = (more: object, text: string) => ({
  ...more,
  features: [{ attributes: { text }, geometry: { rings: RINGS } }],
});

const worst: [what: string, handler: typeof refresh, input: object][] = [
  [
    'options of quotes',
    refresh,
    { serviceName: LONG_NAME, serviceType: 'MapServer', refreshOptions: '"'.repeat(1000) },
  ],
  ['an area with quotes', manageTiles, { ...tiles, areaOfInterest: area({}, '"'.repeat(48_000)) }],
  ['an area with back-slashes', manageTiles, { ...tiles, areaOfInterest: area({}, '\\'.repeat(48_000)) }],
  ['an area with control characters', manageTiles, { ...tiles, areaOfInterest: area({}, '\u0001'.repeat(16_000)) }],
  [
    'a reference of quotes',
    manageTiles,
    { ...tiles, areaOfInterest: area({ spatialReference: { wkt: '"'.repeat(48_000) } }, '') },
  ],
  ['thousands of scales', manageTiles, { ...tiles, scales }],
  [
    'scales and quotes',
    manageTiles,
    { ...tiles, scales: scales.slice(4_000), areaOfInterest: area({}, '"'.repeat(24_000)) },
  ],
  ['a deletion', deleteCache, { inputService: tiles.inputService, confirm: tiles.inputService }],
];

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

process.env['KEEP_DAYS'] = '400';
const ARN = `arn:aws:states:us-east-1:000000000000:execution:${'x'.repeat(80)}:${'x'.repeat(80)}`;

describe('the largest inputs', () => {
  for (const [what, handler, input] of worst) {
    const prepare = { target: 'x'.repeat(64), ...input };
    const execution = { name: 'x'.repeat(80), startedAt: new Date().toISOString() };

    it(`fit into a state and into what is entered into the ledger: ${what}`, async (t) => {
      logLines(t);

      const state = Object(await invoke(handler, { prepare, execution: { ...execution, id: ARN } }));

      // As text inside the text of an attribute.
      assert.deepEqual(JSON.parse(state.entry.input.S), prepare);
      const sizes = [bytesOf(state), bytesOf({ TableName: 'x'.repeat(255), Item: state.entry })];
      for (const size of sizes) assert.ok(size < MAX_STATE_BYTES, `${size} bytes`);
    });

    it(`fit into those of a machine of version 0.1.0: ${what}`, async (t) => {
      logLines(t);

      const state = Object(await invoke(handler, { prepare, execution }));

      // As `Enter the ledger` writes them: JSON as text inside JSON.
      const item = { ...state, input: JSON.stringify(state.input), sought: JSON.stringify(state.sought) };
      const sizes = [bytesOf(state), bytesOf({ TableName: 'x'.repeat(255), Item: item })];
      for (const size of sizes) assert.ok(size < MAX_STATE_BYTES, `${size} bytes`);
    });
  }
});

describe('what would not fit into a state', () => {
  const operation = operationOf({
    operation: 'test',
    inputSchema: z.object({ target: z.string() }),
    asks: ({ target }) => ({ target, sought: '"'.repeat(70_000), lookFor: 'it', waits: true }),
    dryRun: () => Promise.reject(new Error('it was a dry run')),
    work: () => Promise.reject(new Error('the work was done')),
  });

  it('is refused by a name, before anything is written or claimed', async () => {
    const execution = { id: ARN, name: 'x', startedAt: new Date().toISOString() };
    const prepared = operation({ prepare: { target: 'gis' }, execution }, { requestId: 'r', deadline: 0 });

    await assert.rejects(prepared, { name: 'InvalidInputError', message: /^The input of test is larger than 100 kB/ });
  });
});
