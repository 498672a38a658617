import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { JobListKind } from '../../local/emulators/arcgis/admin-jobs.ts';
import { startTestAws, type TestAws } from '../support/invoke.ts';
import { logLines } from '../support/log-lines.ts';
import { ALL_SCALES, type LostJobs, openLostJobs, STREETS, TILES_OF_STREETS, TOOLS } from '../support/lost-jobs.ts';
import { askUpstream, jsonAnswer } from '../support/weather-server.ts';

const TILES = 'manage-map-server-cache-tiles';
const RUN = { inputService: STREETS, updateMode: 'RECREATE_ALL_TILES' };
const TWO_HOURS = 7200;
const RINGS = [
  [
    [0, 5e6],
    [0, 6e6],
    [1e6, 6e6],
    [1e6, 5e6],
    [0, 5e6],
  ],
];
const AREA = { geometryType: 'esriGeometryPolygon', features: [{ geometry: { rings: RINGS } }] };
const HALF = {
  ...AREA,
  features: [
    {
      geometry: {
        rings: [
          [
            [0, 5e6],
            [0, 6e6],
            [1e6, 6e6],
            [0, 5e6],
          ],
        ],
      },
    },
  ],
};
const POLYGON = {
  type: 'Polygon',
  coordinates: [
    [
      [0, 50],
      [1, 50],
      [1, 51],
      [0, 50],
    ],
  ],
};

let aws: TestAws;
before(async () => {
  aws = await startTestAws();
});
after(() => aws.close());

async function open(t: TestContext, kind?: JobListKind): Promise<LostJobs> {
  logLines(t);
  return await openLostJobs(t, aws, kind);
}

/** 34 jobs that are not the one: of before, of later, of other tasks, and each with one other input. */
async function submitOthers({ personSubmits }: LostJobs, secondsAgo: number): Promise<void> {
  const others = [
    { levels: '591657527.591555' },
    { update_mode: 'DELETE_TILES' },
    { thread_count: '2' },
    { service_url: 'Basemap:MapServer' },
    { area_of_interest: JSON.stringify(HALF) },
  ];
  const before = secondsAgo + TWO_HOURS;
  const after = secondsAgo === 0 ? before : secondsAgo - TWO_HOURS;
  const deletion = { secondsAgo, task: `${TOOLS}/DeleteCache` };
  for (let job = 0; job < 12; job += 1) await personSubmits(TILES_OF_STREETS, { secondsAgo: before + job });
  for (let job = 0; job < 3; job += 1) await personSubmits(TILES_OF_STREETS, { secondsAgo: after + job });
  for (let job = 0; job < 4; job += 1) await personSubmits(TILES_OF_STREETS, deletion);
  for (let job = 0; job < 3; job += 1)
    for (const other of others) await personSubmits({ ...TILES_OF_STREETS, ...other }, { secondsAgo });
}

/** Where the pages began that were asked for. */
function startsOf({ weather }: LostJobs): (string | null)[] {
  return weather.requestsTo(/jobs\/query/).map(({ path }) => new URL(path, 'http://a').searchParams.get('start'));
}

describe('a job among 35 of the job list', () => {
  for (const kind of ['server', 'enterprise'] as const) {
    it(`is adopted, the right one, where the answer to its submit is cut (${kind})`, async (t) => {
      const site = await open(t, kind);
      await submitOthers(site, 0);
      site.emulator.faults.push({ path: /submitJob$/, answer: 'cut', afterWork: true });

      const watch = await site.submit(TILES, RUN);

      const jobs = site.emulator.jobs.list();
      assert.equal(jobs.length, 35);
      assert.equal(Object(watch).job.jobId, jobs.at(-1)?.id);
      // The Enterprise's list reads the time of the question, and has fewer.
      if (kind === 'server') assert.deepEqual(startsOf(site), ['1', '11', '21', '31']);
    });

    it(`is found, the right one, for a run that was stopped before its id was saved (${kind})`, async (t) => {
      const site = await open(t, kind);
      await submitOthers(site, TWO_HOURS);
      const sought = await site.sought(TILES, RUN);
      await site.ago(TWO_HOURS, () => site.submit(TILES, RUN));

      const found = await site.find(sought, TWO_HOURS);

      const jobs = site.emulator.jobs.list();
      assert.equal(jobs.length, 35);
      assert.partialDeepStrictEqual(found, { found: 'yes', jobId: jobs.at(-1)?.id });
    });
  }
});

