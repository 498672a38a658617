import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSameArea, outlineText } from '../../../../shared/arcgis/area-outline.ts';

type Ring = number[][];

const OUTER: Ring = [
  [500_000, 5_000_000],
  [500_000, 5_001_000],
  [502_000, 5_001_000],
  [502_000, 5_000_000],
  [500_000, 5_000_000],
];
const HOLE: Ring = [
  [500_500, 5_000_200],
  [501_000, 5_000_200],
  [501_000, 5_000_700],
  [500_500, 5_000_200],
];
const area = (...rings: Ring[]) => ({ spatialReference: { wkid: 25833 }, features: [{ geometry: { rings } }] });
const AREA = area(OUTER, HOLE);
const moved = (ring: Ring, by: number): Ring => ring.map(([x = 0, y = 0]) => [x + by, y - by]);
const startedElsewhere = (ring: Ring): Ring => [...ring.slice(2), ...ring.slice(1, 3)];

describe('two areas', () => {
  const same: [what: string, other: unknown][] = [
    ['with the rings in another order', area(HOLE, OUTER)],
    ['with rings wound the other way', area(OUTER.toReversed(), HOLE.toReversed())],
    ['with rings that start elsewhere', area(startedElsewhere(OUTER), startedElsewhere(HOLE))],
    ['with rounded coordinates', area(moved(OUTER, 0.00004), moved(HOLE, -0.00004))],
    [
      'with heights',
      area(
        OUTER.map((point) => [...point, 17]),
        HOLE,
      ),
    ],
    ['in two features', { ...AREA, features: [OUTER, HOLE].map((ring) => ({ geometry: { rings: [ring] } })) }],
    [
      'with fields and attributes',
      { ...AREA, fields: [], features: [{ attributes: { OID: 1 }, geometry: { rings: [OUTER, HOLE] } }] },
    ],
    ["without a reference, for example the service's", { features: AREA.features }],
    [
      'with the reference in the geometry',
      { features: [{ geometry: { rings: [OUTER, HOLE], spatialReference: { latestWkid: 25833 } } }] },
    ],
    ['as text', JSON.stringify(AREA)],
    ['as what is kept of it', outlineText(AREA)],
  ];
  for (const [what, other] of same) {
    it(`are one ${what}`, () => {
      assert.equal(isSameArea(AREA, other), true);
      assert.equal(isSameArea(other, outlineText(AREA)), true);
    });
  }

  const different: [what: string, other: unknown][] = [
    ['without a hole', area(OUTER)],
    [
      'with another hole',
      area(
        OUTER,
        HOLE.map(([x = 0, y = 0]) => [x + (x === 501_000 ? 100 : 0), y]),
      ),
    ],
    ['moved by a metre', area(moved(OUTER, 1), moved(HOLE, 1))],
    [
      'with one edge elsewhere',
      area(
        OUTER.map(([x = 0, y = 0]) => [x, y === 5_001_000 ? y + 1 : y]),
        HOLE,
      ),
    ],
  ];
  for (const [what, other] of different) {
    it(`are two ${what}`, () => {
      assert.equal(isSameArea(AREA, other), false);
    });
  }

  const unknown: [what: string, other: unknown][] = [
    ['in another reference', { ...AREA, spatialReference: { wkid: 3857 } }],
    ['with curves', { features: [{ geometry: { curveRings: [] } }] }],
    ['of which only a part is told', { ...AREA, exceededTransferLimit: true }],
    ['without features', { features: [] }],
    ['as the address of a file', { url: 'https://gis.example.org/area.json' }],
    ['as text that is no JSON', 'everywhere'],
    ['as nothing', undefined],
  ];
  for (const [what, other] of unknown) {
    it(`cannot be compared ${what}`, () => {
      assert.equal(isSameArea(AREA, other), undefined);
    });
  }

  it('are told apart in degrees by a ten-thousandth, and not by the rounding of a nanodegree', () => {
    const ring: Ring = [
      [8, 50],
      [8, 50.01],
      [8.01, 50.01],
      [8, 50],
    ];
    const [rounded, other] = [moved(ring, 1e-9), moved(ring, 1e-4)];

    assert.deepEqual([isSameArea(area(ring), area(rounded)), isSameArea(area(ring), area(other))], [true, false]);
  });

  it('are kept in a few words, whatever they hold', () => {
    const ring: Ring = Array.from({ length: 5000 }, (_, step) => [Math.cos(step / 796), Math.sin(step / 796)]);
    const wkt = 'x'.repeat(10_000);

    const kept = outlineText({ spatialReference: { wkt }, features: [{ geometry: { rings: [ring] } }] }) ?? '';

    assert.ok(kept.length < 300, kept);
  });
});
