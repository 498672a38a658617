import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fitResults, type PurgeResult } from '../../../../functions/purge-microstrategy-caches/results.ts';

const MAX_BYTES = 32_000;

function manyResults(count: number, status: PurgeResult['status'], reason?: string): PurgeResult[] {
  return Array.from({ length: count }, (_, index) => ({
    projectId: index.toString(16).padStart(32, '0').toUpperCase(),
    projectName: `Projet n° ${index}`,
    cacheType: 'element',
    status,
    ...(reason === undefined ? {} : { reason }),
  }));
}

describe('the results of a purge', () => {
  it('are left as they are where they fit', () => {
    const results = [...manyResults(5, 'accepted'), ...manyResults(1, 'failed', 'VendorRejectedError: no')];

    const fitted = fitResults(results);

    assert.deepEqual(fitted, { results });
  });

  it('are cut below 32 KB where they do not fit, and say so', () => {
    const results = manyResults(500, 'accepted');

    const fitted = fitResults(results);

    assert.ok(Buffer.byteLength(JSON.stringify(fitted)) < MAX_BYTES);
    assert.ok(fitted.results.length > 100);
    assert.partialDeepStrictEqual(fitted, { counts: { accepted: 500, skipped: 0, failed: 0 }, truncated: true });
  });

  it('keep the failures first when they are cut, then what was skipped, and count all of them', () => {
    const accepted = manyResults(400, 'accepted');
    const skipped = manyResults(3, 'skipped', 'the project is not loaded');
    const failed = manyResults(7, 'failed', 'VendorRejectedError: no');

    const fitted = fitResults([...accepted, ...skipped, ...failed]);

    assert.deepEqual(fitted.results.slice(0, 11), [...failed, ...skipped, ...accepted.slice(0, 1)]);
    assert.deepEqual(fitted.counts, { accepted: 400, skipped: 3, failed: 7 });
  });

  it('are measured in bytes, for names in any script', () => {
    const results = manyResults(150, 'failed', '失'.repeat(150));

    const fitted = fitResults(results);

    assert.ok(Buffer.byteLength(JSON.stringify(fitted)) < MAX_BYTES);
    assert.equal(fitted.truncated, true);
  });

  it('are not changed where they were passed in', () => {
    const results = [...manyResults(300, 'accepted'), ...manyResults(1, 'failed')];
    const before = structuredClone(results);

    fitResults(results);

    assert.deepEqual(results, before);
  });
});
