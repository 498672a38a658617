import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { handler } from '../../functions/manage-map-server-cache-tiles/handler.ts';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { invoke, startTestAws, type TestAws } from '../support/invoke.ts';
import { startWeatherServer, type Weather, type WeatherServer } from '../support/weather-server.ts';

const PROPERTIES = /\/admin\/services\/Basemap\.MapServer$/;
const SUBMIT = /\/submitJob$/;
const json = (value: object): Weather => ({ body: JSON.stringify(value) });
const properties = (cacheControlMaxAge: unknown) =>
  json({ serviceName: 'Basemap', properties: { cacheControlMaxAge } });

describe('tiles that browsers may keep', () => {
  let aws: TestAws;
  let emulator: ArcgisEmulator;
  let weather: WeatherServer;
  let target: string;

  before(async () => {
    aws = await startTestAws();
    emulator = await startArcgisEmulator();
  });
  after(() => Promise.all([aws.close(), emulator.close()]));
  beforeEach(async () => {
    weather = await startWeatherServer({ upstream: emulator.url });
    const { username, password } = emulator;
    target = aws.newTarget({ vendor: 'arcgis', url: `${weather.origin}/arcgis`, username, password });
  });
  afterEach(() => weather.close());

  const notesOf = async (more: object = {}): Promise<string[]> => {
    const input = { target, inputService: 'Basemap.MapServer', updateMode: 'RECREATE_EMPTY_TILES', ...more };
    const { notes = [] } = Object(await invoke(handler, { submit: input }));
    assert.equal(weather.requestsTo(SUBMIT).length, 1);
    return notes;
  };

  it('are named in a note, with the seconds that the service says', async (t) => {
    const service = emulator.services.get('Basemap.MapServer');
    assert.ok(service);
    service.cacheControlMaxAge = '3600';
    t.after(() => {
      service.cacheControlMaxAge = '0';
    });

    assert.deepEqual(await notesOf(), [
      'Browsers may show tiles of Basemap.MapServer for 3600 s after they got them, as its cacheControlMaxAge says.',
    ]);
  });

  it('are named where the service writes the seconds as a number, too', async () => {
    weather.always(PROPERTIES, properties(60));

    assert.match((await notesOf()).join(), /for 60 s/);
  });

  it('are none where the service says 0, as by default', async () => {
    assert.deepEqual(await notesOf(), []);
    assert.equal(weather.requestsTo(PROPERTIES).length, 1);
  });

  for (const [what, said] of [
    ['no seconds', json({ serviceName: 'Basemap', properties: {} })],
    ['no properties', json({ serviceName: 'Basemap' })],
    ['a word', properties('soon')],
    ['less than nothing', properties('-1')],
    ['that the caller may not ask', json({ error: { code: 403, message: 'Not authorized' } })],
    ['that its token is not good enough', json({ status: 'error', code: 498, messages: ['Invalid Token.'] })],
    ['a page', { status: 404, body: '<html>Not found</html>', headers: { 'content-type': 'text/html' } }],
    ['that it is busy', { status: 503, body: '' }],
    ['nothing: the connection breaks', 'reset'],
  ] satisfies [string, Weather][]) {
    it(`are not named where the server says ${what}, and the job is submitted all the same`, async () => {
      weather.always(PROPERTIES, said);

      assert.deepEqual(await notesOf(), []);
    });
  }

  it('are not asked for by a dry run', async () => {
    const input = { target, inputService: 'Basemap.MapServer', updateMode: 'RECREATE_EMPTY_TILES' };

    await invoke(handler, { ...input, dryRun: true });

    assert.equal(weather.requestsTo(PROPERTIES).length, 0);
  });
});
