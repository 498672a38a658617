import { setTimeout as sleep } from 'node:timers/promises';
import { ArcGISIdentityManager, Job, request } from '@esri/arcgis-rest-request';
import { handler as checkJob } from '../../functions/check-job/handler.ts';
import { handler as clearRestCache } from '../../functions/clear-rest-cache/handler.ts';
import { handler as refreshService } from '../../functions/refresh-service/handler.ts';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { invoke, type TestAws, work } from '../support/invoke.ts';

const LANDSAT = { serviceFolder: 'Imagery', serviceName: 'Landsat', serviceType: 'ImageServer' };
const REFRESH = '/rest/services/System/PublishingTools/GPServer/Refresh%20Service';
/** Lengths of jobs in seconds, spread over 1-9 so that no fixed rhythm is favoured. */
const JOB_SECONDS = Array.from({ length: 16 }, (_, step) => 1.13 + step * 0.51);

/** Token, clear and one job to its end, as one side does it. */
export interface PeerRun {
  jobSeconds: number;
  /** From the job's end to the moment when it is known. */
  lagSeconds: number;
  polls: number;
  /** Token, clear and submit, with whatever else is asked for to get there. */
  requests: string[];
}

type Side = (emulator: ArcgisEmulator) => Promise<void>;

/** Both sides with a job of each length, each at a server of its own, all at the same time. */
export async function comparePeers(aws: TestAws): Promise<{ ours: PeerRun[]; esri: PeerRun[] }> {
  const ours: Side = async (emulator) => {
    const { url, username, password } = emulator;
    const target = aws.newTarget({ vendor: 'arcgis', url, username, password });
    await work(clearRestCache, { target });
    let watch = Object(await invoke(refreshService, { submit: { target, ...LANDSAT } }));
    while (watch.status === 'running') {
      await sleep(watch.waitSeconds * 1000);
      watch = Object(await invoke(checkJob, watch));
    }
  };
  return {
    ours: await Promise.all(JOB_SECONDS.map((jobSeconds) => runWith(ours, jobSeconds))),
    esri: await Promise.all(JOB_SECONDS.map((jobSeconds) => runWith(esriSide, jobSeconds))),
  };
}

async function esriSide({ url, portalUrl, username, password }: ArcgisEmulator): Promise<void> {
  const portal = `${portalUrl}/sharing/rest`;
  const authentication = await ArcGISIdentityManager.signIn({ username, password, portal });
  // The identity manager knows tokens for REST addresses only; the Admin API takes the same one.
  const token = await authentication.getToken(`${url}/rest/services`);
  await request(`${url}/admin/system/handlers/rest/cache/clear`, {
    params: { token },
    // Tokens are bound to the page's origin in a browser; here there is none.
    headers: { referer: authentication.referer ?? '' },
  });
  const params = { serviceName: 'Landsat', serviceType: 'ImageServer', serviceFolder: 'Imagery' };
  const job = await Job.submitJob({ url: url + REFRESH, params, authentication });
  await job.waitForCompletion();
}

async function runWith(side: Side, jobSeconds: number): Promise<PeerRun> {
  // Esri's client signs in at portals only.
  const emulator = await startArcgisEmulator({ federated: true, jobSeconds });
  try {
    await side(emulator);
    const knownAt = Date.now();
    const endedAt = emulator.jobs.list().at(-1)?.endedAt ?? Number.NaN;
    const paths = emulator.requests.map(({ path }) => path);
    const isPoll = (path: string) => /\/jobs\/[^/]+$/.test(path);
    return {
      jobSeconds,
      lagSeconds: (knownAt - endedAt) / 1000,
      polls: paths.filter(isPoll).length,
      requests: paths.filter((path) => !isPoll(path)),
    };
  } finally {
    await emulator.close();
  }
}
