import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { BROKEN, info } from '../support/broken-arcgis-sites.ts';
import { AdviceTable, check, summary } from '../support/broken-servers.ts';
import { startTestAws, type TestAws } from '../support/invoke.ts';
import { startWeatherServer, type WeatherServer } from '../support/weather-server.ts';

const NAMES = [
  'secret',
  'address',
  'tls',
  'sign-in',
  'version',
  'admin-api',
  'caching-tools',
  'publishing-tools',
  'services',
];

describe('check-target of an ArcGIS site', () => {
  let aws: TestAws;
  let emulator: ArcgisEmulator;
  let weather: WeatherServer;
  const table = new AdviceTable();

  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());

  async function start(options: Parameters<typeof startArcgisEmulator>[0] = {}): Promise<object> {
    emulator = await startArcgisEmulator(options);
    weather = await startWeatherServer({ upstream: emulator.url });
    const owningSystemUrl = options.federated ? `${weather.origin}/portal` : undefined;
    if (owningSystemUrl) weather.always(/rest\/info/, info({ owningSystemUrl }));
    const { username, password } = emulator;
    return { vendor: 'arcgis', url: `${weather.origin}/arcgis`, username, password };
  }
  afterEach(async () => await Promise.all([weather.close(), emulator.close()]));

  for (const federated of [false, true]) {
    it(`finds nothing wrong with a right site, ${federated ? 'federated' : 'stand-alone'}, and changes nothing`, async () => {
      const secret = await start({ federated });

      const { status, checks } = await check(aws.newTarget(secret));

      assert.deepEqual(
        checks,
        NAMES.map((name) => ({ check: name, status: 'ok' })),
      );
      assert.equal(status, 'succeeded');
      assert.deepEqual([emulator.jobs.list(), emulator.cleared, aws.executions], [[], [], []]);
    });
  }

  for (const { server, failed, advice, breakIt, federated = false, now } of BROKEN) {
    it(`has one advice for: ${server}`, async () => {
      const secret = await start({ federated, ...(now && { now }) });
      const more = breakIt({ emulator, weather });

      const answer = await check(aws.newTarget({ ...secret, ...more }));

      table.add(server, answer);
      assert.deepEqual(summary(answer).failed, [failed], JSON.stringify(answer));
      assert.match(summary(answer).advice.join(), advice);
      assert.deepEqual(
        answer.checks.map(({ check: name }) => name),
        NAMES,
      );
      assert.equal(answer.status, 'failed');
    });
  }

  it('shows them in a table', (t) => {
    t.diagnostic(`\n${table.text}`);
    assert.ok(table.text.split('\n').length > BROKEN.length);
  });
});
