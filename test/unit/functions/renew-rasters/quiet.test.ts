import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { quietSeconds } from '../../../../functions/renew-rasters/quiet.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();
const TOGETHER = { quiet: 60, longest: 900 };

describe('the wait for rasters that arrive together', () => {
  for (const [what, first, last, seconds] of [
    ['ends so long after the last', 10, 0, 60],
    ['is over when nothing came for so long', 100, 60, 0],
    ['is never longer than the longest after the first', 880, 0, 20],
    ['is over at the longest, whatever comes', 900, 0, 0],
    ['is longer the longer they have come', 100, 40, 50],
    ['ends at one and a half times the quiet time after the last', 500, 55, 35],
  ] as const) {
    it(what, () => {
      const box = { source: 'landsat', generation: 1, taken: 0, firstAt: ago(first), lastAt: ago(last) };

      assert.equal(quietSeconds(box, TOGETHER, NOW), seconds);
    });
  }

  it('is none where nothing waits', () => {
    assert.equal(quietSeconds({ source: 'landsat', generation: 1, taken: 0 }, TOGETHER, NOW), 0);
  });
});
