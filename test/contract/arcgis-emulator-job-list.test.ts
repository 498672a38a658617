import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { JobListKind } from '../../local/emulators/arcgis/admin-jobs.ts';
import { startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { signIn } from '../../local/emulators/arcgis/emulator-caller.ts';

const TASK = '/rest/services/System/CachingTools/GPServer/DeleteCache';
const JOBS = '/admin/services/System/CachingTools.GPServer/jobs';
const STARTED_AT = Date.UTC(2026, 0, 15, 3);
const SECOND_MS = 1000;
const JOBS_COUNT = 35;

/** A site with 35 jobs, one submitted every second. */
async function openSite(t: TestContext, jobList: JobListKind) {
  let now = STARTED_AT;
  const emulator = await startArcgisEmulator({ jobList, now: () => now, jobSeconds: 1000 });
  t.after(() => emulator.close());
  const caller = await signIn(emulator);
  for (let job = 0; job < JOBS_COUNT; job += 1) {
    await caller.submit(TASK, { service_url: 'Basemap:MapServer' });
    now += SECOND_MS;
  }
  const query = async (fields: Record<string, string>) => Object(await caller.get(`${JOBS}/query`, fields));
  return { emulator, caller, query };
}

describe('the job list of the Admin API of the ArcGIS emulator', () => {
  it('is a page, whatever format is asked for: only its queries are JSON', async (t) => {
    const { emulator, caller } = await openSite(t, 'server');

    const headers = { referer: 'https://cache-ops' };
    const body = new URLSearchParams({ f: 'json', token: caller.token });
    const got = await fetch(`${emulator.url}${JOBS}?${body}`, { headers });
    const posted = await fetch(`${emulator.url}${JOBS}`, { method: 'POST', headers, body });

    for (const response of [got, posted]) assert.match(String(response.headers.get('content-type')), /html/);
  });

  it('gives ten jobs a page at most, keyed by their ids, until the last page says -1', async (t) => {
    const { emulator, query } = await openSite(t, 'server');
    const [ids, starts, sizes]: [string[], number[], number[]] = [[], [], []];

    for (let start = 1; start > 0 && starts.length < 9; ) {
      const page = await query({ startTime: '1', number: '100', start: String(start) });
      starts.push(page.start);
      sizes.push(Object.keys(page.results).length);
      ids.push(...Object.keys(page.results));
      assert.deepEqual([page.total, page.num], [JOBS_COUNT, 10]);
      start = page.nextStart;
    }

    assert.deepEqual(
      [starts, sizes],
      [
        [1, 11, 21, 31],
        [10, 10, 10, 5],
      ],
    );
    const known = emulator.jobs.list().map(({ id }) => id);
    assert.deepEqual(ids.toSorted(), known.toSorted());
    assert.notDeepEqual(ids, known, 'the order must be of no use');
  });

  it('of the Server requires a time, reads milliseconds, and writes jobID, milliseconds and esriJob', async (t) => {
    const { emulator, query } = await openSite(t, 'server');
    const job = emulator.jobs.list().at(-1);

    const [missing, inSeconds, last] = [
      await query({}),
      await query({ startTime: String((STARTED_AT + 30 * SECOND_MS) / 1000) }),
      await query({ startTime: String(job?.submittedAt) }),
    ];

    assert.partialDeepStrictEqual(missing, { status: 'error', code: 400 });
    assert.deepEqual([inSeconds.total, last.total], [JOBS_COUNT, 1]);
    assert.partialDeepStrictEqual(last.results[job?.id ?? ''], {
      jobID: job?.id,
      submittedTime: job?.submittedAt,
      endTime: null,
      status: 'esriJobSubmitted',
      username: 'siteadmin',
      url: `${emulator.url}${TASK}/jobs/${job?.id}`,
    });
  });

  it('of the Enterprise requires a state, reads seconds, and writes job_id, seconds and the bare word', async (t) => {
    const { emulator, query } = await openSite(t, 'enterprise');
    const job = emulator.jobs.list().at(-1);
    const startTime = String(Number(job?.submittedAt) / 1000);

    const [missing, all, last, asTimestamp] = [
      await query({ startTime }),
      await query({ status: 'esriJobSubmitted' }),
      await query({ startTime, jobStatus: 'esriJobSubmitted' }),
      await query({ startTime: '2026-01-15T03:00:33', jobStatus: 'esriJobSubmitted' }),
    ];

    assert.partialDeepStrictEqual(missing, { status: 'error', code: 400 });
    assert.deepEqual([all.total, last.total, asTimestamp.total], [JOBS_COUNT, 1, 2]);
    assert.partialDeepStrictEqual(last.results[job?.id ?? ''], {
      job_id: job?.id,
      job_created: Number(startTime),
      job_execution_end: null,
      status: 'Submitted',
      userName: 'siteadmin',
    });
  });

  it('is filtered by state, end, user and machine', async (t) => {
    const { query } = await openSite(t, 'server');
    const filters: [filter: Record<string, string>, total: number][] = [
      [{ jobStatus: 'esriJobSubmitted' }, JOBS_COUNT],
      [{ jobStatus: 'esriJobExecuting' }, 0],
      [{ endTime: String(STARTED_AT + SECOND_MS) }, 2],
      [{ userName: 'siteadmin' }, JOBS_COUNT],
      [{ userName: 'publisher' }, 0],
      [{ machineName: 'ELSEWHERE' }, 0],
    ];

    for (const [filter, total] of filters) {
      assert.equal((await query({ startTime: '1', ...filter })).total, total, JSON.stringify(filter));
    }
  });

  it('takes the token of a GET in its header or its query, and a POST with a form', async (t) => {
    const { emulator, caller } = await openSite(t, 'server');
    const headers = { referer: 'https://cache-ops' };

    const inQuery = await fetch(`${emulator.url}${JOBS}/query?f=json&startTime=1&token=${caller.token}`, { headers });
    const posted = await caller.post(`${JOBS}/query`, { startTime: '1' });

    for (const page of [await inQuery.json(), posted]) assert.partialDeepStrictEqual(page, { total: JOBS_COUNT });
  });
});
