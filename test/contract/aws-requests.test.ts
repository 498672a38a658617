import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { handler as refresh } from '../../functions/refresh-service/handler.ts';
import { invoke, startTestAws, type TestAws } from '../support/invoke.ts';
import { readArcgisTarget } from '../support/targets.ts';
import { startWeatherServer, type Weather, type WeatherServer } from '../support/weather-server.ts';

const SECRET = { vendor: 'arcgis', url: 'https://gis.example.org/server', token: 'long-lived' };
const ANY = /./;

const PASSING: [what: string, weather: Weather][] = [
  ['a reset', 'reset'],
  ['an answer that breaks off', 'cut-off'],
  ['HTTP 503', { status: 503, body: '{}' }],
];

describe("the AWS SDK's requests", () => {
  let aws: TestAws;
  let weather: WeatherServer;

  before(async () => {
    aws = await startTestAws();
    weather = await startWeatherServer({ upstream: process.env['AWS_ENDPOINT_URL_SFN'] ?? '' });
    process.env['AWS_ENDPOINT_URL_SECRETS_MANAGER'] = weather.origin;
    process.env['AWS_ENDPOINT_URL_SFN'] = weather.origin;
  });
  after(() => Promise.all([weather.close(), aws.close()]));

  for (const [what, happening] of PASSING) {
    it(`are made again after ${what}`, async () => {
      const target = aws.newTarget(SECRET);
      weather.requests.splice(0);
      weather.next(ANY, happening);

      const { url } = await readArcgisTarget(target);

      assert.equal(url, SECRET.url);
      assert.equal(weather.requests.length, 2);
    });
  }

  it('are signed with the credentials of the environment', async () => {
    weather.requests.splice(0);

    await readArcgisTarget(aws.newTarget(SECRET));

    assert.match(String(weather.requests[0]?.headers.authorization), /^AWS4-HMAC-SHA256 Credential=local\//);
  });

  it('tell what AWS refuses by its own name', async () => {
    const run = readArcgisTarget('not-there');

    await assert.rejects(run, { name: 'UnknownTargetError' });
  });

  it('start an execution too', async () => {
    const input = { target: 'any', serviceName: 'Landsat', serviceType: 'ImageServer' };

    const started = await invoke(refresh, input);

    assert.match(Object(started).executionArn, /:execution:/);
    assert.deepEqual(aws.executions.at(-1)?.input, input);
  });
});
