import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it, type TestContext } from 'node:test';
import { handler as clearRestCache } from '../../functions/clear-rest-cache/handler.ts';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { startTestAws, type TestAws, work } from '../support/invoke.ts';
import { fixture, SERVER } from '../support/tls.ts';
import { secretOf } from '../support/vendors.ts';
import { jsonAnswer, startWeatherServer, type WeatherServer } from '../support/weather-server.ts';

const CA = fixture('ca.pem');
const ROOT = fixture('chain-root.pem');
const INTERMEDIATE = fixture('chain-intermediate.pem');
const LEAF_ALONE = { cert: fixture('chain-server.pem'), key: fixture('chain-server-key.pem') };
const WHOLE_CHAIN = { ...LEAF_ALONE, cert: LEAF_ALONE.cert + INTERMEDIATE };

describe('the chain of certificates', { timeout: 10_000 }, () => {
  let aws: TestAws;
  let emulator: ArcgisEmulator;

  before(async () => {
    aws = await startTestAws();
    emulator = await startArcgisEmulator({ federated: true });
  });
  after(() => Promise.all([aws.close(), emulator.close()]));

  async function startServer(context: TestContext, tls: typeof SERVER): Promise<WeatherServer> {
    const server = await startWeatherServer({ upstream: emulator.url, tls });
    context.after(() => server.close());
    return server;
  }

  const run = (origin: string, more: object) =>
    work(clearRestCache, { target: aws.newTarget(secretOf(emulator, origin, more)) });

  const trusted: [what: string, tls: typeof SERVER, caCertificate: string][] = [
    ['a server that sends its intermediate, and the root', WHOLE_CHAIN, ROOT],
    ['a server that does not, and the root with the intermediate', LEAF_ALONE, ROOT + INTERMEDIATE],
  ];
  for (const [what, tls, caCertificate] of trusted) {
    it(`is whole with ${what} in caCertificate`, async (context) => {
      const { origin } = await startServer(context, tls);

      const result = await run(origin, { caCertificate });

      assert.partialDeepStrictEqual(result, { status: 'succeeded' });
    });
  }

  const refused: [what: string, tls: typeof SERVER, caCertificate: string | undefined, issuer: string][] = [
    ['intermediate, which the server does not send', LEAF_ALONE, ROOT, 'cache-ops test intermediate'],
    ['root, where only the intermediate is trusted', WHOLE_CHAIN, INTERMEDIATE, 'cache-ops test root'],
    ['root, where nothing of it is trusted', WHOLE_CHAIN, undefined, 'cache-ops test root'],
  ];
  for (const [what, tls, caCertificate, issuer] of refused) {
    it(`lacks its ${what}: the error names it, caCertificate and what else would help`, async (context) => {
      const server = await startServer(context, tls);

      const outcome = run(server.origin, { caCertificate });

      const message = new RegExp(`TLS failed: .*CN=${issuer}".*caCertificate.*let the server send it`);
      await assert.rejects(outcome, { name: 'VendorUnreachableError', message });
      assert.deepEqual([server.connections, server.requests], [1, []]);
    });
  }

  describe('of the portal of a federated site', () => {
    let site: WeatherServer;
    let portal: WeatherServer;
    beforeEach(async () => {
      site = await startWeatherServer({ upstream: emulator.url, tls: SERVER });
      portal = await startWeatherServer({ upstream: emulator.url, tls: WHOLE_CHAIN });
      site.always(/rest\/info/, jsonAnswer({ currentVersion: 11.3, owningSystemUrl: `${portal.origin}/portal` }));
    });
    afterEach(() => Promise.all([site.close(), portal.close()]));

    it('is trusted where caCertificate holds its root too', async () => {
      const result = await run(site.origin, { caCertificate: CA + ROOT });

      assert.partialDeepStrictEqual(result, { status: 'succeeded' });
      assert.equal(portal.requestsTo(/generateToken/).length, 1);
    });

    it('is told apart from that of the site', async () => {
      const outcome = run(site.origin, { caCertificate: CA });

      const { host } = new URL(portal.origin);
      const message = new RegExp(`POST ${host}/portal/sharing.*TLS failed: .*CN=cache-ops test root".*caCertificate`);
      await assert.rejects(outcome, { name: 'VendorUnreachableError', message });
      assert.deepEqual(portal.requests, []);
    });
  });
});
