import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { check, summary } from '../support/broken-servers.ts';
import { hostedSite } from '../support/hosted-site.ts';
import { startTestAws, type TestAws } from '../support/invoke.ts';

describe('check-target of hosted services', () => {
  let aws: TestAws;
  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());

  it('finds nothing wrong, has no tools to look at, and changes nothing', async (t) => {
    const { emulator, target } = await hostedSite(t, aws);

    const answer = await check(target);

    const { ok, failed, skipped } = summary(answer);
    assert.deepEqual(failed, [], JSON.stringify(answer));
    assert.deepEqual(skipped, ['caching-tools', 'publishing-tools']);
    assert.equal(ok.length, 7);
    assert.deepEqual([answer.status, emulator.hosted.list()], ['succeeded', []]);
  });

  it('names a user who may only look', async (t) => {
    const { emulator } = await hostedSite(t, aws);
    const { url, portalUrl } = emulator;
    const { username, password } = emulator.tokens.users.viewer;
    const secret = { vendor: 'arcgis', hosted: true, url, portalUrl, username, password };

    const answer = await check(aws.newTarget(secret));

    assert.deepEqual(summary(answer).failed, ['admin-api'], JSON.stringify(answer));
    assert.match(summary(answer).advice.join(), /may not change .*owner of the hosted layers/);
  });
});
