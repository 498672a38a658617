import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entriesOf, openKeys, RENEWAL } from '../support/raster-runs.ts';
import { TILES } from '../support/raster-places.ts';
import { playBurst } from './play-burst.ts';

const MAX_TRANSITIONS = 3_000;
const MAX_DOLLARS = 0.1;

test('10,000 objects within ten minutes, one in a hundred of them poisoned, are at most two runs and cost cents', async (t) => {
  const played = await playBurst(t, { objects: 10_000, seconds: 600, poisonedOf: 100, crashOf: 0 });

  const { platform, poisoned, transitions, invocations, dollars } = played;
  const [renewals, refreshes, tiles] = await Promise.all(
    [RENEWAL, 'refresh-service', TILES].map((operation) => entriesOf(platform, operation)),
  );
  console.log(
    `${renewals?.length} runs, ${refreshes?.length} refreshes, ${tiles?.length} tile jobs, ${transitions} transitions, ${invocations} calls of functions, $${dollars.toFixed(3)}`,
  );
  assert.ok((refreshes?.length ?? 0) <= 2);
  assert.deepEqual(await openKeys(platform), []);
  const counts = (renewals ?? []).map(({ rasters }) => JSON.parse(String(rasters)).count);
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    10_000,
  );
  const named = platform.letters.flatMap(({ body }) =>
    JSON.parse(body).Records.map((each: { s3: { object: { key: string } } }) => decodeURIComponent(each.s3.object.key)),
  );
  assert.deepEqual(named.toSorted(), poisoned.toSorted());
  assert.ok(transitions < MAX_TRANSITIONS, String(transitions));
  assert.ok(dollars < MAX_DOLLARS, String(dollars));
});
