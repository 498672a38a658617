import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { createService } from '../../local/emulators/arcgis/catalogue.ts';
import { type EmulatorCaller, postForm, signIn } from '../../local/emulators/arcgis/emulator-caller.ts';

const NOW = Date.UTC(2026, 0, 15);
const INVALID_URL = { error: { code: 400, message: 'Invalid URL', details: ['Invalid URL'] } };

describe('the services of the ArcGIS emulator', () => {
  let emulator: ArcgisEmulator;
  let caller: EmulatorCaller;

  beforeEach(async () => {
    emulator = await startArcgisEmulator({ now: () => NOW });
    caller = await signIn(emulator);
  });
  afterEach(() => emulator.close());

  it('asks for a token everywhere but in the information about the site', async () => {
    const info = await postForm(`${emulator.url}/rest/info`, {});
    const services = await postForm(`${emulator.url}/rest/services`, {});

    assert.partialDeepStrictEqual(info, { authInfo: { tokenServicesUrl: `${emulator.url}/tokens/` } });
    assert.deepEqual(services, { error: { code: 499, message: 'Token Required', details: [] } });
  });

  it('lists the services of a folder with their folder in the name', async () => {
    const reply = await caller.post('/rest/services/Imagery');

    const services = ['Imagery/Landsat', 'Imagery/Archive'].map((name) => ({ name, type: 'ImageServer' }));
    assert.partialDeepStrictEqual(reply, { folders: [], services });
  });

  it('describes the cache of a service that has one, and says so of one that has none', async () => {
    const cached = await caller.post('/rest/services/CachedServices/Streets/MapServer');
    const plain = await caller.post('/rest/services/Parcels/MapServer');

    const lods = [{ level: 0, resolution: 156543.033928, scale: 591657527.591555 }];
    assert.partialDeepStrictEqual(cached, {
      currentVersion: 11.3,
      spatialReference: { wkid: 102100, latestWkid: 3857 },
      singleFusedMapCache: true,
      tileInfo: { rows: 256, cols: 256, lods },
    });
    assert.partialDeepStrictEqual(plain, { singleFusedMapCache: false });
    assert.ok(typeof plain === 'object' && plain !== null && !('tileInfo' in plain));
  });

  it('finds a service whose name has spaces and letters of any script', async () => {
    const name = 'Été 2024 地図';
    emulator.services.set(`Cartes/${name}.MapServer`, createService({ folder: 'Cartes', name, type: 'MapServer' }));

    const reply = await caller.post(`/rest/services/Cartes/${encodeURIComponent(name)}/MapServer`);

    assert.partialDeepStrictEqual(reply, { mapName: name });
  });

  const refusals: [what: string, path: string, code: number][] = [
    ['a service that does not exist', '/rest/services/Nothing/MapServer', 404],
    ['a service of another type', '/rest/services/Basemap/ImageServer', 404],
    ['a service that is stopped', '/rest/services/Demo/Old/MapServer', 500],
    ['a folder that does not exist', '/rest/services/Nowhere', 404],
  ];
  for (const [what, path, code] of refusals) {
    it(`refuses ${what} with the code ${code} inside an HTTP 200`, async () => {
      const reply = await caller.post(path);

      assert.partialDeepStrictEqual(reply, { error: { code } });
    });
  }

  it('answers an address that it does not have as the vendor does', async () => {
    const replies = [await caller.post('/rest/nothing'), await caller.post('/rest/services/Basemap/MapServer/nothing')];

    assert.deepEqual(replies, [INVALID_URL, INVALID_URL]);
  });

  it('shows a tile with its age, and 404 where there is none', async () => {
    const [tile] = emulator.tiles.list('Basemap.MapServer');
    assert.ok(tile);
    const address = `${emulator.url}/rest/services/Basemap/MapServer/tile/${tile.level}/${tile.row}/${tile.col}`;
    const headers = { referer: 'https://cache-ops', authorization: `Bearer ${caller.token}` };

    const shown = await fetch(address, { headers });
    emulator.tiles.remove('Basemap.MapServer', tile);
    const missing = await fetch(address, { headers });

    assert.equal(shown.headers.get('last-modified'), new Date(tile.madeAt).toUTCString());
    assert.equal(shown.headers.get('content-type'), 'image/png');
    assert.equal(missing.status, 404);
  });

  it('refuses a body of more than a few megabytes', async () => {
    const body = new URLSearchParams({ area_of_interest: 'x'.repeat(6 * 1024 * 1024) });

    const response = await fetch(`${emulator.url}/rest/info`, { method: 'POST', body });

    assert.equal(response.status, 413);
  });

  it('keeps every request for tests to look at', async () => {
    await caller.post('/rest/services/My%20Folder?x=1', { y: '2' });

    const last = emulator.requests.at(-1);
    assert.equal(last?.path, '/arcgis/rest/services/My Folder');
    assert.equal(last?.url, '/arcgis/rest/services/My%20Folder?x=1');
    assert.partialDeepStrictEqual(last?.form, { y: '2', f: 'json' });
  });

  it('answers once in the way of a fault that a test has set', async () => {
    emulator.faults.push({ path: /rest\/info$/, answer: { status: 503, body: 'busy' } });

    const first = await fetch(`${emulator.url}/rest/info?f=json`);
    const second = await fetch(`${emulator.url}/rest/info?f=json`);

    assert.deepEqual([first.status, second.status], [503, 200]);
  });
});
