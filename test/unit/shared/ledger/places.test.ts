import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placesInUse } from '../../../../shared/ledger/places.ts';

const place = { id: 'a', claim: 'gis/A', holder: 'run', takenAt: 0 };
const LATER = 3_600_000;
const lease = (at: number) => new Date(at).toISOString();

describe('a place for a tile job', () => {
  for (const [what, claim, now, inUse] of [
    ['is kept while its run has yet to claim the service', {}, 59_999, true],
    ['is free when it never did', {}, 60_001, false],
    ['is kept while the service is claimed', { holder: 'run', leaseUntil: lease(LATER + 1) }, LATER, true],
    [
      'is free after its lease, whatever became of its run',
      { holder: 'run', leaseUntil: lease(LATER - 1) },
      LATER,
      false,
    ],
    [
      'is free when the service was let go',
      { holder: 'run', leaseUntil: lease(LATER + 1), releasedAt: lease(1) },
      LATER,
      false,
    ],
    ['is free when somebody else has the service', { holder: 'other', leaseUntil: lease(LATER + 1) }, LATER, false],
  ] as const) {
    it(what, () => {
      assert.equal(placesInUse([place], new Map([['gis/A', claim]]), now).length === 1, inUse);
    });
  }
});
