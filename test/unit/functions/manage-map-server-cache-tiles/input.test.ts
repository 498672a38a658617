import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inputSchema } from '../../../../functions/manage-map-server-cache-tiles/input.ts';
import { refusal, refusedPaths } from '../../../support/refused-paths.ts';

const RENEWAL = { target: 'a', inputService: 'Base/Roads.MapServer', updateMode: 'RECREATE_ALL_TILES' };
const TRIANGLE = [
  [0, 0],
  [0, 1],
  [1, 1],
  [0, 0],
];

describe('the input of manage-map-server-cache-tiles', () => {
  it('means every cached scale and waiting where nothing is said', () => {
    const { scales, waitForJobCompletion } = inputSchema.parse(RENEWAL);

    assert.deepEqual([scales, waitForJobCompletion], ['ALL', 'WAIT']);
  });

  it('accepts everything that it knows at once', () => {
    const input = {
      ...RENEWAL,
      scales: [9027.977411, 4513.988705],
      areaOfInterest: { features: [{ geometry: { rings: [TRIANGLE] } }] },
      updateExtent: '0 0 1 1',
      numOfCachingServiceInstances: 2,
      waitForJobCompletion: 'DO_NOT_WAIT',
    };

    const blamed = refusedPaths(inputSchema, input);

    assert.deepEqual(blamed, []);
  });

  for (const updateMode of ['RECREATE_EMPTY_TILES', 'RECREATE_ALL_TILES', 'DELETE_TILES']) {
    it(`accepts the update mode ${updateMode}`, () => {
      const blamed = refusedPaths(inputSchema, { ...RENEWAL, updateMode });

      assert.deepEqual(blamed, []);
    });
  }

  const written: [scales: string, read: number[]][] = [
    ['9027.977411;4513.988705', [9027.977411, 4513.988705]],
    ['9027.977411', [9027.977411]],
    [' 9027.977411 ; 4000 ', [9027.977411, 4000]],
    ['5.91657527591555E8;4e+3', [591657527.591555, 4000]],
  ];
  for (const [scales, read] of written) {
    it(`takes the scales "${scales}" as arcpy writes them`, () => {
      const input = inputSchema.parse({ ...RENEWAL, scales });

      assert.deepEqual(input.scales, read);
    });
  }

  it("names what arcpy's words are called here", () => {
    const message = refusal(inputSchema, {
      target: 'a',
      input_service: 'Base/Roads.MapServer',
      update_mode: 'RECREATE_ALL_TILES',
      num_of_caching_service_instances: 2,
      area_of_interest: {},
      update_extent: '0 0 1 1',
      wait_for_job_completion: 'WAIT',
      updateMode: 'Recreate All Tiles',
      waitForJobCompletion: 'do_not_wait',
    });

    const KEYS =
      'inputService|updateMode|numOfCachingServiceInstances|areaOfInterest|updateExtent|waitForJobCompletion';
    for (const key of KEYS.split('|')) assert.match(message, new RegExp(`unknown key; [^;]*did you mean ${key}\\?`));
    assert.match(message, /updateMode: must be one of [^;]*did you mean RECREATE_ALL_TILES\?/);
    assert.match(message, /waitForJobCompletion: must be one of [^;]*did you mean DO_NOT_WAIT\?/);
    assert.match(message, /inputService: is missing/);
  });

  const refused: [change: object, paths: string[]][] = [
    [{ updateMode: undefined }, ['updateMode']],
    [{ updateMode: 'RECREATE' }, ['updateMode']],
    [{ updateMode: null }, ['updateMode']],
    [{ scales: [] }, ['scales']],
    [{ scales: null }, ['scales']],
    [{ scales: '' }, ['scales']],
    [{ scales: 'all' }, ['scales']],
    [{ scales: ' ' }, ['scales']],
    [{ scales: ';' }, ['scales']],
    [{ scales: '9027.977411;' }, ['scales']],
    [{ scales: '9027,977411' }, ['scales']],
    [{ scales: '9027.977411 4513.988705' }, ['scales']],
    [{ scales: '9027.977411;ALL' }, ['scales']],
    [{ scales: '1e999' }, ['scales[0]']],
    [{ scales: '4000;0' }, ['scales[1]']],
    [{ scales: '-4000' }, ['scales']],
    [{ scales: '0x10' }, ['scales']],
    [{ scales: 9027.977411 }, ['scales']],
    [{ scales: [9027.977411, '4513.988705'] }, ['scales[1]']],
    [{ scales: [0] }, ['scales[0]']],
    [{ scales: [-1, 1, null] }, ['scales[0]', 'scales[2]']],
    [{ scales: [Number.POSITIVE_INFINITY] }, ['scales[0]']],
    [{ areaOfInterest: null }, ['areaOfInterest']],
    [{ areaOfInterest: '' }, ['areaOfInterest']],
    [{ areaOfInterest: [] }, ['areaOfInterest']],
    [{ areaOfInterest: {} }, ['areaOfInterest.features']],
    [{ areaOfInterest: { features: [] } }, ['areaOfInterest.features']],
    [{ areaOfInterest: { features: [{ geometry: { rings: [] } }] } }, ['areaOfInterest.features[0].geometry.rings']],
    [{ updateExtent: null }, ['updateExtent']],
    [{ updateExtent: '' }, ['updateExtent']],
    [{ updateExtent: {} }, ['updateExtent.xmin', 'updateExtent.ymin', 'updateExtent.xmax', 'updateExtent.ymax']],
    [{ numOfCachingServiceInstances: 0 }, ['numOfCachingServiceInstances']],
    [{ numOfCachingServiceInstances: -2 }, ['numOfCachingServiceInstances']],
    [{ numOfCachingServiceInstances: 1.5 }, ['numOfCachingServiceInstances']],
    [{ numOfCachingServiceInstances: '2' }, ['numOfCachingServiceInstances']],
    [{ numOfCachingServiceInstances: null }, ['numOfCachingServiceInstances']],
    [{ scale: [9027.977411] }, ['scale']],
    [{ confirm: 'Base/Roads.MapServer' }, ['confirm']],
  ];
  for (const [change, paths] of refused) {
    it(`refuses ${JSON.stringify(change)} because of ${paths}`, () => {
      const blamed = refusedPaths(inputSchema, { ...RENEWAL, ...change });

      assert.deepEqual(blamed, paths);
    });
  }

  it('names every problem at once, those inside of areas and extents included', () => {
    const input = {
      target: '',
      inputService: '../../admin',
      updateMode: 'CREATE',
      scales: ['one'],
      areaOfInterest: { features: [{ geometry: { rings: [[[0, 'east']]] } }] },
      updateExtent: { xmin: 0, ymin: 0, xmax: 'far', ymax: 1 },
      numOfCachingServiceInstances: 0,
      waitForJobCompletion: 'NO',
      levels: [1],
    };

    const blamed = new Set(refusedPaths(inputSchema, input));

    for (const path of ['target', 'inputService', 'updateMode', 'scales[0]', 'updateExtent.xmax', 'levels'])
      assert.ok(blamed.has(path), path);
    for (const path of ['numOfCachingServiceInstances', 'waitForJobCompletion']) assert.ok(blamed.has(path), path);
    assert.ok(blamed.has('areaOfInterest.features[0].geometry.rings[0][0][1]'));
  });

  it('never repeats a value that was given', () => {
    const message = refusal(inputSchema, {
      ...RENEWAL,
      target: 'pass word',
      inputService: 'pass word',
      updateMode: 'pass word',
      scales: 'pass word',
      updateExtent: 'pass word',
      areaOfInterest: { type: 'pass word' },
      waitForJobCompletion: 'pass word',
    });

    assert.doesNotMatch(message, /pass word/);
    assert.notEqual(message, '');
  });
});
