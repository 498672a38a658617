import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sameSpatialReference, spatialReferenceSchema } from '../../../../shared/arcgis/spatial-reference.ts';

const LAMBERT = 'PROJCS["RGF93_v1_Lambert-93"]';

describe('spatial references', () => {
  const pairs: [one: object, other: object, same: boolean][] = [
    [{ wkid: 4326 }, { wkid: 4326 }, true],
    [{ wkid: 4326 }, { wkid: 2154 }, false],
    [{ wkid: 102100 }, { wkid: 3857 }, true],
    [{ wkid: 3857 }, { wkid: 102100, latestWkid: 3857 }, true],
    [{ wkid: 102113 }, { wkid: 3857 }, true],
    [{ wkid: 102110, latestWkid: 2154 }, { wkid: 2154 }, true],
    [{ latestWkid: 2154 }, { wkid: 102110, latestWkid: 2154 }, true],
    [{ wkid: 102100 }, { wkid: 4326 }, false],
    [{ wkt: LAMBERT }, { wkt: LAMBERT }, true],
    [{ wkt: LAMBERT }, { wkt: 'PROJCS["other"]' }, false],
    [{ wkid: 2154 }, { wkt: LAMBERT }, false],
  ];
  for (const [one, other, same] of pairs) {
    it(`${JSON.stringify(one)} and ${JSON.stringify(other)} are ${same ? 'one' : 'two'}, in either order`, () => {
      const [left, right] = [spatialReferenceSchema.parse(one), spatialReferenceSchema.parse(other)];

      assert.equal(sameSpatialReference(left, right), same);
      assert.equal(sameSpatialReference(right, left), same);
    });
  }

  for (const value of [
    {},
    { wkid: null },
    { wkid: '3857' },
    { wkid: 1.5 },
    { vcsWkid: 5703 },
    null,
    3857,
    'EPSG:3857',
  ]) {
    it(`${JSON.stringify(value)} is none`, () => {
      const { success } = spatialReferenceSchema.safeParse(value);

      assert.equal(success, false);
    });
  }
});
