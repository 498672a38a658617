import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inputSchema } from '../../../../functions/clear-rest-cache/input.ts';
import { BAD_NAMES, GOOD_NAMES, NO_NAMES } from '../../../support/names.ts';
import { refusal, refusedPaths } from '../../../support/refused-paths.ts';

describe('the input of clear-rest-cache', () => {
  const accepted = [
    { target: 'city-gis' },
    { target: 'city-gis', folderName: 'CachedServices' },
    { target: 'city-gis', serviceName: 'Roads', type: 'MapServer' },
    { target: 'city-gis', folderName: 'CachedServices', serviceName: 'Roads', type: 'FeatureServer' },
  ];
  for (const input of accepted) {
    it(`accepts ${JSON.stringify(input)} as it is`, () => {
      const parsed = inputSchema.parse(input);

      assert.deepEqual(parsed, input);
    });
  }

  const refused: [input: unknown, paths: string[]][] = [
    [{}, ['target']],
    [{ target: 'city-gis', serviceName: 'Roads' }, ['type']],
    [{ target: 'city-gis', type: 'MapServer' }, ['serviceName']],
    [{ target: 'city-gis', folderName: null }, ['folderName']],
    [{ target: 'city-gis', serviceName: 'Roads', type: '' }, ['type']],
    [{ target: 'city-gis', serviceName: 'Roads', type: '../MapServer' }, ['type']],
    [{ target: 'city-gis', foldername: 'CachedServices' }, ['foldername']],
    [null, ['input']],
    [[], ['input']],
    ['city-gis', ['input']],
    [undefined, ['input']],
  ];
  for (const [input, paths] of refused) {
    it(`refuses ${JSON.stringify(input)} because of ${paths}`, () => {
      const blamed = refusedPaths(inputSchema, input);

      assert.deepEqual(blamed, paths);
    });
  }

  it('names every problem at once', () => {
    const input = { target: 'no target', folderName: ' ', serviceName: 'a/b', wide: true, open: 1 };

    const blamed = refusedPaths(inputSchema, input);

    assert.deepEqual(blamed.toSorted(), ['folderName', 'open', 'serviceName', 'target', 'type', 'wide']);
  });

  it('names an unknown key, and the keys that there are', () => {
    const message = refusal(inputSchema, { target: 'city-gis', foldername: 'CachedServices' });

    assert.match(message, /foldername: unknown key; the keys are target, folderName, serviceName, type/);
  });

  for (const name of GOOD_NAMES) {
    it(`accepts the name ${JSON.stringify(name.slice(0, 20))} (${[...name].length} characters) for a folder and a service`, () => {
      const blamed = refusedPaths(inputSchema, { target: 'a', folderName: name, serviceName: name, type: 'MapServer' });

      assert.deepEqual(blamed, []);
    });
  }

  for (const name of [...BAD_NAMES, ...NO_NAMES]) {
    it(`refuses ${JSON.stringify(name)?.slice(0, 20)} as the name of a folder and of a service`, () => {
      const blamed = refusedPaths(inputSchema, { target: 'a', folderName: name, serviceName: name, type: 'MapServer' });

      assert.deepEqual(blamed, ['folderName', 'serviceName']);
    });
  }

  for (const target of ['', ' ', 'a b', 'a/b', '../a', 'a.b', 'é', 'a\n', 'x'.repeat(65), null, 7, ['a']]) {
    it(`refuses the target ${JSON.stringify(target).slice(0, 20)}`, () => {
      const blamed = refusedPaths(inputSchema, { target });

      assert.deepEqual(blamed, ['target']);
    });
  }

  it('accepts a target of 64 letters, digits, - and _', () => {
    const blamed = refusedPaths(inputSchema, { target: 'City-gis_2'.padEnd(64, '0') });

    assert.deepEqual(blamed, []);
  });
});
