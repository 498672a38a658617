import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ArcGISIdentityManager, JOB_STATUSES, Job } from '@esri/arcgis-rest-request';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';

const MANAGE = '/rest/services/System/CachingTools/GPServer/Manage%20Map%20Cache%20Tiles';
const REBUILD = {
  service_url: 'Basemap:MapServer',
  levels: '591657527.591555;36978595.474472',
  thread_count: -1,
  update_mode: 'RECREATE_EMPTY_TILES',
};

for (const federated of [false, true]) {
  describe(`Esri's own client at ${federated ? 'a federated' : 'a stand-alone'} emulator`, {
    concurrency: true,
  }, () => {
    let emulator: ArcgisEmulator;

    before(async () => {
      emulator = await startArcgisEmulator({ federated, jobSeconds: 1 });
    });
    after(() => emulator.close());

    it('signs in, submits a job and polls it to its success', async () => {
      const { url, portalUrl, username, password } = emulator;
      const addresses = portalUrl
        ? { portal: `${portalUrl}/sharing/rest` }
        : { portal: `${url}/sharing/rest`, server: url };
      const before = emulator.tiles.list('Basemap.MapServer').length;
      const authentication = await ArcGISIdentityManager.signIn({ username, password, ...addresses });

      const job = await Job.submitJob({ url: url + MANAGE, params: REBUILD, authentication, pollingRate: 250 });
      const { status, id } = await job.waitForCompletion();

      assert.equal(status, JOB_STATUSES.Success);
      assert.equal(emulator.jobs.list().at(-1)?.id, id);
      assert.ok(emulator.tiles.list('Basemap.MapServer').length > before);
      const result = await job.getResult('out_service_url');
      assert.partialDeepStrictEqual(result, { value: `${url}/rest/services/Basemap/MapServer` });
    });

    it('reads a refused sign-in as an error', async () => {
      const { url, portalUrl, username } = emulator;
      const addresses = portalUrl
        ? { portal: `${portalUrl}/sharing/rest` }
        : { portal: `${url}/sharing/rest`, server: url };

      const signingIn = ArcGISIdentityManager.signIn({ username, password: 'wrong', ...addresses });

      await assert.rejects(signingIn, /Unable to generate token/);
    });
  });
}