describe('a job that is looked for by what its run asked for', () => {
  const own: [what: string, operation: Parameters<LostJobs['submit']>[0], input: object][] = [
    ['every scale', TILES, RUN],
    ['two scales in another order, written shorter', TILES, { ...RUN, scales: [36978595.4744719, 591657527.59155] }],
    ['an area in the reference of the service, which it does not name', TILES, { ...RUN, areaOfInterest: AREA }],
    ['an area in degrees', TILES, { ...RUN, areaOfInterest: POLYGON }],
    ['an extent', TILES, { ...RUN, updateExtent: '0 5000000 1000000 6000000' }],
    ['three instances', TILES, { ...RUN, numOfCachingServiceInstances: 3 }],
    ['a deletion', 'delete-map-server-cache', { inputService: STREETS, confirm: STREETS }],
    ['a refresh', 'refresh-service', { serviceFolder: 'Imagery', serviceName: 'Landsat', serviceType: 'ImageServer' }],
    ['a refresh in the root', 'refresh-service', { serviceName: 'Parcels', serviceType: 'FeatureServer' }],
  ];
  for (const [what, operation, input] of own) {
    it(`is found: ${what}`, async (t) => {
      const site = await open(t);
      const sought = await site.sought(operation, input);
      await site.submit(operation, input);

      const found = await site.find(sought);

      assert.partialDeepStrictEqual(found, { found: 'yes', jobId: site.emulator.jobs.list()[0]?.id });
    });
  }

  const others: [what: string, input: object, fields: Record<string, string>][] = [
    ['for some scales of all', RUN, { levels: ALL_SCALES.slice(ALL_SCALES.indexOf(';') + 1) }],
    ['for all scales of some', { ...RUN, scales: [591657527.591555] }, {}],
    ['in another mode', RUN, { update_mode: 'RECREATE_EMPTY_TILES' }],
    ['of another service', RUN, { service_url: 'Basemap:MapServer' }],
    ['with other instances', RUN, { thread_count: '1' }],
    ['in an area', RUN, { area_of_interest: JSON.stringify(AREA) }],
    ['without an area', { ...RUN, areaOfInterest: AREA }, {}],
    [
      'in another area within the same edges',
      { ...RUN, areaOfInterest: AREA },
      { area_of_interest: JSON.stringify(HALF) },
    ],
  ];
  for (const [what, input, fields] of others) {
    it(`is not a person's, submitted at the same time ${what}`, async (t) => {
      const site = await open(t);
      const sought = await site.sought(TILES, input);
      await site.personSubmits({ ...TILES_OF_STREETS, ...fields });

      assert.deepEqual(await site.find(sought), { found: 'no' });
    });
  }

  for (const secondsAgo of [-TWO_HOURS, TWO_HOURS, 6 * 60, -22 * 60]) {
    it(`is not an equal one that a person submitted ${secondsAgo} s before the run`, async (t) => {
      const site = await open(t);
      const sought = await site.sought(TILES, RUN);
      await site.personSubmits(TILES_OF_STREETS, { secondsAgo: TWO_HOURS + secondsAgo });

      assert.deepEqual(await site.find(sought, TWO_HOURS), { found: 'no' });
    });
  }

  it('is not a refresh of a service of that name in a folder', async (t) => {
    const site = await open(t);
    const input = { serviceName: 'Landsat', serviceType: 'ImageServer' };
    const sought = await site.sought('refresh-service', input);
    const task = '/rest/services/System/PublishingTools/GPServer/Refresh%20Service';
    await site.personSubmits({ ...input, serviceFolder: 'Imagery' }, { task });

    assert.deepEqual(await site.find(sought), { found: 'no' });
  });

  it('is no deletion where it is one of another task, also on a server that shows jobs below every task', async (t) => {
    const site = await open(t);
    const sought = await site.sought('delete-map-server-cache', { inputService: STREETS, confirm: STREETS });
    await site.personSubmits(TILES_OF_STREETS);
    site.weather.always(/DeleteCache\/jobs\//, async (request) => {
      const path = request.path.replace('DeleteCache', 'Manage%20Map%20Cache%20Tiles');
      return { body: await text(await askUpstream({ ...request, path }, site.emulator.url)) };
    });

    assert.deepEqual(await site.find(sought), { found: 'no' });
  });

  it('is not one that is gone between the list and the question', async (t) => {
    const site = await open(t);
    const sought = await site.sought(TILES, RUN);
    await site.personSubmits(TILES_OF_STREETS);
    site.weather.next(/\/jobs\/j\w+$/, jsonAnswer({ error: { code: 400, message: 'Job not found.' } }));

    assert.deepEqual(await site.find(sought), { found: 'no' });
  });

  it('is not one that has ended between the list and the question', async (t) => {
    const site = await open(t);
    const sought = await site.sought(TILES, RUN);
    const jobId = await site.personSubmits(TILES_OF_STREETS);
    const inputs = Object.fromEntries(Object.keys(TILES_OF_STREETS).map((name) => [name, {}]));
    const ended = { jobId, jobStatus: 'esriJobSucceeded', inputs };
    site.emulator.faults.push({ path: /\/jobs\/j\w+$/, answer: { status: 200, body: JSON.stringify(ended) } });

    assert.deepEqual(await site.find(sought), { found: 'no' });
    assert.equal(site.emulator.faults.length, 0);
  });
});
