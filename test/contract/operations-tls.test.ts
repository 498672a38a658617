import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { handler as clearRestCache } from '../../functions/clear-rest-cache/handler.ts';
import { startTestAws, type TestAws, work } from '../support/invoke.ts';
import { fixture, SERVER } from '../support/tls.ts';
import { type Emulator, secretOf, VENDORS } from '../support/vendors.ts';
import { startWeatherServer, type WeatherServer } from '../support/weather-server.ts';

const CA = fixture('ca.pem');
/** A second certificate whose end got lost, as in a copy that was cut off. */
const CUT_OFF = CA.slice(0, 200);

let aws: TestAws;
before(async () => {
  aws = await startTestAws();
});
after(() => aws.close());

for (const { vendor, start, run } of VENDORS) {
  describe(`TLS to ${vendor}`, { timeout: 10_000 }, () => {
    let emulator: Emulator;
    let secure: WeatherServer;

    before(async () => {
      emulator = await start();
    });
    after(() => emulator.close());
    beforeEach(async () => {
      secure = await startWeatherServer({ upstream: emulator.url, tls: SERVER });
    });
    afterEach(async () => {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      await secure.close();
    });

    const targetOf = (caCertificate?: string) => aws.newTarget(secretOf(emulator, secure.origin, { caCertificate }));

    it('is VendorUnreachableError naming the issuer that is not trusted, and sends nothing', async () => {
      const outcome = run(targetOf());

      await assert.rejects(outcome, { name: 'VendorUnreachableError', message: /cache-ops test CA.*caCertificate/ });
      assert.deepEqual(secure.requests, []);
    });

    it('verifies whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
      process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';

      const outcome = run(targetOf());

      await assert.rejects(outcome, { name: 'VendorUnreachableError', message: /cache-ops test CA/ });
      assert.deepEqual(secure.requests, []);
    });

    for (const [what, caCertificate] of [
      ['the CA', CA],
      ['the CA after another certificate, with words between them', `${SERVER.cert}\nour own:\n${CA}`],
    ] as const) {
      it(`works with ${what} in caCertificate`, async () => {
        const result = await run(targetOf(caCertificate));

        assert.partialDeepStrictEqual(result, { status: 'succeeded' });
        assert.ok(secure.requests.length > 1);
      });
    }

    it('trusts a private CA for its own target only', async () => {
      await run(targetOf(CA));

      const outcome = run(targetOf());

      await assert.rejects(outcome, { name: 'VendorUnreachableError' });
    });

    const broken: [what: string, caCertificate: string][] = [
      ['no PEM', 'our own CA'],
      ['a PEM block that is no certificate', '-----BEGIN CERTIFICATE-----\nbm90IG9uZQ==\n-----END CERTIFICATE-----'],
      ['a cut-off certificate', CUT_OFF],
      ['a certificate before a cut-off one', `${CA}\n${CUT_OFF}`],
      ['a key in the place of the certificate', SERVER.key],
      ['a certificate with its line ends lost', CA.replaceAll('\n', '\\n')],
    ];
    for (const [what, caCertificate] of broken) {
      it(`is InvalidSecretError, naming caCertificate and not its value, for ${what}`, async () => {
        const outcome = run(targetOf(caCertificate));

        const error = await outcome.then(() => assert.fail('it succeeded'), Object);
        assert.equal(error.name, 'InvalidSecretError');
        assert.match(error.message, /caCertificate/);
        assert.ok(!error.message.includes(caCertificate));
        assert.deepEqual(secure.requests, []);
      });
    }
  });
}

/** What listens on a wrong port says; an address that is not https asks it for HTTP. */
const MISTAKES: [what: string, scheme: string, greeting: string | undefined][] = [
  ['https to a port that speaks HTTP', 'https', undefined],
  ['https to a port that speaks SSH', 'https', 'SSH-2.0-OpenSSH_9.0\r\n'],
  ['https to a port that speaks a database protocol', 'https', '\x4a\0\0\0\x0a8.0.30\0'],
  ['http to a port that speaks SSH', 'http', 'SSH-2.0-OpenSSH_9.0\r\n'],
  ['http to a port that answers by an alert of TLS', 'http', '\x15\x03\x01\0\x02\x02\x46'],
];
for (const [what, scheme, greeting] of MISTAKES) {
  it(`is VendorUnreachableError for ${what}, at once`, async () => {
    let connections = 0;
    const port = createServer((socket) => {
      connections += 1;
      socket.on('error', () => undefined);
      if (greeting === undefined) socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
      else socket.write(greeting, 'latin1');
    });
    port.listen(0, '127.0.0.1');
    await once(port, 'listening');
    const url = `${scheme}://127.0.0.1:${Object(port.address()).port}/arcgis`;
    const target = aws.newTarget({ vendor: 'arcgis', url, username: 'u', password: 'a-Password1' });

    const outcome = work(clearRestCache, { target });

    await assert.rejects(outcome, { name: 'VendorUnreachableError', message: /Check scheme, host name and port/ });
    assert.equal(connections, 1);
    port.close();
  });
}
