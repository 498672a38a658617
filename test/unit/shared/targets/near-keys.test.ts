import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestAws, type TestAws } from '../../../support/invoke.ts';
import { readArcgisTarget, readMicrostrategyTarget } from '../../../support/targets.ts';

const ARCGIS = { vendor: 'arcgis', url: 'https://gis.example.org/server', username: 'svc', password: 'hunter2' };
const MICROSTRATEGY = { ...ARCGIS, vendor: 'microstrategy', url: 'https://bi.example.org/MicroStrategyLibrary' };

/** A secret with the first key in the place of the second. */
function instead(key: string, of: string, secret: Record<string, unknown> = ARCGIS): Record<string, unknown> {
  const { [of]: value = 'hunter2', ...others } = secret;
  return { ...others, [key]: value };
}

describe('a key of a secret that is nearly one of ours', () => {
  let aws: TestAws;
  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());

  const mistyped: [key: string, secret: Record<string, unknown>, meant: string][] = [
    ['pasword', instead('pasword', 'password'), 'password'],
    ['passwrod', instead('passwrod', 'password'), 'password'],
    ['Password', instead('Password', 'password'), 'password'],
    ['pwd', instead('pwd', 'password'), 'password'],
    ['pass', instead('pass', 'password'), 'password'],
    ['user', instead('user', 'username'), 'username'],
    ['user_name', instead('user_name', 'username'), 'username'],
    ['host', instead('host', 'url'), 'url'],
    ['URL', instead('URL', 'url'), 'url'],
    ['proxy', { ...ARCGIS, proxy: 'http://hunter2' }, 'httpsProxy'],
    ['https_proxy', { ...ARCGIS, https_proxy: 'http://hunter2' }, 'httpsProxy'],
    ['ca', { ...ARCGIS, ca: 'hunter2' }, 'caCertificate'],
    ['cert', { ...ARCGIS, cert: 'hunter2' }, 'caCertificate or clientCertificate'],
    ['adminURL', { ...ARCGIS, adminURL: 'hunter2' }, 'adminUrl'],
    ['portal', { ...ARCGIS, portal: 'hunter2' }, 'portalUrl'],
    ['referrer', { ...ARCGIS, referrer: 'hunter2' }, 'referer'],
    ['allow_http', { ...ARCGIS, allow_http: true }, 'allowHttp'],
    ['loginmode', { ...MICROSTRATEGY, loginmode: 16 }, 'loginMode'],
    ['token', instead('token', 'password', MICROSTRATEGY), 'apiToken'],
  ];
  for (const [key, secret, meant] of mistyped) {
    it(`is refused by its name: ${key}, which means ${meant}`, async () => {
      const target = aws.newTarget(secret);

      const read = secret['vendor'] === 'arcgis' ? readArcgisTarget(target) : readMicrostrategyTarget(target);

      await assert.rejects(read, (error: Error) => {
        assert.equal(error.name, 'InvalidSecretError');
        assert.ok(error.message.includes(`${key}: did you mean ${meant}?`), error.message);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      });
    });
  }

  it('is told with every other problem', async () => {
    const read = readArcgisTarget(aws.newTarget({ ...instead('pasword', 'password'), url: 'gis.example.org' }));

    await assert.rejects(read, { message: /url: must be .*password: is missing.*pasword: did you mean password\?$/ });
  });

  const others: [what: string, more: Record<string, unknown>][] = [
    [
      'keys of the rotation templates of AWS',
      { engine: 'x', host: 'x', port: 1, dbname: 'x', masterarn: 'x', ssl: 'x' },
    ],
    ['their ids of databases', { dbInstanceIdentifier: 'x', dbClusterIdentifier: 'x', database: 'x' }],
    ['notes of people', { description: 'x', owner: 'x', comment: 'x', arn: 'x', env: 'x', note: 'x', key1: 'x' }],
    ["another tool's word beside our key", { user: 'svc', pass: 'x', address: 'x' }],
    ['names of what every object has', { constructor: 'x', toString: 'x', hasOwnProperty: 'x' }],
  ];
  for (const [what, more] of others) {
    for (const [secret, read] of [
      [ARCGIS, readArcgisTarget],
      [MICROSTRATEGY, readMicrostrategyTarget],
    ] as const) {
      it(`is no other: ${what} (${secret.vendor})`, async () => {
        const told: string[] = [];

        await read(aws.newTarget({ ...secret, ...more }), { onUnknownKeys: (_secretId, keys) => told.push(...keys) });

        assert.deepEqual(told, Object.keys(more));
      });
    }
  }
});
