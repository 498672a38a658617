import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { awsRequestHandler } from '../../shared/http/aws-request-handler.ts';
import { startTestAws, type TestAws } from '../support/invoke.ts';
import { fixture, SERVER } from '../support/tls.ts';
import { secretOf, VENDORS } from '../support/vendors.ts';
import { startWeatherServer, type WeatherServer } from '../support/weather-server.ts';

const CA = fixture('ca.pem');
const WEAK = 'DEFAULT@SECLEVEL=0';
const SEND = new URL('../../shared/http/send.ts', import.meta.url);

describe('a server that speaks TLS 1.1 at most, where Node.js is told to take it', { timeout: 10_000 }, () => {
  let aws: TestAws;
  let old: WeatherServer;
  const { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS } = tls;

  before(async () => {
    aws = await startTestAws();
    old = await startWeatherServer({ tls: { ...SERVER, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: WEAK } });
    Object.assign(tls, { DEFAULT_MIN_VERSION: 'TLSv1', DEFAULT_CIPHERS: WEAK });
  });
  after(async () => {
    Object.assign(tls, { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS });
    await Promise.all([old.close(), aws.close()]);
  });

  it('would be spoken to by others', async () => {
    const socket = tls.connect({ host: '127.0.0.1', port: Number(new URL(old.origin).port), ca: [CA] });
    await once(socket, 'secureConnect');

    assert.equal(socket.getProtocol(), 'TLSv1.1');
    socket.destroy();
  });

  for (const { vendor, start, run } of VENDORS) {
    it(`is VendorUnreachableError as a server of ${vendor}, with what to do`, async () => {
      const emulator = await start();
      const { connections } = old;
      const target = aws.newTarget(secretOf(emulator, old.origin, { caCertificate: CA }));

      const outcome = run(target);

      await assert.rejects(outcome, {
        name: 'VendorUnreachableError',
        message: /no TLS 1\.2 or later.*Switch TLS 1\.2/,
      });
      assert.deepEqual([old.connections - connections, old.requests], [1, []]);
      await emulator.close();
    });
  }

  it('is not spoken to under --tls-min-v1.0 either', async () => {
    const script = `import { send } from '${SEND}';
      await send({ method: 'GET', url: '${old.origin}/' }, { access: {}, deadline: Date.now() + 9000 }).catch(console.log);`;
    const options = { env: { ...process.env, NODE_OPTIONS: `--tls-min-v1.0 --tls-cipher-list=${WEAK}` } };

    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], options);

    assert.match(stdout, /VendorUnreachableError: .*no TLS 1\.2 or later/);
  });

  it('is not spoken to in the place of AWS', async () => {
    const { protocol, hostname, port } = new URL(old.origin);

    const request = { protocol, hostname, port: Number(port), path: '/', method: 'POST' as const, headers: {} };
    const outcome = awsRequestHandler.handle(request);

    await assert.rejects(outcome, { name: 'TimeoutError', message: /alert protocol version/ });
    assert.deepEqual(old.requests, []);
  });
});
