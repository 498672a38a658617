import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { type ConnectProxy, startConnectProxy } from '../support/connect-proxy.ts';
import { startTestAws, type TestAws } from '../support/invoke.ts';
import { fixture, SERVER } from '../support/tls.ts';
import { type Emulator, secretOf, VENDORS } from '../support/vendors.ts';
import { startWeatherServer, type WeatherServer } from '../support/weather-server.ts';

const CA = fixture('ca.pem');
const PASSWORD = 'pr0xy:wörd@/%';
const LOGIN = `svc:${encodeURIComponent(PASSWORD)}@`;

let aws: TestAws;
before(async () => {
  aws = await startTestAws();
});
after(() => aws.close());

for (const { vendor, start, run } of VENDORS) {
  describe(`a proxy before ${vendor}`, { timeout: 20_000 }, () => {
    let emulator: Emulator;
    let site: WeatherServer;
    let proxy: ConnectProxy;

    before(async () => {
      emulator = await start();
    });
    after(() => emulator.close());
    beforeEach(async () => {
      site = await startWeatherServer({ upstream: emulator.url, tls: SERVER });
      proxy = await startConnectProxy({ allow: [new URL(site.origin).host] });
    });
    afterEach(async () => {
      await Promise.all([site.close(), proxy.close()]);
    });

    const targetOf = (more: object = {}) =>
      aws.newTarget(secretOf(emulator, site.origin, { caCertificate: CA, httpsProxy: proxy.origin, ...more }));

    async function restartProxy(options: Parameters<typeof startConnectProxy>[0]): Promise<void> {
      await proxy.close();
      proxy = await startConnectProxy(options);
    }

    /** The error of a run that must not reach the site, with all that it holds. */
    async function failureOf(target: string): Promise<{ message: string; all: string }> {
      const error = await run(target).then(() => assert.fail('it succeeded'), Object);
      assert.equal(error.name, 'VendorUnreachableError');
      assert.deepEqual({ sent: error.sent, requests: site.requests }, { sent: false, requests: [] });
      return { message: error.message, all: inspect(error, { depth: 20 }) };
    }

    it('is the only way to the site, with one tunnel for all requests of two runs', async () => {
      const target = targetOf();

      const results = [await run(target), await run(target)];

      for (const result of results) assert.partialDeepStrictEqual(result, { status: 'succeeded' });
      assert.deepEqual(proxy.asked, [{ to: new URL(site.origin).host, authorization: undefined }]);
      assert.deepEqual([proxy.opened, site.connections, proxy.others], [1, 1, []]);
    });

    it('is the way of plain http too', async () => {
      const plain = await startWeatherServer({ upstream: emulator.url });
      await restartProxy({ allow: [new URL(plain.origin).host] });
      const target = aws.newTarget(secretOf(emulator, plain.origin, { httpsProxy: proxy.origin }));

      const result = await run(target);

      assert.partialDeepStrictEqual(result, { status: 'succeeded' });
      assert.deepEqual([proxy.opened, plain.connections], [1, 1]);
      await plain.close();
    });

    it('is named where it does not allow the site, and asked once', async () => {
      await restartProxy({ allow: ['gis.example.org:443'] });

      const { message } = await failureOf(targetOf());

      assert.match(message, new RegExp(`the proxy ${proxy.place}: .*HTTP 403.*allow CONNECT.*httpsProxy`));
      assert.equal(proxy.asked.length, 1);
    });

    it('gets its user and password', async () => {
      await restartProxy({ credentials: `svc:${PASSWORD}` });

      const result = await run(targetOf({ httpsProxy: proxy.origin.replace('//', `//${LOGIN}`) }));

      assert.partialDeepStrictEqual(result, { status: 'succeeded' });
      assert.equal(proxy.asked.length, 1);
    });

    it('is asked once with a wrong password, which is not told', async () => {
      await restartProxy({ credentials: 'svc:another' });
      const target = targetOf({ httpsProxy: proxy.origin.replace('//', `//${LOGIN}`) });

      const { message, all } = await failureOf(target);

      assert.match(message, new RegExp(`the proxy ${proxy.place}: .*HTTP 407.*httpsProxy`));
      const spellings = [PASSWORD, encodeURIComponent(PASSWORD), Buffer.from(`svc:${PASSWORD}`).toString('base64')];
      assert.deepEqual(
        spellings.filter((spelling) => all.includes(spelling)),
        [],
      );
      assert.equal(proxy.asked.length, 1);
    });

    it('gets a password that was changed in the secret, and only once each', async () => {
      await restartProxy({ credentials: 'svc:new-word' });
      const target = targetOf({ httpsProxy: proxy.origin.replace('//', '//svc:old-word@') });
      await failureOf(target);
      const httpsProxy = proxy.origin.replace('//', '//svc:new-word@');
      aws.setSecret(target, secretOf(emulator, site.origin, { caCertificate: CA, httpsProxy }));

      const result = await run(target);

      assert.partialDeepStrictEqual(result, { status: 'succeeded' });
      assert.equal(proxy.asked.length, 3);
    });

    it('does the work after a moment in which it could not', async () => {
      proxy.next(503);

      const result = await run(targetOf());

      assert.partialDeepStrictEqual(result, { status: 'succeeded' });
      assert.deepEqual([proxy.asked.length, proxy.opened], [2, 1]);
    });

    it('does not change whom the function trusts', async () => {
      const { message } = await failureOf(targetOf({ caCertificate: undefined }));

      assert.match(message, new RegExp(`the proxy ${proxy.place}: TLS failed.*cache-ops test CA.*caCertificate`));
    });
  });
}
