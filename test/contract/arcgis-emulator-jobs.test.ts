import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { type EmulatorCaller, signIn } from '../../local/emulators/arcgis/emulator-caller.ts';
import type { JobFate, JobStatus } from '../../local/emulators/arcgis/gp-jobs.ts';

const TOOLS = '/rest/services/System/CachingTools/GPServer';
const MANAGE = `${TOOLS}/Manage%20Map%20Cache%20Tiles`;
const ADMIN_JOBS = '/admin/services/System/CachingTools.GPServer/jobs';
const REBUILD = {
  service_url: 'Basemap:MapServer',
  levels: '591657527.591555;295828763.795777',
  thread_count: '-1',
  update_mode: 'RECREATE_ALL_TILES',
};
const AREA_IN_UTM = '{"spatialReference":{"wkid":32633},"features":[{"geometry":{"rings":[[[0,0],[0,1],[1,1]]]}}]}';
const POINTS = '{"geometryType":"esriGeometryPoint","features":[{"geometry":{"x":0,"y":0}}]}';

describe('the jobs of the ArcGIS emulator', () => {
  let emulator: ArcgisEmulator;
  let caller: EmulatorCaller;
  let now: number;

  beforeEach(async () => {
    now = Date.UTC(2026, 0, 15);
    emulator = await startArcgisEmulator({ now: () => now, jobSeconds: 10 });
    caller = await signIn(emulator);
  });
  afterEach(() => emulator.close());

  const badInputs: [what: string, fields: Record<string, string>][] = [
    ['an address as service_url', { service_url: 'https://gis.example.org/arcgis/rest/services/Basemap/MapServer' }],
    ['a service_url with a slash before the type', { service_url: 'Basemap/MapServer' }],
    ['a service that does not exist', { service_url: 'Nothing:MapServer' }],
    ['a missing parameter', { thread_count: '' }],
    ['an update mode by its label', { update_mode: 'Recreate All Tiles' }],
    ['a number of threads that is none', { thread_count: 'many' }],
    ['no threads', { thread_count: '0' }],
    ['scales separated by commas', { levels: '591657527.591555,295828763.795777' }],
    ['an area that is no JSON', { area_of_interest: 'everywhere' }],
    ['an area of points', { area_of_interest: POINTS }],
    ['an area in another spatial reference', { area_of_interest: AREA_IN_UTM }],
    ['an area without features', { area_of_interest: '{"features":[]}' }],
    ['an extent of three numbers', { constraining_extent: '0 0 1' }],
  ];
  for (const [what, fields] of badInputs) {
    it(`refuses ${what} and makes no job`, async () => {
      const reply = await caller.post(`${MANAGE}/submitJob`, { ...REBUILD, ...fields });

      assert.partialDeepStrictEqual(reply, { error: { code: 400 } });
      assert.deepEqual(emulator.jobs.list(), []);
    });
  }

  for (const name of ['ManageMapCacheTiles', 'Delete%20Map%20Cache', 'Delete%20Cache']) {
    it(`does not know a task called ${name}`, async () => {
      const reply = await caller.post(`${TOOLS}/${name}/submitJob`, REBUILD);

      assert.partialDeepStrictEqual(reply, { error: { code: 404 } });
    });
  }

  it('lists its tasks under the names that their addresses have', async () => {
    const caching = await caller.post(TOOLS);
    const publishing = await caller.post('/rest/services/System/PublishingTools/GPServer');

    assert.partialDeepStrictEqual(caching, { tasks: ['Manage Map Cache Tiles', 'DeleteCache'] });
    assert.partialDeepStrictEqual(publishing, { tasks: ['Refresh Service'] });
  });

  it('lets a publisher submit and refuses a viewer', async () => {
    const publisher = await signIn(emulator, 'publisher');
    const viewer = await signIn(emulator, 'viewer');

    const taken = await publisher.post(`${MANAGE}/submitJob`, REBUILD);
    const refused = await viewer.post(`${MANAGE}/submitJob`, REBUILD);

    assert.partialDeepStrictEqual(taken, { jobStatus: 'esriJobSubmitted' });
    assert.partialDeepStrictEqual(refused, { error: { code: 403 } });
  });

  it('moves a job through its states as time passes, with its results at the end only', async () => {
    const job = await caller.submit(MANAGE, REBUILD);
    const seen: unknown[] = [];

    for (const atMs of [500, 1500, 6000, 11_000]) {
      now = emulator.jobs.list()[0]?.submittedAt ?? 0;
      now += atMs;
      seen.push(await caller.post(job));
    }

    const states: JobStatus[] = ['esriJobSubmitted', 'esriJobWaiting', 'esriJobExecuting', 'esriJobSucceeded'];
    for (const [index, jobStatus] of states.entries()) assert.partialDeepStrictEqual(seen[index], { jobStatus });
    assert.partialDeepStrictEqual(seen[2], { progress: { percent: 40 } });
    assert.ok(!('results' in Object(seen[2])) && !('progress' in Object(seen[3])));
    const result = await caller.post(`${job}/results/out_service_url`);
    assert.partialDeepStrictEqual(result, { value: `${emulator.url}/rest/services/Basemap/MapServer` });
  });

  it('leaves out the progress of a service that was published without it, and the messages when told to', async () => {
    const tools = emulator.services.get('System/CachingTools.GPServer');
    assert.ok(tools);
    tools.progress = false;
    const job = await caller.submit(MANAGE, REBUILD);
    now += 6000;

    const reply = Object(await caller.post(job, { returnMessages: 'false' }));

    assert.deepEqual(Object.keys(reply).sort(), ['inputs', 'jobId', 'jobStatus']);
  });

  it('fails a job for a scale that is not in the scheme, for a stopped service and for one without a cache', async () => {
    const jobs = [
      await caller.submit(MANAGE, { ...REBUILD, levels: '591657527.591555;1000' }),
      await caller.submit(MANAGE, { ...REBUILD, service_url: 'Demo/Old:MapServer' }),
      await caller.submit(MANAGE, { ...REBUILD, service_url: 'Parcels:MapServer' }),
    ];
    now += 3000;

    const replies = await Promise.all(jobs.map((job) => caller.post(job)));

    for (const reply of replies) assert.partialDeepStrictEqual(reply, { jobStatus: 'esriJobFailed' });
    const [failed] = emulator.jobs.list();
    assert.equal(failed?.messages.at(-2)?.type, 'esriJobMessageTypeError');
  });

  const fates: [fate: JobFate, jobStatus: JobStatus][] = [
    ['fails', 'esriJobFailed'],
    ['timesOut', 'esriJobTimedOut'],
    ['isDeleted', 'esriJobDeleted'],
    ['neverEnds', 'esriJobExecuting'],
  ];
  for (const [fate, jobStatus] of fates) {
    it(`shows ${jobStatus} for a job whose fate is ${fate}`, async () => {
      emulator.jobs.nextFates.push(fate);
      const job = await caller.submit(MANAGE, REBUILD);
      now += 60_000;

      const reply = await caller.post(job);

      assert.partialDeepStrictEqual(reply, { jobStatus });
    });
  }

  it('does not know a job that was lost, that never was, or that belongs to another task', async () => {
    emulator.jobs.nextFates.push('isLost');
    const lost = await caller.submit(MANAGE, REBUILD);
    const other = await caller.submit(MANAGE, REBUILD);
    now += 60_000;

    const paths = [lost, `${MANAGE}/jobs/j0`, other.replace('Manage%20Map%20Cache%20Tiles', 'DeleteCache')];
    const replies = await Promise.all(paths.map((path) => caller.post(path)));

    for (const reply of replies) assert.partialDeepStrictEqual(reply, { error: { code: 400 } });
  });

  it('does not cancel a submitted job over REST, and the job runs on', async () => {
    const job = await caller.submit(MANAGE, REBUILD);

    const reply = await caller.post(`${job}/cancel`);
    now += 20_000;

    assert.partialDeepStrictEqual(reply, { error: { code: 400, message: 'Invalid or missing input parameters.' } });
    assert.partialDeepStrictEqual(await caller.post(job), { jobStatus: 'esriJobSucceeded' });
  });

  it('cancels a submitted job over the Admin API, and no job that has ended', async () => {
    await caller.submit(MANAGE, REBUILD);
    const id = emulator.jobs.list()[0]?.id;

    const cancelled = await caller.post(`${ADMIN_JOBS}/${id}/cancel`);
    now += 20_000;
    const tooLate = await caller.post(`${ADMIN_JOBS}/${id}/cancel`);

    assert.deepEqual(cancelled, { status: 'success' });
    assert.deepEqual(tooLate, { status: 'error', messages: [`Unable to cancel job :[${id}]`], code: 500 });
    assert.partialDeepStrictEqual(await caller.get(`${ADMIN_JOBS}/${id}`), { jobID: id, status: 'esriJobCancelled' });
  });

  it('counts the executing jobs as busy instances', async () => {
    await caller.submit(MANAGE, REBUILD);
    now += 6000;

    const reply = await caller.post('/admin/services/System/CachingTools.GPServer/statistics');

    assert.partialDeepStrictEqual(reply, { summary: { busy: 1 } });
  });
});
