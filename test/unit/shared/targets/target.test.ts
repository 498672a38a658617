import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { describe, it } from 'node:test';
import type * as z from 'zod/mini';
import { arcgisTargetSchema, microstrategyTargetSchema } from '../../../../shared/targets/target.ts';
import { fixture } from '../../../support/tls.ts';

const CERTIFICATE = fixture('ca.pem');
const INTERMEDIATE = fixture('chain-intermediate.pem');
const CLIENT = { clientCertificate: fixture('client.pem'), clientKey: fixture('client-key.pem') };
const encrypted = (type: 'pkcs8' | 'sec1') =>
  createPrivateKey(CLIENT.clientKey).export({ format: 'pem', type, cipher: 'aes-256-cbc', passphrase: 'hunter2' });
const URL_WITH_PASSWORD = 'https://svc:hunter2@gis.example.org/server';

const login = { username: 'svc', password: 'hunter2' };
const arcgis = { vendor: 'arcgis', url: 'https://gis.example.org/server' };
const microstrategy = { vendor: 'microstrategy', url: 'https://bi.example.org/MicroStrategyLibrary' };

/** The keys that are blamed, and everything that is said about them. */
function refusal(schema: z.ZodMiniType, secret: unknown): { keys: string[]; text: string } {
  const issues = schema.safeParse(secret).error?.issues ?? [];
  return {
    keys: [...new Set(issues.map(({ path }) => path.join('.')))].toSorted(),
    text: issues.map(({ message }) => message).join('; '),
  };
}

type Case = [what: string, change: Record<string, unknown>, keys: string[]];

/** What both vendors' secrets have in common. */
const refusedOfBoth: Case[] = [
  ['no url', { url: undefined }, ['url']],
  ['an empty url', { url: '' }, ['url']],
  ['a url that is no address', { url: 'gis.example.org' }, ['url']],
  ['a url of null', { url: null }, ['url']],
  ['plain http', { url: 'http://gis.example.org/server' }, ['url']],
  ['plain http and allowHttp false', { url: 'http://gis.example.org/server', allowHttp: false }, ['url']],
  ['a password in the url', { url: URL_WITH_PASSWORD }, ['url']],
  ['a query in the url', { url: 'https://gis.example.org/server?token=hunter2' }, ['url']],
  ['no user name', { username: undefined }, ['username']],
  ['no password', { password: undefined }, ['password']],
  ['no credentials', { username: undefined, password: undefined }, ['password', 'username']],
  ['a blank password', { password: ' ' }, ['password']],
  ['an empty user name', { username: '' }, ['username']],
  ['a password of null', { password: null }, ['password']],
  ['a password that is a number', { password: 4711 }, ['password']],
  ['a certificate that is none', { caCertificate: 'hunter2' }, ['caCertificate']],
  ['an empty certificate', { caCertificate: '' }, ['caCertificate']],
  ['a broken certificate', { caCertificate: CERTIFICATE.replace(/\n.{20}/, '\n') }, ['caCertificate']],
  ['half of a certificate', { caCertificate: CERTIFICATE.slice(0, 200) }, ['caCertificate']],
  ['a client certificate without its key', { clientCertificate: CLIENT.clientCertificate }, ['clientKey']],
  ['a key without its client certificate', { clientKey: CLIENT.clientKey }, ['clientCertificate']],
  ['a client certificate that is none', { ...CLIENT, clientCertificate: 'hunter2' }, ['clientCertificate']],
  ['a key in the client certificate', { ...CLIENT, clientCertificate: CLIENT.clientKey }, ['clientCertificate']],
  ['a key that is none', { ...CLIENT, clientKey: 'hunter2' }, ['clientKey']],
  ['a cut-off key', { ...CLIENT, clientKey: CLIENT.clientKey.slice(0, 100) }, ['clientKey']],
  ['a certificate for a key', { ...CLIENT, clientKey: CLIENT.clientCertificate }, ['clientKey']],
  ['the key of another certificate', { ...CLIENT, clientKey: fixture('server-key.pem') }, ['clientKey']],
  ['the intermediate first', { ...CLIENT, clientCertificate: INTERMEDIATE + CLIENT.clientCertificate }, ['clientKey']],
  ['an encrypted key', { ...CLIENT, clientKey: encrypted('pkcs8') }, ['clientKey']],
  ['an encrypted key of the old form', { ...CLIENT, clientKey: encrypted('sec1') }, ['clientKey']],
  ['a proxy without http://', { httpsProxy: 'proxy.example.org:3128' }, ['httpsProxy']],
  ['an empty proxy', { httpsProxy: '' }, ['httpsProxy']],
  ['a proxy with a path', { httpsProxy: 'http://svc:hunter2@proxy.example.org:3128/gis' }, ['httpsProxy']],
  ['a proxy with a query', { httpsProxy: 'http://svc:hunter2@proxy.example.org:3128?x' }, ['httpsProxy']],
  ['a proxy for SOCKS', { httpsProxy: 'socks5://proxy.example.org:1080' }, ['httpsProxy']],
  [
    'a slash in the password of the proxy',
    { httpsProxy: 'http://svc:hunter2/@proxy.example.org:3128' },
    ['httpsProxy'],
  ],
  ['a bare % in it', { httpsProxy: 'http://svc:hunter2%@proxy.example.org:3128' }, ['httpsProxy']],
  ['a proxy with a line end', { httpsProxy: 'http://proxy.example.org:3128\n' }, ['httpsProxy']],
  ['allowHttp as text', { allowHttp: 'true' }, ['allowHttp']],
  ['no vendor', { vendor: undefined }, ['vendor']],
  ['a vendor that is not known', { vendor: 'qlik' }, ['vendor']],
];

