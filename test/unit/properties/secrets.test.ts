import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { handler as clearRestCache } from '../../../functions/clear-rest-cache/handler.ts';
import { handler as purge } from '../../../functions/purge-microstrategy-caches/handler.ts';
import { InvalidSecretError } from '../../../shared/errors.ts';
import { type CountingSite, startCountingSite, withoutLog } from '../../support/counting-site.ts';
import { startTestAws, type TestAws } from '../../support/invoke.ts';
import { oddLike } from '../../support/odd-values.ts';
import { assertReadable, holds } from '../../support/properties.ts';
import { readArcgisTarget } from '../../support/targets.ts';

const RUNS = 60;
const PASSWORD = 'correct-Horse-1';
const TOKEN = 'battery-Staple-2';
const caCertificate = readFileSync('test/fixtures/tls/ca.pem', 'utf8');

const ADDRESS_PIECES = [
  ...['https://', 'http://', 'HTTPS:', 'ftp://', 'javascript:', 'file:///', '127.0.0.1', 'localhost', '[::1]', '[::]'],
  ...[
    '127.1',
    '2130706433',
    '0x7f.1',
    '127.0.0.1.example.org',
    'gis.example.org',
    '10.0.0.1',
    'LOCALHOST',
    '１２７.0.0.1',
  ],
  ...['/', '//', '\\', '@', 'user:pass@', ':6443', ':0', ':99999', '?', '#', '%2e%2e', '..', ' ', '\t', '\n', '\u0000'],
  ...['/arcgis', '/server', '/rest', '/admin', '/portal', '\ud800', 'é', '。', '%', '%00', '．'],
];
const address = fc.string({ unit: fc.constantFrom(...ADDRESS_PIECES), minLength: 1, maxLength: 6 });

const isText = (value: unknown) => typeof value === 'string' && value.trim() !== '';

/** What a secret must at least be before anything is sent to its site. */
function mayBeUsed(secret: Record<string, unknown>, vendor: string, origin: string): boolean {
  const { url, username, password, token, apiToken } = secret;
  const key = vendor === 'arcgis' ? token : apiToken;
  const isLogin = isText(username) && isText(password) && key === undefined;
  return (
    secret['vendor'] === vendor &&
    typeof url === 'string' &&
    url.startsWith(`${origin}/`) &&
    (isLogin || (isText(key) && password === undefined))
  );
}

describe('whatever secret a target has', () => {
  let aws: TestAws;
  let site: CountingSite & { close(): Promise<void> };

  before(async () => {
    aws = await startTestAws();
    site = await startCountingSite(aws);
  });
  after(() => Promise.all([site.close(), aws.close()]));

  const arcgis = (more: object) => ({ vendor: 'arcgis', url: `${site.origin}/arcgis/`, ...more });
  const library = (more: object) => ({
    vendor: 'microstrategy',
    url: `${site.origin}/MicroStrategyLibrary`,
    ...more,
  });
  const login = { username: 'svc', password: PASSWORD };
  const vendors = [
    {
      vendor: 'arcgis',
      handler: clearRestCache,
      input: {},
      secrets: () => [
        arcgis({ ...login, adminUrl: `${site.origin}/arcgis`, referer: 'https://cache-ops', caCertificate }),
        arcgis({ token: TOKEN, allowHttp: false, rotatedBy: 'somebody' }),
      ],
    },
    {
      vendor: 'microstrategy',
      handler: purge,
      input: { projects: 'ALL' },
      secrets: () => [
        library({ ...login, loginMode: 16, caCertificate }),
        library({ apiToken: TOKEN, allowHttp: true }),
      ],
    },
  ];

  for (const { vendor, handler, input, secrets } of vendors) {
    it(`sends nothing to a ${vendor} site unless it is good, and tells no value of it`, async (t) => {
      withoutLog(t);
      let reached = 0;

      await holds(
        fc.asyncProperty(oddLike(secrets()), async (secretText) => {
          const target = aws.newTarget(secretText);

          const { requests, error } = await site.run(handler, JSON.stringify({ submit: { target, ...input } }));

          if (requests.length > 0) {
            reached += 1;
            assert.ok(mayBeUsed(Object(JSON.parse(secretText)), vendor, site.origin));
          } else assert.equal(error?.name, 'InvalidSecretError');
          for (const value of [PASSWORD, TOKEN]) assert.ok(!error?.message.includes(value));
        }),
        RUNS,
      );

      assert.ok(reached > RUNS / 20, `only ${reached} secrets were good`);
    });
  }

  it('has an address that is https, or this machine’s own, and nothing else than a place', async (t) => {
    withoutLog(t);
    let accepted = 0;

    await holds(
      fc.asyncProperty(
        fc.oneof(
          address,
          address.map((text) => `https://${text}`),
        ),
        async (text) => {
          const target = aws.newTarget({ vendor: 'arcgis', url: text, token: TOKEN });

          const read = await readArcgisTarget(target).catch((error: unknown) => error);

          if (read instanceof InvalidSecretError) assertReadable(read.message);
          else {
            accepted += 1;
            assertIsPlace(Object(read).url);
          }
        },
      ),
      4 * RUNS,
    );

    assert.ok(accepted > RUNS / 20, `only ${accepted} addresses were good`);
  });

  function assertIsPlace(address: string): void {
    const { protocol, hostname, username, password, search, hash } = new URL(address);
    assert.doesNotMatch(address, /[?#\s]|\/$/);
    assert.deepEqual([username, password, search, hash], ['', '', '', '']);
    assert.ok(protocol === 'https:' || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname), address);
  }
});
