import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { handler as manageTiles } from '../../functions/manage-map-server-cache-tiles/handler.ts';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { invoke, startTestAws, type TestAws } from '../support/invoke.ts';
import {
  type Answer,
  htmlAnswer,
  jsonAnswer,
  startWeatherServer,
  type WeatherServer,
} from '../support/weather-server.ts';

const ADMIN_SIGN_IN = /\/admin\/generateToken$/;

describe('a site whose Admin API does not sign in', () => {
  let aws: TestAws;
  let emulator: ArcgisEmulator;
  let weather: WeatherServer;

  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());
  beforeEach(async () => {
    emulator = await startArcgisEmulator();
    weather = await startWeatherServer({ upstream: emulator.url });
    const authInfo = { tokenServicesUrl: `${weather.origin}/arcgis/tokens/` };
    weather.always(/rest\/info$/, jsonAnswer({ currentVersion: 11.3, authInfo }));
  });
  afterEach(() => Promise.all([weather.close(), emulator.close()]));

  /** Where a password was sent to, after one operation that needs a sign-in. */
  async function signInsOf(): Promise<{ paths: string[]; error: string | undefined }> {
    const { username, password } = emulator;
    const target = aws.newTarget({ vendor: 'arcgis', url: `${weather.origin}/arcgis`, username, password });
    const submit = { target, inputService: 'Basemap.MapServer', updateMode: 'RECREATE_EMPTY_TILES' };
    const error = await invoke(manageTiles, { submit }).then(
      () => undefined,
      ({ name }: Error) => name,
    );
    const paths = weather.requests.filter(({ body }) => body.includes('password=')).map(({ path }) => path);
    return { paths, error };
  }

  for (const status of [403, 404, 405]) {
    it(`because of a page with HTTP ${status} before it is signed in to at the token service that it names`, async () => {
      weather.always(ADMIN_SIGN_IN, htmlAnswer(status));

      const { paths, error } = await signInsOf();

      assert.deepEqual(paths, ['/arcgis/admin/generateToken', '/arcgis/tokens/generateToken']);
      assert.equal(error, undefined);
    });
  }

  const others: [what: string, answer: Answer, error: string][] = [
    ['a page with HTTP 400', htmlAnswer(400), 'VendorRejectedError'],
    ['HTML with HTTP 200', htmlAnswer(200), 'VendorContractError'],
    ['code 500', jsonAnswer({ status: 'error', messages: ['Failed.'], code: 500 }), 'VendorAuthError'],
    ['code 403', jsonAnswer({ status: 'error', messages: ['Not allowed.'], code: 403 }), 'VendorAuthError'],
    ['a refusal without a code', jsonAnswer({ error: 'no' }), 'VendorAuthError'],
  ];
  for (const [what, answer, name] of others) {
    it(`because of ${what} gets the password nowhere else`, async () => {
      weather.always(ADMIN_SIGN_IN, answer);

      const { paths, error } = await signInsOf();

      assert.deepEqual([paths, error], [['/arcgis/admin/generateToken'], name]);
    });
  }
});
