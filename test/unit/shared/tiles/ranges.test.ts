import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { added, countOf, firstOutside, isIn, type Ranges, removed } from '../../../../shared/tiles/ranges.ts';

describe('ranges of numbers', () => {
  it('hold what was added and not removed, like a set, in the fewest ranges', () => {
    const change = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 30 }));
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const set = new Set<number>();
        let ranges: Ranges = [];
        for (const [adds, n] of changes) {
          if (adds) set.add(n);
          else set.delete(n);
          ranges = adds ? added(ranges, n) : removed(ranges, n);
        }
        const all = Array.from({ length: 32 }, (_, n) => n);
        assert.deepEqual(
          all.filter((n) => isIn(ranges, n)),
          all.filter((n) => set.has(n)),
        );
        assert.equal(countOf(ranges), set.size);
        assert.equal(
          firstOutside(ranges, 0),
          all.find((n) => !set.has(n)),
        );
        assert.ok(ranges.every(([first], index) => index === 0 || first > (ranges[index - 1]?.[1] ?? 0) + 1));
      }),
    );
  });
});
