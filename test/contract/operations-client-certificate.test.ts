import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { handler as clearRestCache } from '../../functions/clear-rest-cache/handler.ts';
import { handler as manageTiles } from '../../functions/manage-map-server-cache-tiles/handler.ts';
import { startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { send } from '../../shared/http/send.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';
import { invoke, startTestAws, type TestAws, work } from '../support/invoke.ts';
import { fixture, SERVER } from '../support/tls.ts';
import { type Emulator, secretOf, VENDORS } from '../support/vendors.ts';
import { type Answer, startWeatherServer, type WeatherServer } from '../support/weather-server.ts';

const CA = { caCertificate: fixture('ca.pem') };
const CHAIN = fixture('client.pem') + fixture('chain-intermediate.pem');
const CLIENT = { clientCertificate: CHAIN, clientKey: fixture('client-key.pem') };
/** Of an issuer that the server does not trust. */
const STRANGER = { clientCertificate: SERVER.cert, clientKey: SERVER.key };
const DEMANDING = { ...SERVER, requestCert: true, rejectUnauthorized: true, ca: [fixture('chain-root.pem')] };
const KEYS = /client certificate.*clientCertificate.*clientKey/;

const page = (status: number, title: string): Answer => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: `<html><head><title>${title}</title></head></html>`,
});
const PAGES: [what: string, answer: Answer][] = [
  ['nginx that got none', page(400, '400 No required SSL certificate was sent')],
  ['nginx that got a wrong one', page(400, '400 The SSL certificate error')],
  ['nginx by a status of its own', page(496, 'SSL Certificate Required')],
  ['IIS', page(403, 'HTTP Error 403.7 - Forbidden')],
];

let aws: TestAws;
before(async () => {
  aws = await startTestAws();
});
after(() => aws.close());

for (const { vendor, start, run } of VENDORS) {
  describe(`a server of ${vendor} that asks for a client certificate`, { timeout: 10_000 }, () => {
    let emulator: Emulator;
    let site: WeatherServer;

    before(async () => {
      emulator = await start();
    });
    after(() => emulator.close());
    afterEach(() => site.close());

    async function startSite(tls: object = DEMANDING): Promise<void> {
      site = await startWeatherServer({ upstream: emulator.url, tls });
    }
    const secret = (more: object) => secretOf(emulator, site.origin, { ...CA, ...more });

    for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) {
      it(`gets it, with its intermediate, in ${maxVersion}`, async () => {
        await startSite({ ...DEMANDING, maxVersion });

        const result = await run(aws.newTarget(secret(CLIENT)));

        assert.partialDeepStrictEqual(result, { status: 'succeeded' });
      });

      it(`is VendorUnreachableError naming the two keys where there is none, in ${maxVersion}`, async () => {
        await startSite({ ...DEMANDING, maxVersion });

        const outcome = run(aws.newTarget(secret({})));

        const expected = { name: 'VendorUnreachableError', message: KEYS, sent: false, passing: false };
        await assert.rejects(outcome, expected);
        assert.deepEqual([site.connections, site.requests], [1, []]);
      });
    }

    it('gets it through a proxy', async () => {
      await startSite();
      const proxy = await startConnectProxy();

      const result = await run(aws.newTarget(secret({ ...CLIENT, httpsProxy: proxy.origin })));

      assert.partialDeepStrictEqual(result, { status: 'succeeded' });
      assert.equal(proxy.opened, 1);
      await proxy.close();
    });

    it('gets the one that was put into the secret after it refused', async () => {
      await startSite();
      const target = aws.newTarget(secret({}));
      await assert.rejects(run(target), { name: 'VendorUnreachableError' });
      aws.setSecret(target, secret(CLIENT));

      const result = await run(target);

      assert.partialDeepStrictEqual(result, { status: 'succeeded' });
    });

    for (const [what, answer] of PAGES) {
      it(`is VendorUnreachableError naming the two keys where it answers as ${what}`, async () => {
        await startSite(SERVER);
        site.always(/./, answer);

        const outcome = run(aws.newTarget(secret({})));

        await assert.rejects(outcome, { name: 'VendorUnreachableError', message: KEYS, passing: false });
        assert.equal(site.requests.length, 1);
      });
    }
  });
}

it('is no uncertain submit where a page refuses the client certificate', async () => {
  const emulator = await startArcgisEmulator();
  const site = await startWeatherServer({ upstream: emulator.url, tls: SERVER });
  site.always(/submitJob/, page(400, '400 The SSL certificate error'));
  const target = aws.newTarget(secretOf(emulator, site.origin, { ...CA, ...CLIENT }));

  const outcome = invoke(manageTiles, {
    submit: { target, inputService: 'Basemap.MapServer', updateMode: 'RECREATE_EMPTY_TILES' },
  });

  await assert.rejects(outcome, { name: 'VendorUnreachableError', message: /refused the client certificate/ });
  assert.equal(site.requestsTo(/submitJob/).length, 1);
  await Promise.all([site.close(), emulator.close()]);
});

it('is taken from a secret that has changed where it is refused after the sign-in', async () => {
  const emulator = await startArcgisEmulator();
  const site = await startWeatherServer({ upstream: emulator.url, tls: SERVER });
  const target = aws.newTarget(secretOf(emulator, site.origin, CA));
  await work(clearRestCache, { target });
  aws.setSecret(target, secretOf(emulator, site.origin, { ...CA, ...CLIENT }));
  site.next(/cache\/clear/, page(400, '400 No required SSL certificate was sent'));

  const result = await work(clearRestCache, { target });

  assert.partialDeepStrictEqual(result, { status: 'succeeded' });
  assert.deepEqual([emulator.cleared.length, site.connections], [2, 2]);
  await Promise.all([site.close(), emulator.close()]);
});

// Node.js as a server sends no alert: it closes. Others do, with the codes that `failure.test.ts` has.
it('is hinted at where a server closes the connection over a client certificate', async () => {
  const site = await startWeatherServer({ tls: { ...DEMANDING, maxVersion: 'TLSv1.2' } });
  const access = { ...CA, ...STRANGER };

  const outcome = send({ method: 'GET', url: site.origin }, { access, deadline: Date.now() + 5000 });

  await assert.rejects(outcome, { name: 'VendorUnreachableError', message: /clientCertificate.*intermediates/ });
  assert.deepEqual(site.requests, []);
  await site.close();
});