const acceptedOfBoth: [what: string, change: Record<string, unknown>][] = [
  ['user name and password', {}],
  ['a private CA', { caCertificate: CERTIFICATE }],
  ['several private CAs', { caCertificate: `${CERTIFICATE}\n${CERTIFICATE}` }],
  ['a client certificate and its key', CLIENT],
  [
    'a client certificate with its intermediate',
    { ...CLIENT, clientCertificate: CLIENT.clientCertificate + INTERMEDIATE },
  ],
  ['a key behind its certificate', { ...CLIENT, clientKey: CLIENT.clientCertificate + CLIENT.clientKey }],
  ['a proxy', { httpsProxy: 'http://proxy.example.org:3128' }],
  ['a proxy with a slash at its end', { httpsProxy: 'http://proxy.example.org:3128/' }],
  ['a proxy with user and password', { httpsProxy: 'http://svc:p%40ss@proxy.example.org:3128' }],
  ['a proxy that speaks TLS', { httpsProxy: 'https://proxy.example.org' }],
  ['plain http to a loopback address', { url: 'http://127.0.0.1:6080/arcgis' }],
  ['plain http where it is meant', { url: 'http://gis.example.org/server', allowHttp: true }],
];

const vendors: [name: string, schema: z.ZodMiniType, secret: object][] = [
  ['arcgis', arcgisTargetSchema, { ...arcgis, ...login }],
  ['microstrategy', microstrategyTargetSchema, { ...microstrategy, ...login }],
];
for (const [vendor, schema, secret] of vendors) {
  describe(`the secret of a target of ${vendor}`, () => {
    for (const [what, change] of acceptedOfBoth) {
      it(`fits with ${what}`, () => {
        const { keys } = refusal(schema, { ...secret, ...change });

        assert.deepEqual(keys, []);
      });
    }

    for (const [what, change, blamed] of refusedOfBoth) {
      it(`does not fit with ${what}, and only the key is named`, () => {
        const { keys, text } = refusal(schema, { ...secret, ...change });

        assert.deepEqual(keys, blamed);
        assert.doesNotMatch(text, /hunter2|4711|example|qlik|MII/);
        assert.doesNotMatch(text, /expected|received|invalid|string|undefined/i);
      });
    }

    it('says so where the key is encrypted', () => {
      const { text } = refusal(schema, { ...secret, ...CLIENT, clientKey: encrypted('pkcs8') });

      assert.match(text, /is encrypted: store it without a passphrase/);
    });

    it('loses the slashes at the end of its url', () => {
      const parsed = schema.parse({ ...secret, url: 'https://gis.example.org/server//' });

      assert.partialDeepStrictEqual(parsed, { url: 'https://gis.example.org/server' });
    });

    it('loses keys that are not known: rotation adds its own', () => {
      const parsed = schema.parse({ ...secret, engine: 'custom', host: 'x', masterarn: 'arn' });

      assert.deepEqual(parsed, secret);
    });
  });
}

