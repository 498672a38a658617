import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inputSchema } from '../../../../functions/refresh-service/input.ts';
import { BAD_NAMES, GOOD_NAMES, NO_NAMES } from '../../../support/names.ts';
import { refusedPaths } from '../../../support/refused-paths.ts';

const REFRESH = { target: 'a', serviceName: 'Landsat', serviceType: 'ImageServer' };

describe('the input of refresh-service', () => {
  for (const serviceType of ['ImageServer', 'FeatureServer', 'MapServer', 'SceneServer']) {
    it(`accepts a ${serviceType}, and waits for the job unless told`, () => {
      const parsed = inputSchema.parse({ ...REFRESH, serviceType });

      assert.deepEqual(parsed, { ...REFRESH, serviceType, waitForJobCompletion: 'WAIT' });
    });
  }

  const refused: [change: object, paths: string[]][] = [
    [{ serviceType: undefined }, ['serviceType']],
    [{ serviceType: 'GPServer' }, ['serviceType']],
    [{ serviceType: 'imageserver' }, ['serviceType']],
    [{ serviceName: undefined }, ['serviceName']],
    [{ refreshOptions: '' }, ['refreshOptions']],
    [{ refreshOptions: ' ' }, ['refreshOptions']],
    [{ refreshOptions: null }, ['refreshOptions']],
    [{ refreshOptions: {} }, ['refreshOptions']],
    [{ refreshOptions: 'x'.repeat(1001) }, ['refreshOptions']],
    [{ waitForJobCompletion: null }, ['waitForJobCompletion']],
    [{ folderName: 'Imagery' }, ['folderName']],
    [{ target: null, serviceName: '', serviceType: '', type: '' }, ['target', 'serviceName', 'serviceType', 'type']],
  ];
  for (const [change, paths] of refused) {
    it(`refuses ${JSON.stringify(change)} because of ${paths}`, () => {
      const blamed = refusedPaths(inputSchema, { ...REFRESH, ...change });

      assert.deepEqual(blamed, paths);
    });
  }

  it('accepts options of 1,000 characters', () => {
    assert.deepEqual(refusedPaths(inputSchema, { ...REFRESH, refreshOptions: 'x'.repeat(1000) }), []);
  });

  it('accepts names of any script for the folder and the service', () => {
    const blamed = GOOD_NAMES.flatMap((name) =>
      refusedPaths(inputSchema, { ...REFRESH, serviceName: name, serviceFolder: name }),
    );

    assert.deepEqual(blamed, []);
  });

  for (const name of [...BAD_NAMES, ...NO_NAMES]) {
    it(`refuses ${JSON.stringify(name).slice(0, 20)} as the name of the folder and of the service`, () => {
      const blamed = refusedPaths(inputSchema, { ...REFRESH, serviceName: name, serviceFolder: name });

      assert.deepEqual(blamed, ['serviceName', 'serviceFolder']);
    });
  }
});
