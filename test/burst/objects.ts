import type { TestContext } from 'node:test';
import { made } from '../support/raster-objects.ts';
import { bboxOf } from '../support/raster-places.ts';

/** Objects whose files beside say where they lie; gives those that are none. */
export function putObjects(
  t: Pick<TestContext, 'after'>,
  keys: readonly string[],
  poisonedOf = Number.POSITIVE_INFINITY,
): string[] {
  const poisoned = new Set(keys.filter((_, index) => index % poisonedOf === poisonedOf - 1));
  const places = placesOf(keys);
  const placeIn = (key: string) => places.get(key.replace('.json', '.tif')) ?? [1024, 1300];
  made.push((key) => {
    if (poisoned.has(key)) return 'no raster at all';
    if (key.endsWith('.tif')) return 'the pixels';
    const isBeside = key.endsWith('.json') && !poisoned.has(key.replace('.json', '.tif'));
    return isBeside ? JSON.stringify({ bbox: bboxOf(placeIn(key)) }) : undefined;
  });
  t.after(() => made.splice(0));
  return [...poisoned];
}

/** Within some squares of the finest level, so that many share one. */
export function placesOf(keys: readonly string[]): Map<string, readonly [number, number]> {
  return new Map(keys.map((key, index) => [key, [1024 + (index % 60), 1300 + (Math.floor(index / 60) % 60)]]));
}
