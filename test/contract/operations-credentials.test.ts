import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { handler as clearRestCache } from '../../functions/clear-rest-cache/handler.ts';
import { handler as manageTiles } from '../../functions/manage-map-server-cache-tiles/handler.ts';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { invoke, startTestAws, type TestAws, work } from '../support/invoke.ts';
import {
  type Answer,
  htmlAnswer,
  jsonAnswer,
  startWeatherServer,
  type WeatherServer,
} from '../support/weather-server.ts';

const ADMIN_PATH = /arcgis\/admin\//;
const TOKEN_REFUSED = jsonAnswer({ error: { code: 499, message: 'Token Required', details: [] } });

/** The site is at 127.0.0.1, a second server at `localhost`: the same machine, and another host by its name. */
describe('the credentials of an ArcGIS target', () => {
  let aws: TestAws;
  let emulator: ArcgisEmulator;
  let site: WeatherServer;
  let elsewhere: WeatherServer;

  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());
  beforeEach(async () => {
    emulator = await startArcgisEmulator({ federated: true });
    site = await startWeatherServer({ upstream: emulator.url });
    elsewhere = await startWeatherServer({ upstream: emulator.url });
  });
  afterEach(() => Promise.all([site.close(), elsewhere.close(), emulator.close()]));

  const atLocalhost = (path: string) => elsewhere.origin.replace('127.0.0.1', 'localhost') + path;
  const withPassword = ({ requests }: WeatherServer) => requests.filter(({ body }) => body.includes('password='));

  function newTarget(more: object = {}): string {
    const { username, password } = emulator;
    return aws.newTarget({ vendor: 'arcgis', url: `${site.origin}/arcgis`, username, password, ...more });
  }

  function siteSays(info: object | Answer): void {
    site.always(/rest\/info/, 'body' in info ? info : jsonAnswer({ currentVersion: 11.3, ...info }));
  }

  async function refusalOf(target: string): Promise<string> {
    const error = await invoke(manageTiles, tiles(target)).then(() => assert.fail('it succeeded'), Object);
    assert.equal(error.name, 'InvalidSecretError');
    assert.deepEqual([withPassword(site), withPassword(elsewhere)], [[], []]);
    return error.message;
  }

  it('stay here where the site names a portal on another host, and the error says which key to add', async () => {
    siteSays({ owningSystemUrl: atLocalhost('/portal') });

    const message = await refusalOf(newTarget());

    assert.match(message, /^portalUrl: .*localhost.*Credentials go only to the hosts of url, adminUrl and portalUrl/);
    assert.deepEqual(elsewhere.requests, []);
  });

  it('go to the portal of portalUrl, whatever port and path the site names on its host', async () => {
    siteSays({ owningSystemUrl: 'https://localhost:7443/arcgis' });

    const result = await work(clearRestCache, { target: newTarget({ portalUrl: atLocalhost('/portal/') }) });

    assert.partialDeepStrictEqual(result, { status: 'succeeded' });
    assert.deepEqual(
      withPassword(elsewhere).map(({ path }) => path),
      ['/portal/sharing/rest/generateToken'],
    );
    assert.deepEqual(withPassword(site), []);
  });

  it('stay here where the site names a portal on a third host', async () => {
    siteSays({ owningSystemUrl: 'https://portal.example.org/portal' });

    const message = await refusalOf(newTarget({ portalUrl: atLocalhost('/portal') }));

    assert.match(message, /^portalUrl: .*portal\.example\.org/);
    assert.deepEqual(elsewhere.requests, []);
  });

  it('go to the portal of portalUrl where the site does not tell whose it is', async () => {
    siteSays(TOKEN_REFUSED);

    const result = await work(clearRestCache, { target: newTarget({ portalUrl: atLocalhost('/portal') }) });

    assert.partialDeepStrictEqual(result, { status: 'succeeded' });
    assert.equal(withPassword(elsewhere).length, 1);
  });

  it('go to the site itself where it has no portal, whatever portalUrl says', async () => {
    siteSays({});

    const result = await work(clearRestCache, { target: newTarget({ portalUrl: atLocalhost('/portal') }) });

    assert.partialDeepStrictEqual(result, { status: 'succeeded' });
    assert.deepEqual(elsewhere.requests, []);
  });

  it('stay here where the Admin API is shut off and the token service is on another host', async () => {
    siteSays({ authInfo: { tokenServicesUrl: atLocalhost('/arcgis/tokens/') } });
    site.always(ADMIN_PATH, { ...htmlAnswer(), status: 403 });

    const run = invoke(manageTiles, tiles(newTarget()));

    await assert.rejects(run, { name: 'InvalidSecretError', message: /^adminUrl: .*localhost/ });
    assert.deepEqual(elsewhere.requests, []);
  });

  it('go to a token service on the host of adminUrl', async () => {
    siteSays({ authInfo: { tokenServicesUrl: atLocalhost('/arcgis/tokens/') } });
    elsewhere.always(ADMIN_PATH, { ...htmlAnswer(), status: 403 });

    const result = await invoke(manageTiles, tiles(newTarget({ adminUrl: atLocalhost('/arcgis') })));

    assert.partialDeepStrictEqual(result, { status: 'running' });
    assert.equal(elsewhere.requestsTo(/tokens\/generateToken/).length, 1);
  });
});

function tiles(target: string): object {
  return { submit: { target, inputService: 'Basemap.MapServer', updateMode: 'RECREATE_EMPTY_TILES' } };
}
