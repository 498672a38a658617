import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { updateExtentSchema } from '../../../../shared/arcgis/update-extent.ts';

const EXTENT = { xmin: -20, ymin: -10.5, xmax: 20, ymax: 1000 };

describe('an update extent', () => {
  const written: [what: string, value: unknown][] = [
    ['an object', EXTENT],
    ['the text "xmin ymin xmax ymax"', '-20 -10.5 20 1000'],
    ['text with several spaces', ' -20  -10.5 20   1000 '],
    ['text with exponents and signs', '-2e1 -1.05E+1 +20 1e3'],
  ];
  for (const [what, value] of written) {
    it(`is read from ${what}`, () => {
      const parsed = updateExtentSchema.parse(value);

      assert.deepEqual(parsed, EXTENT);
    });
  }

  it('keeps its spatial reference', () => {
    const parsed = updateExtentSchema.parse({ ...EXTENT, spatialReference: { wkid: 3857 } });

    assert.deepEqual(parsed, { ...EXTENT, spatialReference: { wkid: 3857 } });
  });

  const texts = ['', ' ', '0 0 1', '0 0 1 1 1', '0,0,1,1', '0 0 1 x', '0 0 1 NaN', '0 0 1 Infinity', '0 0 1 1e999'];
  for (const text of [...texts, '0 0 1 0x10', '0 0 1 --1', '{"xmin":0}', '5 0 1 1', '0 1 1 1']) {
    it(`is refused as the text ${JSON.stringify(text)}`, () => {
      const { success } = updateExtentSchema.safeParse(text);

      assert.equal(success, false);
    });
  }

  const names = [
    'MAXOF',
    'MINOF',
    'Roads',
    'Hauptstraßen & Wege',
    ' Straßen ',
    '道路',
    'Дороги 2024',
    '2024',
    '1:1 000',
  ];
  for (const name of names) {
    it(`may be told by the layers: ${JSON.stringify(name)}`, () => {
      const parsed = updateExtentSchema.parse(name);

      assert.deepEqual(parsed, { named: name });
    });
  }

  it('compares the letters of a name in their composed form', () => {
    const parsed = updateExtentSchema.parse('Stra\u00dfen U\u0308bersicht');

    assert.deepEqual(parsed, { named: 'Stra\u00dfen \u00dcbersicht' });
  });

  for (const [text, reason] of [
    ['DISPLAY', /there is no display here/],
    ['line\nbreak', /name of a layer/],
    ['x'.repeat(501), /name of a layer/],
  ] as const) {
    it(`is refused as the word ${JSON.stringify(text.slice(0, 20))}`, () => {
      const { error } = updateExtentSchema.safeParse(text);

      assert.match(String(error?.issues[0]?.message), reason);
    });
  }

  const refused: [value: unknown, paths: string[]][] = [
    [null, ['']],
    [[0, 0, 1, 1], ['']],
    [7, ['']],
    [{ ...EXTENT, xmin: '-20' }, ['xmin']],
    [{ ...EXTENT, xmin: null, ymax: Number.NaN }, ['xmin', 'ymax']],
    [{ xmin: 0, xmax: 1 }, ['ymin', 'ymax']],
    [{ ...EXTENT, spatialReference: {} }, ['spatialReference']],
    [{ ...EXTENT, spatialReference: null }, ['spatialReference']],
    [{ ...EXTENT, xmax: -20 }, ['']],
    [{ ...EXTENT, ymin: 1001 }, ['']],
  ];
  for (const [value, paths] of refused) {
    it(`is refused as ${JSON.stringify(value)}`, () => {
      const { error } = updateExtentSchema.safeParse(value);

      assert.deepEqual(
        error?.issues.map(({ path }) => path.join('.')),
        paths,
      );
    });
  }

  it('is refused with a key that it does not know, by name', () => {
    const { error } = updateExtentSchema.safeParse({ ...EXTENT, zmin: 0 });

    assert.deepEqual(error?.issues[0]?.path, ['zmin']);
    assert.match(String(error?.issues[0]?.message), /^unknown key; the keys are xmin, .*did you mean xmin/);
  });
});
