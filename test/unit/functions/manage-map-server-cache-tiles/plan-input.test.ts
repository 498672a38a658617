import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inputSchema } from '../../../../functions/manage-map-server-cache-tiles/input.ts';
import { unconfirmed } from '../../../../shared/tiles/confirmation.ts';
import { refusal, refusedPaths } from '../../../support/refused-paths.ts';

const TILES = { target: 'a', inputService: 'Base/Roads.MapServer', updateMode: 'RECREATE_ALL_TILES' };
const RING = [[0, 0], [0, 1], [1, 1], [0, 0]]; // biome-ignore format: a ring reads better in one line
const RESUME = 'manage-map-server-cache-tiles/nightly';

describe('a plan in the input of manage-map-server-cache-tiles', () => {
  const taken: [what: string, more: object][] = [
    ['with nothing said', { plan: {} }],
    [
      'with all keys',
      { plan: { maxTilesPerJob: 5000, jobsAtOnce: 2, window: 'nights', reason: 'x', allowedFailures: 3 } },
    ],
    ['with a share of failures', { plan: { allowedFailures: '2.5%' } }],
    ['outside of every window, for a reason', { plan: { window: 'none', reason: 'the new map is out tomorrow' } }],
    ['confirmed', { plan: {}, confirmTiles: 12_000_000 }],
    ['proved', { plan: {}, verify: 50 }],
    ['that goes on', { resume: RESUME }],
    ['that goes on in another way', { resume: RESUME, plan: { allowedFailures: 0 } }],
    ['as a dry run', { plan: {}, dryRun: true }],
  ];
  for (const [what, more] of taken) {
    it(`is taken ${what}`, () => {
      assert.deepEqual(refusedPaths(inputSchema, { ...TILES, ...more }), []);
    });
  }

  const refused: [what: string, more: object, message: RegExp][] = [
    ['no window without a reason', { plan: { window: 'none' } }, /plan\.reason: is missing: "window": "none" needs it/],
    ['a blank reason', { plan: { window: 'none', reason: ' ' } }, /plan\.reason: must not be blank/],
    ['nobody who waits', { plan: {}, waitForJobCompletion: 'DO_NOT_WAIT' }, /plan: cannot be with DO_NOT_WAIT/],
    [
      'nobody who waits for the rest',
      { resume: RESUME, waitForJobCompletion: 'DO_NOT_WAIT' },
      /resume: cannot be with DO_/,
    ],
    ['other scales for the rest', { resume: RESUME, scales: [1000] }, /scales: cannot be beside resume/],
    [
      'another area for the rest',
      { resume: RESUME, areaOfInterest: { rings: [RING] } },
      /areaOfInterest: cannot be beside/,
    ],
    [
      'another extent for the rest',
      { resume: RESUME, updateExtent: '0 0 1 1' },
      /updateExtent: cannot be beside resume/,
    ],
    [
      'no tile in a job',
      { plan: { maxTilesPerJob: 0 } },
      /plan\.maxTilesPerJob: must be a whole number of tiles, 1 or more/,
    ],
    ['half a job', { plan: { jobsAtOnce: 0.5 } }, /plan\.jobsAtOnce: must be a whole number of jobs/],
    ['a share above all', { plan: { allowedFailures: '101%' } }, /plan\.allowedFailures: must be a number of units/],
    [
      'a key that is near',
      { plan: { maxTilesPerJobs: 1 } },
      /plan\.maxTilesPerJobs: unknown key; .*did you mean maxTilesPerJob\?/,
    ],
    ['more than 50 tiles of proof', { verify: 51 }, /verify: must be 50 or less/],
    ['no tile of proof', { verify: 0 }, /verify: must be more than 0/],
    ['a dry run that is none', { dryRun: false }, /dryRun: must be true; leave the key out for a run/],
  ];
  for (const [what, more, message] of refused) {
    it(`is refused with ${what}`, () => {
      assert.match(refusal(inputSchema, { ...TILES, ...more }), message);
    });
  }
});

describe('a plan of many tiles', () => {
  it('needs the exact number as its confirmation where it is above the limit', () => {
    assert.equal(unconfirmed({ tiles: 10 }, undefined, 10), undefined);
    assert.equal(unconfirmed({ tiles: 11 }, 11, 10), undefined);
    assert.match(unconfirmed({ tiles: 11 }, undefined, 10) ?? '', /has 11 tiles; .* takes 10 .* "confirmTiles": 11 /);
    assert.match(unconfirmed({ tiles: 11 }, 12, 10) ?? '', /has 11 tiles, which is not the 12 of confirmTiles; /);
  });
});
