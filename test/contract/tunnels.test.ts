import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it, type TestContext } from 'node:test';
import { VendorUnreachableError } from '../../shared/errors.ts';
import type { ServerAccess } from '../../shared/http/agents.ts';
import { send } from '../../shared/http/send.ts';
import { type ConnectProxy, startConnectProxy } from '../support/connect-proxy.ts';
import { fixture, SERVER } from '../support/tls.ts';
import { startWeatherServer, type WeatherServer } from '../support/weather-server.ts';

const CA = fixture('ca.pem');
const CLIENT = { clientCertificate: fixture('client.pem'), clientKey: fixture('client-key.pem') };

let site: WeatherServer;
before(async () => {
  site = await startWeatherServer({ tls: SERVER });
  site.always(/./, { body: 'done' });
});
after(() => site.close());

async function startProxy(
  context: TestContext,
  options?: Parameters<typeof startConnectProxy>[0],
): Promise<ConnectProxy> {
  const proxy = await startConnectProxy(options);
  context.after(() => proxy.close());
  return proxy;
}

const ask = async (access: ServerAccess, deadline = Date.now() + 60_000) =>
  await send({ method: 'POST', url: `${site.origin}/work`, body: 'x' }, { access, deadline });

/** The error of one request that never reached the site. */
async function failureOf(asked: Promise<unknown>): Promise<VendorUnreachableError> {
  const error = await asked.then(() => assert.fail('it succeeded'), Object);
  assert.ok(error instanceof VendorUnreachableError, String(error));
  assert.deepEqual({ sent: error.sent, requests: site.requests }, { sent: false, requests: [] });
  return error;
}

describe('one request through a proxy', { timeout: 10_000, concurrency: true }, () => {
  const refusals: [what: string, answer: Parameters<typeof startConnectProxy>[0], said: RegExp, passing: boolean][] = [
    [
      'forbids it',
      { answer: 403 },
      /opened no tunnel to 127\.0\.0\.1:\d+ and answered HTTP 403\..*allow CONNECT/,
      false,
    ],
    ['knows no CONNECT', { answer: 405 }, /HTTP 405\./, false],
    ['wants another login', { answer: 407 }, /HTTP 407\..*user and password into httpsProxy/, false],
    ['has too much to do', { answer: 429 }, /HTTP 429\./, true],
    ['finds no site', { answer: 502 }, /HTTP 502\..*the proxy can reach it/, true],
    ['redirects', { answer: 302 }, /HTTP 302\./, false],
    ['closes', { answer: 'close' }, /opened no tunnel: .*Check httpsProxy/, true],
    ['speaks no HTTP', { answer: 'nonsense' }, /opened no tunnel: .*HTTP.*Check httpsProxy/, false],
    ['says nothing', { answer: 'silence' }, /opened no tunnel: no whole answer within 5 s\..*Check httpsProxy/, true],
  ];
  for (const [what, options, said, passing] of refusals) {
    it(`is not sent where the proxy ${what}`, async (context) => {
      const proxy = await startProxy(context, options);

      const error = await failureOf(ask({ caCertificate: CA, httpsProxy: proxy.origin }));

      assert.match(error.message, said);
      assert.match(error.message, new RegExp(`^POST .*/work through the proxy ${proxy.place}: `));
      assert.deepEqual([error.passing, proxy.asked.length], [passing, 1]);
    });
  }

  for (const [url, to] of [
    ['https://gis.example.org/server', 'gis.example.org:443'],
    ['http://gis.example.org/server', 'gis.example.org:80'],
    ['https://[2001:db8::1]/server', '[2001:db8::1]:443'],
    ['https://gis.example.org:6443/server', 'gis.example.org:6443'],
  ] as const) {
    it(`asks for ${to} by its name and port for ${url}`, async (context) => {
      const proxy = await startProxy(context, { answer: 403 });
      const access = { httpsProxy: proxy.origin };

      await failureOf(send({ method: 'GET', url }, { access, deadline: Date.now() + 5000 }));

      assert.deepEqual(proxy.asked, [{ to, authorization: undefined }]);
    });
  }

  it('is not sent where the proxy is down', async (context) => {
    const proxy = await startProxy(context);
    await proxy.close();

    const error = await failureOf(ask({ caCertificate: CA, httpsProxy: proxy.origin }));

    assert.match(error.message, new RegExp(`proxy ${proxy.place}: .*ECONNREFUSED.*Check httpsProxy`));
    assert.equal(error.passing, true);
  });

  it('ends with its own time where the proxy hangs longer', async (context) => {
    const proxy = await startProxy(context, { answer: 'silence' });

    const error = await failureOf(ask({ caCertificate: CA, httpsProxy: proxy.origin }, Date.now() + 300));

    assert.match(error.message, new RegExp(`through the proxy ${proxy.place}: no whole answer`));
  });

  it('leaves no connection behind where it was refused', async (context) => {
    const proxy = await startProxy(context, { answer: 403 });

    await failureOf(ask({ caCertificate: CA, httpsProxy: proxy.origin }));

    await proxy.idle();
  });
});

describe('a proxy that speaks TLS', { timeout: 10_000 }, () => {
  let proxy: ConnectProxy;
  beforeEach(async () => {
    const demand = { requestCert: true, rejectUnauthorized: false, ca: [fixture('chain-root.pem')] };
    proxy = await startConnectProxy({ tls: { ...SERVER, ...demand } });
  });
  afterEach(() => proxy.close());

  it('is trusted by caCertificate, and is not shown the client certificate', async () => {
    const { text } = await ask({ caCertificate: CA, httpsProxy: proxy.origin, ...CLIENT });

    assert.equal(text, 'done');
    assert.deepEqual(proxy.certificates, [{}]);
    site.requests.splice(0);
  });

  it('is not spoken to where its issuer is not trusted', async () => {
    const error = await failureOf(ask({ httpsProxy: proxy.origin }));

    assert.match(error.message, new RegExp(`proxy ${proxy.place}: .*cache-ops test CA.*caCertificate`));
    assert.deepEqual([error.passing, proxy.asked], [false, []]);
  });
});