describe('the secret of a target of arcgis', () => {
  const fitting: [what: string, secret: object][] = [
    ['a token alone', { ...arcgis, token: 'A1b2-C3..' }],
    ['an address for the Admin API', { ...arcgis, ...login, adminUrl: 'https://gis.internal:6443/arcgis' }],
    ['a referer', { ...arcgis, ...login, referer: 'https://cache-ops' }],
    ['an address for the portal', { ...arcgis, ...login, portalUrl: 'https://maps.example.org/portal' }],
    ['a site of a name that begins like a path', { ...arcgis, ...login, url: 'https://gis.example.org/rest-of-town' }],
  ];
  for (const [what, secret] of fitting) {
    it(`fits with ${what}`, () => {
      const { keys } = refusal(arcgisTargetSchema, secret);

      assert.deepEqual(keys, []);
    });
  }

  const refused: Case[] = [
    ['a token and a password', { ...login, token: 'A1b2' }, ['token']],
    ['an empty token', { token: '' }, ['token']],
    ['a token of two lines', { token: 'hunter2\nhunter2' }, ['token']],
    ['a referer of two lines', { ...login, referer: 'https://cache-ops\r\nx: hunter2' }, ['referer']],
    ['plain http to the Admin API', { ...login, adminUrl: 'http://gis.internal:6080/arcgis' }, ['adminUrl']],
    ['an empty address of the Admin API', { ...login, adminUrl: '' }, ['adminUrl']],
    ['plain http to the portal', { ...login, portalUrl: 'http://maps.example.org/portal' }, ['portalUrl']],
    ['a page of the portal', { ...login, portalUrl: 'https://maps.example.org/portal/home/index.html' }, ['portalUrl']],
    ['the services directory', { ...login, url: 'https://gis.example.org/server/rest/services' }, ['url']],
    ['a folder of it', { ...login, url: 'https://gis.example.org/server/rest/services/Planning' }, ['url']],
    ['a page of the Admin API', { ...login, url: 'https://gis.example.org/server/admin/services/' }, ['url']],
    ['a page of Server Manager', { ...login, adminUrl: 'https://gis.internal:6443/arcgis/manager/x' }, ['adminUrl']],
    ['the other vendor', { ...login, vendor: 'microstrategy' }, ['vendor']],
  ];
  for (const [what, change, blamed] of refused) {
    it(`does not fit with ${what}, and only the key is named`, () => {
      const { keys, text } = refusal(arcgisTargetSchema, { ...arcgis, ...change });

      assert.deepEqual(keys, blamed);
      assert.doesNotMatch(text, /hunter2|A1b2|gis\.internal/);
    });
  }
});

describe('the secret of a target of microstrategy', () => {
  const fitting: [what: string, secret: object][] = [
    ['the standard login mode', { ...microstrategy, ...login, loginMode: 1 }],
    ['the LDAP login mode', { ...microstrategy, ...login, loginMode: 16 }],
    ['an API token in place of the three', { ...microstrategy, apiToken: 'A1b2' }],
    ['a gateway before the Library', { ...microstrategy, ...login, url: 'https://gw.example.org/app/MyLibrary' }],
    ['a Library without a path', { ...microstrategy, ...login, url: 'https://bi.example.org' }],
  ];
  for (const [what, secret] of fitting) {
    it(`fits with ${what}`, () => {
      const { keys } = refusal(microstrategyTargetSchema, secret);

      assert.deepEqual(keys, []);
    });
  }

  const refused: Case[] = [
    ['a login mode that is not known', { ...login, loginMode: 4096 }, ['loginMode']],
    ['a login mode as text', { ...login, loginMode: '1' }, ['loginMode']],
    ['an API token and a password', { ...login, apiToken: 'A1b2' }, ['apiToken']],
    ['a blank API token', { apiToken: ' ' }, ['apiToken']],
    ['a page of the Library', { ...login, url: `${microstrategy.url}/app/B7CA92F04B9FAE8D941C3E9B7E0CD754` }, ['url']],
    ['the API of the Library', { ...login, url: `${microstrategy.url}/api` }, ['url']],
    ['the other vendor', { ...login, vendor: 'arcgis' }, ['vendor']],
  ];
  for (const [what, change, blamed] of refused) {
    it(`does not fit with ${what}, and only the key is named`, () => {
      const { keys, text } = refusal(microstrategyTargetSchema, { ...microstrategy, ...change });

      assert.deepEqual(keys, blamed);
      assert.doesNotMatch(text, /hunter2|A1b2|4096/);
    });
  }
});
