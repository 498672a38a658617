import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { handler as checkJob } from '../../functions/check-job/handler.ts';
import { handler as clearRestCache } from '../../functions/clear-rest-cache/handler.ts';
import { handler as deleteCache } from '../../functions/delete-map-server-cache/handler.ts';
import { handler as manageTiles } from '../../functions/manage-map-server-cache-tiles/handler.ts';
import { handler as purge } from '../../functions/purge-microstrategy-caches/handler.ts';
import { handler as refresh } from '../../functions/refresh-service/handler.ts';
import { startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { startMicrostrategyEmulator } from '../../local/emulators/microstrategy/microstrategy-emulator.ts';
import { invoke, startTestAws, type TestAws } from '../support/invoke.ts';
import { startWeatherServer, type WeatherServer } from '../support/weather-server.ts';

const INFO = 'rest/info';
const TOKEN = 'admin/generateToken';
/** Beside the site's own path. */
const PORTAL_TOKEN = '/portal/sharing/rest/generateToken';
const CLEAR = 'admin/system/handlers/rest/cache/clear';
const BASEMAP = 'rest/services/Basemap/MapServer';
const LANDSAT = 'rest/services/Imagery/Landsat/ImageServer';
const CACHING = 'rest/services/System/CachingTools/GPServer';
/** How many tiles there are before the job. */
const REPORT = 'rest/services/System/ReportingTools/GPServer/ReportCacheStatus/execute';
/** How long browsers may keep tiles. */
const BROWSERS = 'admin/services/Basemap.MapServer';
const PUBLISHING = 'rest/services/System/PublishingTools/GPServer';
const TUTORIAL = 'B7CA92F04B9FAE8D941C3E9B7E0CD754';

const SECRET = 'secretsmanager.GetSecretValue';
const START = 'AWSStepFunctions.StartExecution';
const DESCRIBE = 'AWSStepFunctions.DescribeExecution';

const basemap = { inputService: 'Basemap.MapServer' };
const landsat = { serviceFolder: 'Imagery', serviceName: 'Landsat', serviceType: 'ImageServer' };
const tiles = { ...basemap, updateMode: 'RECREATE_EMPTY_TILES' };

/** What one run asks for: a function that has just started, then one that knows the site already. */
interface Row {
  what: string;
  handler: typeof clearRestCache;
  event: (target: string) => object;
  vendor?: 'microstrategy';
  /** Whether a portal on the same host owns the site. */
  isFederated?: boolean;
  cold: string[];
  warm: string[];
  aws?: { cold: string[]; warm: string[] };
}

const TABLE: Row[] = [
  {
    what: 'clear-rest-cache of all',
    handler: clearRestCache,
    event: (target) => ({ submit: { target } }),
    cold: [INFO, TOKEN, CLEAR],
    warm: [CLEAR],
  },
  {
    what: 'clear-rest-cache of a service',
    handler: clearRestCache,
    event: (target) => ({ submit: { target, folderName: 'Imagery', serviceName: 'Landsat', type: 'ImageServer' } }),
    cold: [INFO, TOKEN, 'admin/services/exists', CLEAR],
    warm: ['admin/services/exists', CLEAR],
  },
  {
    what: 'clear-rest-cache of all on a federated site',
    handler: clearRestCache,
    event: (target) => ({ submit: { target } }),
    isFederated: true,
    cold: [INFO, PORTAL_TOKEN, CLEAR],
    warm: [CLEAR],
  },
  {
    what: 'the submit of delete-map-server-cache',
    handler: deleteCache,
    event: (target) => ({ submit: { target, ...basemap, confirm: basemap.inputService } }),
    cold: [INFO, TOKEN, BASEMAP, `${CACHING}/DeleteCache/submitJob`],
    warm: [BASEMAP, `${CACHING}/DeleteCache/submitJob`],
  },
  {
    what: 'the submit of manage-map-server-cache-tiles',
    handler: manageTiles,
    event: (target) => ({ submit: { target, ...tiles } }),
    cold: [INFO, TOKEN, BASEMAP, REPORT, BROWSERS, `${CACHING}/Manage%20Map%20Cache%20Tiles/submitJob`],
    warm: [BASEMAP, REPORT, BROWSERS, `${CACHING}/Manage%20Map%20Cache%20Tiles/submitJob`],
  },
  {
    what: 'the submit of refresh-service',
    handler: refresh,
    event: (target) => ({ submit: { target, ...landsat } }),
    cold: [INFO, TOKEN, LANDSAT, `${PUBLISHING}/Refresh%20Service/submitJob`],
    warm: [LANDSAT, `${PUBLISHING}/Refresh%20Service/submitJob`],
  },
  {
    what: 'the submit of refresh-service on a federated site',
    handler: refresh,
    event: (target) => ({ submit: { target, ...landsat } }),
    isFederated: true,
    cold: [INFO, PORTAL_TOKEN, LANDSAT, `${PUBLISHING}/Refresh%20Service/submitJob`],
    warm: [LANDSAT, `${PUBLISHING}/Refresh%20Service/submitJob`],
  },
  {
    what: 'a job operation that nobody waits for',
    handler: refresh,
    event: (target) => ({ submit: { target, ...landsat, waitForJobCompletion: 'DO_NOT_WAIT' } }),
    cold: [INFO, TOKEN, LANDSAT, `${PUBLISHING}/Refresh%20Service/submitJob`],
    warm: [LANDSAT, `${PUBLISHING}/Refresh%20Service/submitJob`],
  },
  {
    what: 'the check of an input before a job has its turn',
    handler: refresh,
    event: (target) => ({
      prepare: { target, ...landsat },
      execution: { id: 'arn:x', name: 'x', startedAt: '2026-11-24T00:00:00Z' },
    }),
    cold: [],
    warm: [],
    aws: { cold: [], warm: [] },
  },
  {
    what: 'a job operation that is started by hand',
    handler: refresh,
    event: (target) => ({ target, ...landsat }),
    cold: [],
    warm: [],
    aws: { cold: [START], warm: [START] },
  },
  {
    what: 'an immediate operation that is started by hand, whose run has ended when it is looked at first',
    handler: clearRestCache,
    event: (target) => ({ target }),
    cold: [],
    warm: [],
    aws: { cold: [START, DESCRIBE], warm: [START, DESCRIBE] },
  },
  {
    what: 'a job operation that nobody waits for, started by hand',
    handler: refresh,
    event: (target) => ({ target, ...landsat, waitForJobCompletion: 'DO_NOT_WAIT' }),
    cold: [],
    warm: [],
    aws: { cold: [START, DESCRIBE], warm: [START, DESCRIBE] },
  },
  {
    what: 'purge-microstrategy-caches of a project by its id',
    vendor: 'microstrategy',
    handler: purge,
    event: (target) => ({ submit: { target, projects: [TUTORIAL] } }),
    cold: ['auth/login', `monitors/projects/${TUTORIAL}/caches/element`, 'auth/logout'],
    warm: ['auth/login', `monitors/projects/${TUTORIAL}/caches/element`, 'auth/logout'],
  },
  {
    what: 'purge-microstrategy-caches of a project by its name, both types',
    vendor: 'microstrategy',
    handler: purge,
    event: (target) => ({ submit: { target, projects: ['Tutorial'], cacheTypes: ['element', 'object'] } }),
    cold: ['auth/login', 'projects', ...bothTypes(), 'auth/logout'],
    warm: ['auth/login', 'projects', ...bothTypes(), 'auth/logout'],
  },
];

function bothTypes(): string[] {
  return ['element', 'object'].map((type) => `monitors/projects/${TUTORIAL}/caches/${type}`);
}

describe('the requests of an operation', () => {
  let aws: TestAws;
  let awsCalls: WeatherServer;

  before(async () => {
    aws = await startTestAws();
    awsCalls = await startWeatherServer({ upstream: process.env['AWS_ENDPOINT_URL_SFN'] ?? '' });
    process.env['AWS_ENDPOINT_URL_SECRETS_MANAGER'] = awsCalls.origin;
    process.env['AWS_ENDPOINT_URL_SFN'] = awsCalls.origin;
    process.env['RASTERS'] = JSON.stringify([
      { bucket: 'my-rasters', suffixes: ['.tif'], refresh: { target: 'any', ...landsat } },
    ]);
  });
  after(() => Promise.all([awsCalls.close(), aws.close()]));

  async function openTarget(t: TestContext, { vendor, isFederated = false }: Pick<Row, 'vendor' | 'isFederated'>) {
    const emulator = await (vendor === 'microstrategy'
      ? startMicrostrategyEmulator()
      : startArcgisEmulator({ jobSeconds: 0.2, federated: isFederated }));
    const calls = await startWeatherServer({ upstream: emulator.url });
    // The emulator would name its own address, where nobody counts.
    const info = { body: JSON.stringify({ owningSystemUrl: `${calls.origin}/portal` }) };
    if (isFederated) calls.always(/rest\/info/, info);
    t.after(() => Promise.all([calls.close(), emulator.close()]));
    const { username, password, url } = emulator;
    const site = calls.origin + new URL(url).pathname;
    const secret = { vendor: vendor ?? 'arcgis', url: site, username, password };
    return { target: aws.newTarget(secret), calls };
  }

  /** What was asked for since the last time, the site's own path left out. */
  function takePaths({ requests }: WeatherServer): string[] {
    return requests.splice(0).map(({ path }) => path.replace(/^\/(arcgis|MicroStrategyLibrary\/api)\//, ''));
  }

  function takeAwsCalls(): string[] {
    return awsCalls.requests.splice(0).map(({ headers }) => String(headers['x-amz-target']));
  }

  for (const { what, handler, event, ...expected } of TABLE) {
    it(`are ${expected.cold.length} cold and ${expected.warm.length} warm for ${what}, on one connection`, async (t) => {
      const { target, calls } = await openTarget(t, expected);
      takeAwsCalls();

      await invoke(handler, event(target));
      const cold = { vendor: takePaths(calls), aws: takeAwsCalls() };
      await invoke(handler, event(target));
      const warm = { vendor: takePaths(calls), aws: takeAwsCalls() };

      const awsExpected = expected.aws ?? { cold: [SECRET], warm: [] };
      assert.deepEqual(cold, { vendor: expected.cold, aws: awsExpected.cold });
      assert.deepEqual(warm, { vendor: expected.warm, aws: awsExpected.warm });
      assert.equal(calls.connections, expected.cold.length === 0 ? 0 : 1);
    });
  }

  it('are one for each poll of a job, and one more for the output of its end', async (t) => {
    const { target, calls } = await openTarget(t, {});
    let watch = Object(await invoke(manageTiles, { submit: { target, ...tiles } }));
    takePaths(calls);
    takeAwsCalls();

    while (watch.status !== 'succeeded') watch = Object(await invoke(checkJob, watch));

    const paths = takePaths(calls).map((path) => path.replace(/^.*\/jobs\/[^/]+/, 'job'));
    assert.ok(watch.polls > 1, 'the job ended before its first poll');
    assert.deepEqual(paths, [...Array(watch.polls).fill('job'), 'job/results/out_service_url']);
    assert.deepEqual(takeAwsCalls(), []);
    assert.equal(calls.connections, 1);
  });

  it('go to AWS over one connection for all of them', () => {
    assert.equal(awsCalls.connections, 1);
  });
});
