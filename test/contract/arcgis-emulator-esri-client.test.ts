import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ArcGISIdentityManager, type IRequestOptions, JOB_STATUSES, Job, request } from '@esri/arcgis-rest-request';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';

const MANAGE = '/rest/services/System/CachingTools/GPServer/Manage%20Map%20Cache%20Tiles';
const REBUILD = {
  service_url: 'Basemap:MapServer',
  levels: '591657527.591555;36978595.474472',
  thread_count: -1,
  update_mode: 'RECREATE_EMPTY_TILES',
};

type SignIn = (emulator: ArcgisEmulator, password: string) => Promise<NonNullable<IRequestOptions['authentication']>>;

/** Its `signIn` asks for the account's page, which only portals have. */
const signInAtPortal: SignIn = ({ portalUrl, username }, password) =>
  ArcGISIdentityManager.signIn({ username, password, portal: `${portalUrl}/sharing/rest` });

const signInAtServer: SignIn = async ({ url, username }, password) => {
  const { token, expires } = await request(`${url}/tokens/generateToken`, {
    params: { username, password, client: 'requestip' },
  });
  return new ArcGISIdentityManager({ token, tokenExpires: new Date(expires), server: url });
};

for (const [site, federated, signIn] of [
  ['a federated', true, signInAtPortal],
  ['a stand-alone', false, signInAtServer],
] as const) {
  describe(`Esri's JavaScript client at ${site} emulator`, { concurrency: true }, () => {
    let emulator: ArcgisEmulator;

    before(async () => {
      emulator = await startArcgisEmulator({ federated, jobSeconds: 1 });
    });
    after(() => emulator.close());

    it('signs in, submits a job and polls it to its success', async () => {
      const { url, password } = emulator;
      const before = emulator.tiles.list('Basemap.MapServer').length;
      const authentication = await signIn(emulator, password);

      const job = await Job.submitJob({ url: url + MANAGE, params: REBUILD, authentication, pollingRate: 250 });
      const { status, id } = await job.waitForCompletion();

      assert.equal(status, JOB_STATUSES.Success);
      assert.equal(emulator.jobs.list().at(-1)?.id, id);
      assert.ok(emulator.tiles.list('Basemap.MapServer').length > before);
      const result = await job.getResult('out_service_url');
      assert.partialDeepStrictEqual(result, { value: `${url}/rest/services/Basemap/MapServer` });
    });

    it('reads a refused sign-in as an error', async () => {
      const signingIn = signIn(emulator, 'wrong');

      await assert.rejects(signingIn, /Unable to generate token/);
    });
  });
}
