import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inputSchema } from '../../../../functions/purge-microstrategy-caches/input.ts';
import { refusal, refusedPaths } from '../../../support/refused-paths.ts';

const TUTORIAL_ID = 'B19DEDCC11D4E0EFC000EB9495D0F44F';

describe('the input of purge-microstrategy-caches', () => {
  const accepted: object[] = [
    { projects: 'ALL' },
    { projects: [TUTORIAL_ID] },
    { projects: ['MicroStrategy Tutorial', 'Ventes / Été', TUTORIAL_ID], cacheTypes: ['element', 'object'] },
    { projects: ['ALL'], cacheTypes: ['object'] },
    { projects: 'ALL', cacheTypes: ['content', 'cube'] },
    { projects: 'ALL', cacheTypes: ['content'], invalidate: true, where: { whTables: ['LU_DAY'] } },
    { projects: 'ALL', cacheTypes: ['cube', 'element'], where: { status: 'loaded', connectionIds: [TUTORIAL_ID] } },
    { projects: 'ALL', cacheTypes: ['content'], where: { status: ['ready', 'expired'], contentTypes: ['dashboard'] } },
    { projects: 'ALL', cacheTypes: ['content'], where: { ids: [TUTORIAL_ID] }, invalidate: false },
  ];
  for (const input of accepted) {
    it(`accepts ${JSON.stringify(input)}`, () => {
      const blamed = refusedPaths(inputSchema, { target: 'a', ...input });

      assert.deepEqual(blamed, []);
    });
  }

  it('names the near word for a type, a key and a kind of content that are none', () => {
    const input = { projects: 'ALL', cacheTypes: ['contents'], where: { whTable: ['A'], contentTypes: ['reports'] } };

    const said = refusal(inputSchema, { target: 'a', ...input });

    for (const near of ['content', 'whTables', 'report']) assert.match(said, new RegExp(`did you mean ${near}\\?`));
  });

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
    [{ projects: 'ALL', where: { whTables: ['LU_DAY'] } }, ['where']],
    [
      { projects: 'ALL', cacheTypes: ['element'], where: { whTables: ['LU_DAY'] }, invalidate: true },
      ['where', 'invalidate'],
    ],
    [{ projects: 'ALL', cacheTypes: ['cube'], invalidate: true }, ['invalidate']],
    [{ projects: 'ALL', cacheTypes: ['content'], invalidate: 'true' }, ['invalidate']],
    [{ projects: 'ALL', cacheTypes: ['contents'] }, ['cacheTypes[0]']],
    [{ projects: 'ALL', cacheTypes: ['content'], where: {} }, ['where']],
    [{ projects: 'ALL', cacheTypes: ['content'], where: null }, ['where']],
    [{ projects: 'ALL', cacheTypes: ['content'], where: { whTable: ['LU_DAY'] } }, ['where.whTable']],
    [{ projects: 'ALL', cacheTypes: ['content'], where: { whTables: [] } }, ['where.whTables']],
    [{ projects: 'ALL', cacheTypes: ['content'], where: { whTables: 'LU_DAY' } }, ['where.whTables']],
    [{ projects: 'ALL', cacheTypes: ['content'], where: { ids: ['a', ' '] } }, ['where.ids[1]']],
    [{ projects: 'ALL', cacheTypes: ['content'], where: { status: 'Ready' } }, ['where.status']],
    [{ projects: 'ALL', cacheTypes: ['content'], where: { status: [] } }, ['where.status']],
    [{ projects: 'ALL', cacheTypes: ['content'], where: { contentTypes: ['reports'] } }, ['where.contentTypes[0]']],
    [{ projects: [], cacheTypes: [''], project: 'x' }, ['projects', 'cacheTypes[0]', 'project']],
  ];
  for (const [input, paths] of refused) {
    it(`refuses ${JSON.stringify(input)} because of ${paths}`, () => {
      const blamed = refusedPaths(inputSchema, { target: 'a', ...input });

      assert.deepEqual(blamed, paths);
    });
  }
});
