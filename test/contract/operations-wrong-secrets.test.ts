import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { handler as clearRestCache } from '../../functions/clear-rest-cache/handler.ts';
import { handler as purge } from '../../functions/purge-microstrategy-caches/handler.ts';
import { startTestAws, type TestAws, work } from '../support/invoke.ts';
import { type Answer, jsonAnswer, startWeatherServer, type WeatherServer } from '../support/weather-server.ts';

const LOGIN = { username: 'svc', password: 'hunter2' };
const NO_LDAP = {
  code: 'ERR001',
  iServerCode: -2147205409,
  message: 'Intelligence Server is not configured to support LDAP authentication.',
};
const TOMCAT_404 = '<html><head><title>HTTP Status 404</title></head></html>';
const SPRING_404 = { timestamp: 1767225600000, status: 404, error: 'Not Found', path: '/api/auth/login' };

describe('a secret that is wrong in a way that only its server shows', () => {
  let aws: TestAws;
  let server: WeatherServer;
  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());
  beforeEach(async () => {
    server = await startWeatherServer();
  });
  afterEach(() => server.close());

  /** The error of a purge on a Library server that answers everything so. */
  async function purgeError(answer: Answer, more: object, path = ''): Promise<Error> {
    server.always(/./, answer);
    const target = aws.newTarget({ vendor: 'microstrategy', url: server.origin + path, ...LOGIN, ...more });
    return await work(purge, { target, projects: 'ALL' }).then(() => assert.fail('it succeeded'), Object);
  }

  it('names loginMode where the server has no LDAP', async () => {
    const error = await purgeError({ ...jsonAnswer(NO_LDAP), status: 500 }, { loginMode: 16 }, '/MicroStrategyLibrary');

    assert.equal(error.name, 'VendorRejectedError');
    assert.match(error.message, /not configured to support LDAP.*loginMode 16 \(LDAP\).*correct loginMode in the/);
    assert.equal(server.requests.length, 1);
  });

  const noLibrary: [what: string, answer: Answer, path: string][] = [
    ["a web server's page", { status: 404, body: TOMCAT_404 }, ''],
    ['JSON of another service', { ...jsonAnswer(SPRING_404), status: 404 }, '/somewhere'],
    ['a server that takes no POST', { status: 405 }, ''],
    ['a page of the Library', { status: 200, body: '<!doctype html>' }, '/reporting'],
  ];
  for (const [what, answer, path] of noLibrary) {
    it(`names url where it leads to ${what}`, async () => {
      const error = await purgeError(answer, {}, path);

      assert.match(error.name, /^Vendor(Rejected|Contract)Error$/);
      assert.match(error.message, /url in the target's secret is .*…\/MicroStrategyLibrary/);
      assert.doesNotMatch(error.message, /loginMode/);
    });
  }

  it('names url, and is asked nothing, where it is a page of the Library', async () => {
    const error = await purgeError({ status: 404, body: TOMCAT_404 }, {}, '/MicroStrategyLibrary/app/B7CA92F0/K53');

    assert.equal(error.name, 'InvalidSecretError');
    assert.match(error.message, /url: must be the address alone, .* without \/app and what follows/);
    assert.deepEqual(server.requests, []);
  });

  it('names url, and is asked nothing, where it is a folder of the services directory', async () => {
    server.always(/./, jsonAnswer({ error: { code: 400, message: 'Invalid URL', details: ['Invalid URL'] } }));
    const url = `${server.origin}/arcgis/rest/services/Planning`;

    const run = work(clearRestCache, { target: aws.newTarget({ vendor: 'arcgis', url, ...LOGIN }) });

    await assert.rejects(run, {
      name: 'InvalidSecretError',
      message: /url: must be the address alone.*without \/rest/,
    });
    assert.deepEqual(server.requests, []);
  });
});
