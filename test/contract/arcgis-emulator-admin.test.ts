import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { type EmulatorCaller, postForm, signIn } from '../../local/emulators/arcgis/emulator-caller.ts';

const CLEAR = '/admin/system/handlers/rest/cache/clear';

describe('the Admin API of the ArcGIS emulator', () => {
  let emulator: ArcgisEmulator;
  let caller: EmulatorCaller;

  beforeEach(async () => {
    emulator = await startArcgisEmulator();
    caller = await signIn(emulator);
  });
  afterEach(() => emulator.close());

  for (const scope of [
    {},
    { folderName: 'Imagery' },
    { folderName: 'Imagery', serviceName: 'Landsat', type: 'ImageServer' },
  ]) {
    it(`clears the REST cache of ${JSON.stringify(scope)} and remembers it`, async () => {
      const reply = await caller.post(CLEAR, scope);

      assert.deepEqual(reply, { status: 'success' });
      assert.deepEqual(
        emulator.cleared.map(({ at, ...cleared }) => cleared),
        [{ by: 'siteadmin', ...scope }],
      );
    });
  }

  it('answers with the other documented success when told to', async () => {
    const other = await startArcgisEmulator({ clearAnswer: 'success' });
    const otherCaller = await signIn(other);

    const reply = await otherCaller.post(CLEAR);

    await other.close();
    assert.deepEqual(reply, { success: true });
  });

  const refusals: [what: string, path: string, fields: Record<string, string>, code: number][] = [
    ['a service without its type', CLEAR, { serviceName: 'Basemap' }, 400],
    ['a folder that does not exist', CLEAR, { folderName: 'Nowhere' }, 404],
    ['a service that does not exist', CLEAR, { serviceName: 'Nothing', type: 'MapServer' }, 404],
    ['the address without /clear', '/admin/system/handlers/rest/cache', {}, 404],
  ];
  for (const [what, path, fields, code] of refusals) {
    it(`refuses to clear ${what}, and clears nothing`, async () => {
      const reply = await caller.post(path, fields);

      assert.partialDeepStrictEqual(reply, { status: 'error', code });
      assert.deepEqual(emulator.cleared, []);
    });
  }

  it('refuses a token in the address of a POST, even beside one in the body, or in a plain Authorization header', async () => {
    const inAddress = await postForm(`${emulator.url}${CLEAR}?token=${caller.token}`, { token: caller.token });
    const headers = { authorization: `Bearer ${caller.token}`, referer: 'https://cache-ops' };
    const body = new URLSearchParams({ f: 'json' });
    const inHeader = await fetch(emulator.url + CLEAR, { method: 'POST', headers, body });

    assert.partialDeepStrictEqual(inAddress, { status: 'error', code: 499 });
    assert.partialDeepStrictEqual(await inHeader.json(), { status: 'error', code: 499 });
    assert.deepEqual(emulator.cleared, []);
  });

  for (const path of ['/admin/services/Basemap.MapServer/stop', '/admin/generateToken']) {
    it(`takes no GET at ${path}`, async () => {
      const headers = { 'X-Esri-Authorization': `Bearer ${caller.token}`, referer: 'https://cache-ops' };
      const reply = await (await fetch(`${emulator.url}${path}?f=json`, { headers })).json();

      assert.partialDeepStrictEqual(reply, { status: 'error' });
      assert.equal(emulator.services.get('Basemap.MapServer')?.started, true);
    });
  }

  it('lets only an administrator clear the REST cache', async () => {
    const publisher = await signIn(emulator, 'publisher');
    const viewer = await signIn(emulator, 'viewer');

    const replies = [await publisher.post(CLEAR), await viewer.post(CLEAR)];

    for (const reply of replies) assert.partialDeepStrictEqual(reply, { status: 'error', code: 403 });
    assert.deepEqual(emulator.cleared, []);
  });

  it('lets a viewer see nothing', async () => {
    const viewer = await signIn(emulator, 'viewer');

    const reply = await viewer.post('/admin/services');

    assert.partialDeepStrictEqual(reply, { status: 'error', code: 403 });
  });

  it('tells which folders and services exist', async () => {
    const questions = [
      { folderName: 'Imagery' },
      { folderName: 'Nowhere' },
      { serviceName: 'Parcels', type: 'FeatureServer' },
      { folderName: 'Imagery', serviceName: 'Landsat', type: 'MapServer' },
    ];

    const replies = await Promise.all(questions.map((question) => caller.post('/admin/services/exists', question)));

    assert.deepEqual(replies, [{ exists: true }, { exists: false }, { exists: true }, { exists: false }]);
  });

  it('lists a folder with its stopped services', async () => {
    const reply = await caller.post('/admin/services/Demo');

    assert.partialDeepStrictEqual(reply, { folderName: 'Demo', services: [{ serviceName: 'Old', type: 'MapServer' }] });
  });

  it('starts and stops services, which the REST side then finds or does not', async () => {
    const stopped = await caller.post('/admin/services/Basemap.MapServer/stop');
    const started = await caller.post('/admin/services/Demo/Old.MapServer/start');

    assert.deepEqual([stopped, started], [{ status: 'success' }, { status: 'success' }]);
    const state = await caller.post('/admin/services/Basemap.MapServer/status');
    assert.deepEqual(state, { configuredState: 'STOPPED', realTimeState: 'STOPPED' });
    assert.partialDeepStrictEqual(await caller.post('/rest/services/Basemap/MapServer'), { error: { code: 500 } });
    assert.partialDeepStrictEqual(await caller.post('/rest/services/Demo/Old/MapServer'), { mapName: 'Old' });
  });
});
