import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { handler as checkTarget } from '../../functions/check-target/handler.ts';
import { check, summary } from '../support/broken-servers.ts';
import { selfSigned } from '../support/certificates.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';
import { invoke, startTestAws, type TestAws } from '../support/invoke.ts';
import { secretOf, VENDORS } from '../support/vendors.ts';
import { startWeatherServer } from '../support/weather-server.ts';

let aws: TestAws;
before(async () => {
  aws = await startTestAws();
});
after(() => aws.close());

/** What listens says nothing, or what it likes. */
async function rawServer(onSocket: (socket: Socket) => void): Promise<{ server: Server; place: string }> {
  const server = createServer((socket) => onSocket(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return { server, place: `127.0.0.1:${address.port}` };
}

for (const { vendor, start } of VENDORS) {
  describe(`check-target and TLS to ${vendor}`, () => {
    /** Checks the emulator behind a server with this certificate. */
    async function checkBehind({ endsInDays = 300, isTrusted = true } = {}) {
      const emulator = await start();
      const identity = selfSigned({ name: 'made in the test', endsInDays });
      const secure = await startWeatherServer({ upstream: emulator.url, tls: identity });
      const trust = isTrusted ? { caCertificate: identity.cert } : {};
      try {
        return { answer: await check(aws.newTarget(secretOf(emulator, secure.origin, trust))), secure };
      } finally {
        await Promise.all([secure.close(), emulator.close()]);
      }
    }

    it('is ok with a certificate that the secret trusts', async () => {
      const { answer } = await checkBehind();

      assert.deepEqual(
        answer.checks.filter(({ status, advice }) => status !== 'ok' || advice !== undefined),
        [],
      );
    });

    it('is ok, with an advice, where the certificate ends within 30 days', async () => {
      const { answer } = await checkBehind({ endsInDays: 12.5 });

      const advised = answer.checks.filter(({ advice }) => advice !== undefined);
      assert.deepEqual(
        advised.map(({ check: name, status }) => [name, status]),
        [['tls', 'ok']],
      );
      assert.match(advised[0]?.advice ?? '', /ends in 12 days, on \d{4}-\d\d-\d\d: renew/);
      assert.equal(answer.status, 'succeeded');
    });

    it('names the issuer that is not trusted, and sends no password', async () => {
      const { answer, secure } = await checkBehind({ isTrusted: false });

      const { failed, ok, advice } = summary(answer);
      assert.deepEqual([ok, failed], [['secret', 'address'], ['tls']]);
      assert.match(advice.join(), /issuer is "CN=made in the test".*caCertificate/);
      assert.deepEqual(secure.requests, []);
    });

    it('says that a certificate has ended', async () => {
      const { answer } = await checkBehind({ endsInDays: -0.1 });

      assert.deepEqual(summary(answer).failed, ['tls']);
      assert.match(summary(answer).advice.join(), /expired.*Renew the certificate/);
    });

    it('names TLS where the port does not speak it', async () => {
      const emulator = await start();
      const answer = await check(
        aws.newTarget(secretOf(emulator, new URL(emulator.url).origin.replace('http:', 'https:'))),
      );
      await emulator.close();

      assert.deepEqual(summary(answer).failed, ['tls']);
      assert.match(summary(answer).advice.join(), /not https.*Check scheme/);
    });

    it('goes through the proxy of the secret, and names it where it refuses', async () => {
      const emulator = await start();
      const { origin, host } = new URL(emulator.url);
      const [open, closed] = await Promise.all([
        startConnectProxy({ allow: [host] }),
        startConnectProxy({ answer: 407 }),
      ]);
      const through = async (httpsProxy: string) =>
        await check(aws.newTarget(secretOf(emulator, origin, { httpsProxy })));
      const [good, bad] = [await through(open.origin), await through(closed.origin)];
      await Promise.all([open.close(), closed.close(), emulator.close()]);

      assert.equal(good.status, 'succeeded');
      assert.ok(open.opened >= 1);
      assert.deepEqual(summary(bad).failed, ['address']);
      assert.match(summary(bad).advice.join(), /407.*httpsProxy/);
    });

    it('is told in bounded time of a server that never answers, and of one that answers without end', async () => {
      const silent = await rawServer(() => undefined);
      const endless = await rawServer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{"a":"');
        const chunk = 'x'.repeat(65_536);
        const go = () => {
          while (!socket.destroyed && socket.write(chunk));
        };
        socket.on('drain', go);
        go();
      });
      const secretAt = (place: string) => ({
        vendor,
        url: `http://${place}/arcgis`,
        username: 'svc',
        password: 'secret-Word',
      });
      // A Library server's logout has ten seconds of its own.
      const getRemainingTimeInMillis = () => (vendor === 'arcgis' ? 12_000 : 22_000);
      const before = process.memoryUsage().arrayBuffers;
      const startedAt = Date.now();
      const answers = await Promise.all(
        [silent, endless].map(
          async ({ place }) =>
            await invoke(checkTarget, { target: aws.newTarget(secretAt(place)) }, { getRemainingTimeInMillis }),
        ),
      );
      for (const { server } of [silent, endless]) server.close();

      for (const answer of answers)
        assert.deepEqual(summary(Object(answer)).failed, ['address'], JSON.stringify(answer));
      assert.match(JSON.stringify(answers[1]), /larger than 5 MB/);
      assert.ok(Date.now() - startedAt < 13_000);
      assert.ok(process.memoryUsage().arrayBuffers - before < 50_000_000);
    });
  });
}
