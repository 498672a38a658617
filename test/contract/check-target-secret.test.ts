import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { handler as checkTarget } from '../../functions/check-target/handler.ts';
import { check, summary } from '../support/broken-servers.ts';
import { invoke, startTestAws, type TestAws } from '../support/invoke.ts';

const LOGIN = { username: 'svc', password: 'hunter2-hunter2' };
const URL_OF_ARCGIS = 'https://gis.invalid/server';

/** A secret that is wrong, and what is advised. */
const WRONG: [what: string, secret: unknown, advice: RegExp][] = [
  ['no JSON', 'hunter2-hunter2', /is not a JSON object/],
  ['no vendor', { url: URL_OF_ARCGIS, ...LOGIN }, /vendor must be arcgis or microstrategy/],
  ['a mistyped vendor', { vender: 'arcgis', url: URL_OF_ARCGIS, ...LOGIN }, /vender: did you mean vendor\?/],
  ['another vendor', { vendor: 'oracle', url: URL_OF_ARCGIS, ...LOGIN }, /vendor must be arcgis or microstrategy/],
  [
    'a near-miss key',
    { vendor: 'arcgis', url: URL_OF_ARCGIS, ...LOGIN, adminURL: 'x' },
    /adminURL: did you mean adminUrl\?/,
  ],
  ['no password', { vendor: 'microstrategy', url: 'https://bi.invalid', username: 'svc' }, /password: is missing/],
  ['plain http', { vendor: 'arcgis', url: 'http://gis.example.org/server', ...LOGIN }, /url: is plain http/],
  [
    'a path too many',
    { vendor: 'arcgis', url: `${URL_OF_ARCGIS}/rest/services`, ...LOGIN },
    /url: must be the address alone/,
  ],
];

describe('check-target of a target whose secret is wrong', () => {
  let aws: TestAws;
  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());

  for (const [what, secret, advice] of WRONG) {
    it(`fails the check secret and nothing else: ${what}`, async () => {
      const answer = await check(aws.newTarget(secret));

      const { failed, ok, skipped, advice: given } = summary(answer);
      assert.deepEqual([ok, failed], [[], ['secret']]);
      assert.ok(skipped.includes('sign-in'));
      assert.match(given.join(), advice);
      assert.doesNotMatch(JSON.stringify(answer), /hunter2/);
    });
  }

  it('fails it where there is no secret, naming the one to create', async () => {
    const { failed, advice } = summary(await check('nobody'));

    assert.deepEqual(failed, ['secret']);
    assert.match(advice.join(), /no secret cache-ops\/nobody.*Create it/);
  });

  for (const input of [{}, { target: '' }, { target: 'a', more: 1 }, { target: '../x' }]) {
    it(`refuses an input that is none: ${JSON.stringify(input)}`, async () => {
      await assert.rejects(async () => await invoke(checkTarget, input), { name: 'InvalidInputError' });
    });
  }
});
