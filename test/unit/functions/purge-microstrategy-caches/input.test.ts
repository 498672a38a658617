import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inputSchema } from '../../../../functions/purge-microstrategy-caches/input.ts';
import { refusedPaths } from '../../../support/refused-paths.ts';

const TUTORIAL_ID = 'B19DEDCC11D4E0EFC000EB9495D0F44F';

describe('the input of purge-microstrategy-caches', () => {
  const accepted: object[] = [
    { projects: 'ALL' },
    { projects: [TUTORIAL_ID] },
    { projects: ['MicroStrategy Tutorial', 'Ventes / Été', TUTORIAL_ID], cacheTypes: ['element', 'object'] },
    { projects: ['ALL'], cacheTypes: ['object'] },
  ];
  for (const input of accepted) {
    it(`accepts ${JSON.stringify(input)}`, () => {
      const blamed = refusedPaths(inputSchema, { target: 'a', ...input });

      assert.deepEqual(blamed, []);
    });
  }

  it('means the element caches where nothing is said', () => {
    const { cacheTypes } = inputSchema.parse({ target: 'a', projects: 'ALL' });

    assert.deepEqual(cacheTypes, ['element']);
  });

  const refused: [input: object, paths: string[]][] = [
    [{}, ['projects']],
    [{ projects: null }, ['projects']],
    [{ projects: [] }, ['projects']],
    [{ projects: '' }, ['projects']],
    [{ projects: 'all' }, ['projects']],
    [{ projects: TUTORIAL_ID }, ['projects']],
    [{ projects: ['Tutorial', ''] }, ['projects[1]']],
    [{ projects: [' \t', 'Tutorial', null, 7] }, ['projects[0]', 'projects[2]', 'projects[3]']],
    [{ projects: 'ALL', cacheTypes: [] }, ['cacheTypes']],
    [{ projects: 'ALL', cacheTypes: null }, ['cacheTypes']],
    [{ projects: 'ALL', cacheTypes: 'element' }, ['cacheTypes']],
    [{ projects: 'ALL', cacheTypes: ['element', 'report'] }, ['cacheTypes[1]']],
    [{ projects: 'ALL', cacheType: ['element'] }, ['cacheType']],
    [{ projects: [], cacheTypes: [''], project: 'x' }, ['projects', 'cacheTypes[0]', 'project']],
  ];
  for (const [input, paths] of refused) {
    it(`refuses ${JSON.stringify(input)} because of ${paths}`, () => {
      const blamed = refusedPaths(inputSchema, { target: 'a', ...input });

      assert.deepEqual(blamed, paths);
    });
  }
});
