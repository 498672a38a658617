import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { namedError } from '../../../../shared/http/failure.ts';

const CERTIFICATE = { clientCertificate: 'PEM', clientKey: 'PEM' };

function failure(code: string, access: object = {}) {
  const cause = Object.assign(new Error('it failed'), { code });
  const request = { place: 'POST gis.example.org/x', host: 'gis.example.org', access, sent: true, timeoutMs: 30_000 };
  return Object(namedError(cause, request));
}

describe('the error of a connection', () => {
  for (const code of [
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    'ERR_SSL_TLSV1_ALERT_ACCESS_DENIED',
    'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE',
    'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED',
    'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_REVOKED',
    'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN',
    'ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE',
  ]) {
    it(`says of ${code} what is wrong with the client certificate, and that nothing was done`, () => {
      const [none, wrong] = [failure(code), failure(code, CERTIFICATE)];

      assert.match(none.message, /asks for a client certificate .*clientCertificate.*clientKey/);
      assert.match(wrong.message, /refused the client certificate .*trusts.*clientCertificate.*clientKey/);
      for (const { sent, passing } of [none, wrong]) assert.deepEqual([sent, passing], [false, false]);
    });
  }

  it('says of a handshake without an outcome what may be missing', () => {
    const { message, passing } = failure('ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE');

    assert.match(message, /no TLS could be agreed on.*clientCertificate.*clientKey.*cipher suites/);
    assert.equal(passing, false);
  });

  for (const code of ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'ERR_SSL_UNSUPPORTED_PROTOCOL']) {
    it(`says of ${code} which TLS is wanted`, () => {
      const { message, passing } = failure(code);

      assert.match(message, /no TLS 1\.2 or later/);
      assert.equal(passing, false);
    });
  }

  for (const code of [
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'ERR_SSL_PACKET_LENGTH_TOO_LONG',
    'ERR_SSL_DATA_LENGTH_TOO_LONG',
    'ERR_SSL_HTTP_REQUEST',
    'ERR_SSL_TLSV1_UNRECOGNIZED_NAME',
    'ERR_SSL_INVALID_ALERT',
  ]) {
    it(`says of ${code} that the port speaks something else, which does not pass`, () => {
      const { message, passing } = failure(code);

      assert.match(
        message,
        /not https\. Check scheme, host name and port.*Repeating does not help until that is mended\.$/,
      );
      assert.equal(passing, false);
    });
  }

  for (const code of [
    'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR',
    'ERR_SSL_UNEXPECTED_EOF_WHILE_READING',
    'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
    'ECONNRESET',
    'ENOTFOUND',
  ]) {
    it(`takes ${code} for something that may pass`, () => {
      const { message, passing } = failure(code);

      assert.equal(passing, true);
      assert.doesNotMatch(message, /Repeating/);
    });
  }

  it('tells of the way through a proxy where there is none', () => {
    const { message } = failure('ETIMEDOUT');

    assert.match(message, /or through a proxy \(httpsProxy in the secret\)/);
  });

  it('names the proxy that was gone through, without its login', () => {
    const { message } = failure('ECONNRESET', { httpsProxy: 'http://svc:hunter2@proxy.example.org:3128' });

    assert.match(message, /^POST gis\.example\.org\/x through the proxy proxy\.example\.org:3128: it failed/);
    assert.doesNotMatch(message, /hunter2|svc/);
  });
});
