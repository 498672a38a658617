import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { handler } from '../../functions/clear-rest-cache/handler.ts';
import {
  type ArcgisEmulator,
  type ArcgisEmulatorOptions,
  startArcgisEmulator,
} from '../../local/emulators/arcgis/arcgis-emulator.ts';
import type { User } from '../../local/emulators/arcgis/tokens.ts';
import { startTestAws, type TestAws, work } from '../support/invoke.ts';
import { type Answer, jsonAnswer, startWeatherServer, type WeatherServer } from '../support/weather-server.ts';

const CLEAR_PATH = /system\/handlers\/rest\/cache\/clear/;
const EXISTS_PATH = /services\/exists/;

describe('clear-rest-cache', () => {
  let aws: TestAws;
  let emulator: ArcgisEmulator;
  let weather: WeatherServer;

  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());
  beforeEach(() => start());
  afterEach(stop);

  async function start(options: ArcgisEmulatorOptions = {}): Promise<void> {
    emulator = await startArcgisEmulator(options);
    weather = await startWeatherServer({ upstream: emulator.url });
  }

  async function stop(): Promise<void> {
    await Promise.all([weather.close(), emulator.close()]);
  }

  function targetOf({ username, password }: Pick<User, 'username' | 'password'> = emulator): string {
    return aws.newTarget({ vendor: 'arcgis', url: `${weather.origin}/arcgis`, username, password });
  }

  const clearForms = () => emulator.requests.filter(({ path }) => CLEAR_PATH.test(path)).map(({ form }) => form);

  for (const clearAnswer of ['status', 'success'] as const) {
    it(`clears the whole cache of a site that answers with "${clearAnswer}"`, async () => {
      await stop();
      await start({ clearAnswer });
      const target = targetOf();

      const result = await work(handler, { target });

      assert.deepEqual(result, { operation: 'clear-rest-cache', target, status: 'succeeded', scope: 'all' });
      assert.deepEqual(Object.keys(clearForms()[0] ?? {}).sort(), ['f', 'token']);
    });
  }

  const scopes: [what: string, scope: Record<string, string>][] = [
    ['a folder', { folderName: 'CachedServices' }],
    ['a service of the root folder', { serviceName: 'Basemap', type: 'MapServer' }],
    ['a service of a folder', { folderName: 'Imagery', serviceName: 'Landsat', type: 'ImageServer' }],
    ['a feature service', { serviceName: 'Parcels', type: 'FeatureServer' }],
  ];
  for (const [what, scope] of scopes) {
    it(`clears ${what} and nothing wider`, async () => {
      const target = targetOf();

      const result = await work(handler, { target, ...scope });

      const { f, token, ...sent } = clearForms()[0] ?? {};
      assert.partialDeepStrictEqual(result, { operation: 'clear-rest-cache', target, status: 'succeeded', scope });
      assert.deepEqual(sent, scope);
      assert.equal(emulator.cleared.length, 1);
    });
  }

  const unknown: [what: string, scope: Record<string, string>][] = [
    ['folder', { folderName: 'Nowhere' }],
    ['service', { serviceName: 'Nothing', type: 'MapServer' }],
    ['service of a known folder', { folderName: 'Imagery', serviceName: 'Landsat', type: 'MapServer' }],
    ['service of a type that services/exists does not know', { serviceName: 'Nothing', type: 'FeatureServer' }],
  ];
  for (const [what, scope] of unknown) {
    it(`is VendorRejectedError for an unknown ${what}`, async () => {
      const target = targetOf();

      const run = work(handler, { target, ...scope });

      await assert.rejects(run, { name: 'VendorRejectedError' });
      assert.deepEqual(emulator.cleared, []);
    });
  }

  it('does not take the success of a server that knows no such folder for success', async () => {
    weather.always(CLEAR_PATH, jsonAnswer({ success: true }));
    const target = targetOf();

    const run = work(handler, { target, folderName: 'Nowhere' });

    await assert.rejects(run, { name: 'VendorRejectedError' });
    assert.equal(weather.requestsTo(CLEAR_PATH).length, 0);
  });

  it('clears and says so in a note where the server cannot tell whether the folder exists', async () => {
    weather.always(EXISTS_PATH, jsonAnswer({ status: 'error', messages: ['Not supported.'], code: 404 }));
    const target = targetOf();

    const result = await work(handler, { target, folderName: 'Imagery' });

    assert.partialDeepStrictEqual(result, { status: 'succeeded', scope: { folderName: 'Imagery' } });
    assert.match(JSON.stringify(result), /notes.*Imagery/);
  });

  for (const scope of [{}, { folderName: 'Imagery' }]) {
    const what = JSON.stringify(scope);
    it(`is VendorRejectedError for a viewer of a federated site, with the server's code (${what})`, async () => {
      await stop();
      await start({ federated: true });
      const target = targetOf(emulator.tokens.users.viewer);

      const run = work(handler, { target, ...scope });

      await assert.rejects(run, { name: 'VendorRejectedError', message: /403/ });
      assert.deepEqual(emulator.cleared, []);
    });
  }

  it('is VendorRejectedError for a publisher, who may sign in and may not clear', async () => {
    const target = targetOf(emulator.tokens.users.publisher);

    const run = work(handler, { target });

    await assert.rejects(run, { name: 'VendorRejectedError', message: /403.*Administrator role required/ });
  });

  const refusals: [what: string, answer: Answer][] = [
    ['a bare success: false', jsonAnswer({ success: false })],
    ['status error', jsonAnswer({ status: 'error', messages: ['No.'], code: 500 })],
    ['status failed, as the text of the documentation has it', jsonAnswer({ status: 'failed', messages: ['No.'] })],
    ['the REST envelope', jsonAnswer({ error: { code: 400, message: 'Unable to complete operation.', details: [] } })],
    ['details that are a text', jsonAnswer({ error: { code: 201, message: 'Exception', details: 'No.' } })],
    ['a bare code', jsonAnswer({ code: 403, messages: [] })],
  ];
  for (const [what, answer] of refusals) {
    it(`takes ${what} inside an HTTP 200 for a refusal and does not repeat it`, async () => {
      weather.always(CLEAR_PATH, answer);
      const target = targetOf();

      const run = work(handler, { target });

      await assert.rejects(run, { name: 'VendorRejectedError' });
      assert.equal(weather.requestsTo(CLEAR_PATH).length, 1);
    });
  }

  for (const answer of [{}, { status: 'ok' }, { success: 'yes' }, [], 'cleared']) {
    it(`is VendorContractError for ${JSON.stringify(answer)}, which is neither documented success`, async () => {
      weather.always(CLEAR_PATH, jsonAnswer(answer));
      const target = targetOf();

      const run = work(handler, { target });

      await assert.rejects(run, { name: 'VendorContractError' });
    });
  }

  it('is UnknownTargetError for a target without a secret, naming the secret', async () => {
    const run = work(handler, { target: 'no-such-target' });

    await assert.rejects(run, { name: 'UnknownTargetError', message: /cache-ops\/no-such-target/ });
  });

  it("is InvalidSecretError for the other vendor's target and for plain http, and nothing is sent", async () => {
    const { username, password } = emulator;
    const targets = [
      { vendor: 'microstrategy', url: `${weather.origin}/arcgis`, username, password },
      { vendor: 'arcgis', url: 'http://gis.example.org/server', username, password },
    ].map((secret) => aws.newTarget(secret));

    const runs = targets.map((target) => work(handler, { target }));

    for (const run of runs) await assert.rejects(run, { name: 'InvalidSecretError' });
    assert.deepEqual(weather.requests, []);
  });
});
