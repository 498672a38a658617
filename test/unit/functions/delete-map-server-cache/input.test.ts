import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inputSchema } from '../../../../functions/delete-map-server-cache/input.ts';
import { BAD_NAMES } from '../../../support/names.ts';
import { refusal, refusedPaths } from '../../../support/refused-paths.ts';

const deletion = (inputService: unknown, confirm: unknown = inputService) => ({ target: 'a', inputService, confirm });

describe('the input of delete-map-server-cache', () => {
  const spelled: [text: string, folder: string | undefined, name: string, type: string][] = [
    ['Base/Roads.MapServer', 'Base', 'Roads', 'MapServer'],
    ['Base/Roads/MapServer', 'Base', 'Roads', 'MapServer'],
    ['Base/Roads:MapServer', 'Base', 'Roads', 'MapServer'],
    ['Roads.MapServer', undefined, 'Roads', 'MapServer'],
    ['Roads/MapServer', undefined, 'Roads', 'MapServer'],
    ['Roads:ImageServer', undefined, 'Roads', 'ImageServer'],
    ['Base/Roads.v2.ImageServer', 'Base', 'Roads.v2', 'ImageServer'],
    ['Base maps/My roads.MapServer', 'Base maps', 'My roads', 'MapServer'],
    ['MapServer/MapServer.MapServer', 'MapServer', 'MapServer', 'MapServer'],
    ['Карты/道路.MapServer', 'Карты', '道路', 'MapServer'],
  ];
  for (const [text, folder, name, type] of spelled) {
    it(`takes ${text} apart, and waits for the job unless told`, () => {
      const parsed = inputSchema.parse(deletion(text));

      assert.deepEqual(parsed.inputService, { folder, name, type, text });
      assert.equal(parsed.waitForJobCompletion, 'WAIT');
    });
  }

  const noService = [
    '',
    ' ',
    'Roads',
    'Roads.mapserver',
    'Roads.FeatureServer',
    'Roads.MapServer ',
    'Roads.MapServer/0',
    '.MapServer',
    '/Roads.MapServer',
    'Base//Roads.MapServer',
    'Base/Sub/Roads.MapServer',
    'https://gis.example.org/server/rest/services/Roads/MapServer',
    'Roads .MapServer',
    'Roads..MapServer',
  ];
  const badNames = BAD_NAMES.flatMap((name) => [`${name}/Roads.MapServer`, `Base/${name}.MapServer`]);
  for (const text of new Set([...noService, ...badNames])) {
    it(`refuses ${JSON.stringify(text).slice(0, 70)} as inputService`, () => {
      const blamed = refusedPaths(inputSchema, deletion(text));

      assert.ok(blamed.includes('inputService'));
    });
  }

  it('refuses an inputService that is null or no text', () => {
    const blamed = [null, 7, {}, ['Roads.MapServer']].map((service) => refusedPaths(inputSchema, deletion(service))[0]);

    assert.deepEqual(blamed, ['inputService', 'inputService', 'inputService', 'inputService']);
  });

  const unconfirmed = ['base/Roads.MapServer', 'Base/Roads/MapServer', 'Base/Roads.MapServer ', '', 'yes', null, true];
  for (const confirm of unconfirmed) {
    it(`refuses ${JSON.stringify(confirm)} as the confirmation of Base/Roads.MapServer`, () => {
      const blamed = refusedPaths(inputSchema, deletion('Base/Roads.MapServer', confirm));

      assert.deepEqual(blamed, ['confirm']);
    });
  }

  it('says that a confirmation is missing', () => {
    const message = refusal(inputSchema, { target: 'a', inputService: 'Roads.MapServer' });

    assert.match(message, /confirm: is missing/);
  });

  it('names every problem at once, the confirmation that differs included', () => {
    const input = { target: '', inputService: 'Roads.MapServer', confirm: 'Rivers.MapServer', force: true };

    const blamed = refusedPaths(inputSchema, input);

    assert.deepEqual(blamed.toSorted(), ['confirm', 'force', 'target']);
  });

  it('blames only inputService where confirm repeats what is no service', () => {
    const blamed = refusedPaths(inputSchema, deletion('Roads'));

    assert.deepEqual(blamed, ['inputService']);
  });

  for (const waitForJobCompletion of ['', 'wait', 'NO_WAIT', null, false]) {
    it(`refuses ${JSON.stringify(waitForJobCompletion)} as waitForJobCompletion`, () => {
      const blamed = refusedPaths(inputSchema, { ...deletion('Roads.MapServer'), waitForJobCompletion });

      assert.deepEqual(blamed, ['waitForJobCompletion']);
    });
  }
});
