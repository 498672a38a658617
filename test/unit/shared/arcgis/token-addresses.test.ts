import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertMayGetCredentials, tokenAddresses } from '../../../../shared/arcgis/token-addresses.ts';

const SITE = { url: 'https://gis.example.org/server' };
const WITH_ADMIN = { ...SITE, adminUrl: 'https://gis.internal:6443/arcgis' };
const TUNNEL = { ...SITE, adminUrl: 'https://localhost:6443/arcgis', portalUrl: 'https://127.0.0.1:7443/portal' };
const LOCAL = { url: 'http://127.0.0.1:6080/arcgis' };

describe('an address that a site names for its tokens', () => {
  const taken: [what: string, access: Parameters<typeof assertMayGetCredentials>[0], address: string][] = [
    ['the host of url', SITE, 'https://gis.example.org/portal'],
    ['the host of url in other letters', SITE, 'https://GIS.Example.org/portal'],
    ['another port of it', SITE, 'https://gis.example.org:7443/portal'],
    ['the host of adminUrl', WITH_ADMIN, 'https://gis.internal:7443/arcgis'],
    ['the host of portalUrl', { ...SITE, portalUrl: 'https://maps.example.org/p' }, 'https://maps.example.org:7443/x'],
    ['plain http where it is allowed', { ...SITE, allowHttp: true }, 'http://gis.example.org/portal'],
    ['another port of a loopback site', LOCAL, 'http://127.0.0.1:7080/portal'],
  ];
  for (const [what, access, address] of taken) {
    it(`may be ${what}`, () => {
      assertMayGetCredentials(access, address, 'portal');
    });
  }

  const refused: [what: string, access: Parameters<typeof assertMayGetCredentials>[0], address: string, RegExp][] = [
    ['another host', SITE, 'https://portal.example.org/portal', /^portalUrl: /],
    ['a host below that of url', SITE, 'https://x.gis.example.org/portal', /^portalUrl: /],
    ['a host that begins as that of url', SITE, 'https://gis.example.org.evil.example/portal', /^portalUrl: /],
    ['plain http', SITE, 'http://gis.example.org/portal', /plain http/],
    ['a user in it', SITE, 'https://gis.example.org@evil.example/portal', /user name/],
    ['a query', SITE, 'https://gis.example.org/portal?x=', /\?/],
    ['no address', SITE, '/portal', /https:/],
    // In Lambda this is the runtime's own interface.
    ['plain http on loopback', SITE, 'http://127.0.0.1:9001/2018-06-01', /loopback/],
    ['loopback by its name', SITE, 'https://localhost/portal', /loopback/],
    ['loopback in another spelling', SITE, 'http://0x7f.1:9001/portal', /loopback/],
    ['loopback in IPv6', SITE, 'https://[::1]/portal', /loopback/],
    ['the loopback of adminUrl', TUNNEL, 'https://localhost:7443/portal', /loopback/],
    ['the loopback of portalUrl', TUNNEL, 'https://127.0.0.1:7443/portal', /loopback/],
    ['another loopback than that of url', LOCAL, 'http://localhost:7080/portal', /^portalUrl: /],
  ];
  for (const [what, access, address, message] of refused) {
    it(`must not be ${what}`, () => {
      assert.throws(() => assertMayGetCredentials(access, address, 'portal'), { name: 'InvalidSecretError', message });
    });
  }

  it('leaves the addresses of the secret itself as they are, loopback too', () => {
    const addresses = tokenAddresses({ ...SITE, adminUrl: 'https://localhost:6443/arcgis' }, {});

    assert.deepEqual(addresses, { first: 'https://localhost:6443/arcgis/admin/generateToken' });
  });
});
