import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareInput, inputsToCompare, type Likeness, soughtInputs } from '../../../../shared/arcgis/job-inputs.ts';

describe('an input of a job', () => {
  const cases: [name: string, sought: string | undefined, found: unknown, likeness: Likeness][] = [
    ['service_url', 'A/B:MapServer', 'A/B:MapServer', 'same'],
    ['service_url', 'A/B:MapServer', 'B:MapServer', 'other'],
    ['service_url', 'A/B:MapServer', undefined, 'other'],
    ['service_url', 'A/B:MapServer', '', 'other'],
    ['thread_count', '-1', -1, 'same'],
    ['thread_count', '3', '3', 'same'],
    ['thread_count', '-1', 3, 'other'],
    ['levels', '2000;1000', '1000;2000', 'same'],
    ['levels', '2000;1000', ' 2000.0000000001 ; 1000;', 'same'],
    ['levels', '1000', 1000, 'same'],
    ['levels', '2000;1000', '2000', 'other'],
    ['levels', '2000', '2000;1000', 'other'],
    ['levels', '2000', '2001', 'other'],
    ['levels', '2000', 'Level 1', 'unclear'],
    ['levels', '2000', { url: 'https://a' }, 'unclear'],
    ['levels', undefined, '2000', 'unclear'],
    ['area_of_interest', '', undefined, 'same'],
    ['area_of_interest', '', null, 'same'],
    ['area_of_interest', '', { features: [] }, 'same'],
    ['area_of_interest', '', { features: [{}] }, 'other'],
    ['area_of_interest', '{}', { features: [] }, 'other'],
    ['area_of_interest', '{}', { features: [{}] }, 'unclear'],
    ['constraining_extent', undefined, 'DEFAULT', 'same'],
    ['constraining_extent', undefined, '0 0 1 1', 'unclear'],
    ['serviceFolder', '', '', 'same'],
    ['serviceFolder', '', 'Imagery', 'other'],
    ['refreshOptions', undefined, '#', 'same'],
    ['refreshOptions', 'x', 'x', 'same'],
    ['constructor', undefined, undefined, 'same'],
  ];
  for (const [name, sought, found, likeness] of cases) {
    it(`${name}: ${JSON.stringify(found)} where ${JSON.stringify(sought)} is sought is ${likeness}`, () => {
      assert.equal(compareInput(name, sought, found), likeness);
    });
  }

  it('is looked at whether it was sent or not, and areas and scales last: they may need another question', () => {
    const names = inputsToCompare({ levels: 'ALL', service_url: 'A:MapServer' });

    assert.deepEqual(names.slice(-2), ['area_of_interest', 'levels']);
    assert.ok(
      ['service_url', 'update_mode', 'constraining_extent', 'serviceFolder'].every((name) => names.includes(name)),
    );
    assert.equal(new Set(names).size, names.length);
  });

  it('is kept as it was sent, but for an area', () => {
    const ring = [
      [0, 0],
      [0, 1],
      [1, 1],
      [0, 0],
    ];
    const area = JSON.stringify({ features: [{ geometry: { rings: [ring] } }] });

    assert.deepEqual(soughtInputs({ levels: '1', area_of_interest: '' }), { levels: '1', area_of_interest: '' });
    assert.deepEqual(soughtInputs({ levels: '1', area_of_interest: area }), {
      levels: '1',
      area_of_interest: '{"xmin":0,"ymin":0,"xmax":1,"ymax":1,"enclosed":0.5}',
    });
  });
});
