import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { JobListKind } from '../../local/emulators/arcgis/admin-jobs.ts';
import { startTestAws, type TestAws } from '../support/invoke.ts';
import { logLines } from '../support/log-lines.ts';
import { type LostJobs, openLostJobs, STREETS, TILES_OF_STREETS } from '../support/lost-jobs.ts';
import { type Answer, askUpstream, htmlAnswer, jsonAnswer, type SeenRequest } from '../support/weather-server.ts';

const TILES = 'manage-map-server-cache-tiles';
const RUN = { inputService: STREETS, updateMode: 'RECREATE_ALL_TILES' };
/** In seconds. */
const STARTED_AGO = 1800;
const QUERY = /\.GPServer\/jobs\/query\?/;
/** What version 0.1.0 has put into the ledger. */
const SOUGHT_BY_0_1_0 = {
  taskPath: 'rest/services/System/CachingTools/GPServer/Manage%20Map%20Cache%20Tiles',
  inputs: { service_url: 'CachedServices/Streets:MapServer', update_mode: 'RECREATE_ALL_TILES' },
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

type Fields = Record<string, unknown>;

/** Changes what a job says of itself. */
function changeAnswer({ weather, emulator }: LostJobs, path: RegExp, change: (answer: Fields) => object): void {
  weather.always(path, async (request) => {
    const answer = await askUpstream(request, emulator.url);
    return jsonAnswer(change(Object(JSON.parse(await text(answer)))));
  });
}

/** Changes what the list says of every job. */
function changeEntries(site: LostJobs, change: (entry: Fields) => Fields): void {
  const changed = (results: object) => Object.entries(results).map(([id, entry]) => [id, change(entry)]);
  changeAnswer(site, QUERY, ({ results, ...page }) => ({
    ...page,
    results: Object.fromEntries(changed(Object(results))),
  }));
}

const queryOf = ({ path }: SeenRequest) => new URL(path, 'http://a').searchParams;

describe('the job list', () => {
  it('is asked for by GET with the token in a header, and since when in seconds, with room for clocks', async (t) => {
    const site = await open(t);

    const found = await site.find(await site.sought(TILES, RUN), 60);

    assert.deepEqual(found, { found: 'no' });
    const requests = site.weather.requestsTo(/jobs/);
    // An empty list may want a state to filter by.
    assert.equal(requests.length, 6);
    for (const { method, path, headers, body } of requests) {
      assert.deepEqual([method, body], ['GET', '']);
      assert.match(String(headers['x-esri-authorization']), /^Bearer \S{20,}$/);
      assert.ok(!path.includes(String(headers['x-esri-authorization']).slice('Bearer '.length)));
      const startTime = Number(queryOf({ path, method, headers, body }).get('startTime'));
      assert.ok(Math.abs(startTime - (Date.now() / 1000 - 360)) < 5, String(startTime));
    }
  });

  it('is asked for by every running state where it is empty without one', async (t) => {
    const site = await open(t);
    const sought = await site.sought(TILES, RUN);
    await site.submit(TILES, RUN);
    site.weather.always(QUERY, (request) =>
      queryOf(request).has('jobStatus') ? undefined : jsonAnswer({ total: 0, nextStart: -1, results: {} }),
    );

    const found = await site.find(sought);

    const states = site.weather.requestsTo(QUERY).map((request) => queryOf(request).get('jobStatus'));
    assert.partialDeepStrictEqual(found, { found: 'yes' });
    assert.deepEqual(states, [
      null,
      'esriJobNew',
      'esriJobSubmitted',
      'esriJobWaiting',
      'esriJobExecuting',
      'esriJobCancelling',
    ]);
  });

  for (const code of [400, 500]) {
    it(`is asked for by every running state where it is refused without one, by code ${code}`, async (t) => {
      const site = await open(t);
      const sought = await site.sought(TILES, RUN);
      await site.submit(TILES, RUN);
      site.weather.next(QUERY, jsonAnswer({ status: 'error', messages: ['jobStatus'], code }));

      assert.partialDeepStrictEqual(await site.find(sought), { found: 'yes' });
    });
  }

  it('says nothing of a job that a list by states has not shown', async (t) => {
    const site = await open(t);
    site.weather.always(QUERY, (request) =>
      jsonAnswer({ total: queryOf(request).has('jobStatus') ? 1 : 0, nextStart: -1, results: {} }),
    );

    await assert.rejects(site.find(await site.sought(TILES, RUN)), { message: /changed while it was read/ });
  });

  it('says by either word which jobs have ended: nothing is asked of them', async (t) => {
    const site = await open(t);
    const words = ['Succeeded', 'esriJobSucceeded', 'Failed', 'esriJobTimedOut', 'Cancelled', 'DELETED'];
    const entries = words.map((status) => [`j${status}`, { status, submittedTime: Date.now() }]);
    site.weather.always(QUERY, jsonAnswer({ total: 6, nextStart: -1, results: Object.fromEntries(entries) }));

    assert.deepEqual(await site.find(await site.sought(TILES, RUN)), { found: 'no' });
    assert.deepEqual(site.weather.requestsTo(/\/jobs\/j/), []);
  });

  it('is not asked for by states where it has jobs: one that is not there is not there', async (t) => {
    const site = await open(t);
    await site.personSubmits({ ...TILES_OF_STREETS, update_mode: 'DELETE_TILES' });

    const found = await site.find(await site.sought(TILES, RUN));

    assert.deepEqual([found, site.weather.requestsTo(QUERY).length], [{ found: 'no' }, 1]);
  });

  const times: [what: string, of: (milliseconds: number) => unknown][] = [
    ['seconds', (ms) => Math.floor(ms / 1000)],
    ['milliseconds as text', String],
    ['a date', (ms) => new Date(ms).toISOString()],
  ];
  for (const [what, timeOf] of times) {
    for (const name of ['submittedTime', 'job_created']) {
      it(`is read where ${name} is ${what}`, async (t) => {
        const site = await open(t);
        const sought = await site.sought(TILES, RUN);
        await site.personSubmits(TILES_OF_STREETS, { secondsAgo: 7200 });
        await site.submit(TILES, RUN);
        changeEntries(site, ({ submittedTime, ...entry }) => ({ ...entry, [name]: timeOf(Number(submittedTime)) }));

        const found = await site.find(sought);

        assert.partialDeepStrictEqual(found, { found: 'yes', jobId: site.emulator.jobs.list().at(-1)?.id });
      });
    }
  }

  it('is read no further than a hundred pages, and then nothing is said of what it has not shown', async (t) => {
    const site = await open(t);
    site.weather.always(QUERY, (request) => {
      const start = Number(queryOf(request).get('start'));
      const entry = { jobID: `j${start}`, status: 'esriJobSucceeded', submittedTime: Date.now() };
      return jsonAnswer({ total: 9_999, start, nextStart: start + 10, results: { [`j${start}`]: entry } });
    });

    const found = site.find(await site.sought(TILES, RUN));

    await assert.rejects(found, { name: 'VendorRejectedError', message: /cannot be told: the job list is too long/ });
    assert.equal(site.weather.requestsTo(QUERY).length, 100);
  });

  it('is not gone through where more than fifty of its jobs could be meant', async (t) => {
    const site = await open(t);
    const entry = { status: 'esriJobExecuting', submittedTime: Date.now() };
    const results = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`j${index}`, entry]));
    site.weather.always(QUERY, jsonAnswer({ total: 51, nextStart: -1, results }));

    const found = site.find(await site.sought(TILES, RUN));

    await assert.rejects(found, { name: 'VendorRejectedError', message: /51 jobs are running/ });
    assert.equal(site.weather.requestsTo(/\/jobs\/j/).length, 0);
  });

  it('says nothing of a job that it has not shown where a later page is refused', async (t) => {
    const site = await open(t);
    for (let job = 0; job < 11; job += 1)
      await site.personSubmits({ ...TILES_OF_STREETS, update_mode: 'DELETE_TILES' });
    site.weather.always(/&start=11&/, jsonAnswer({ status: 'error', messages: ['x'], code: 400 }));

    const found = site.find(await site.sought(TILES, RUN));

    await assert.rejects(found, { name: 'VendorRejectedError', message: /code 400/ });
  });

  const broken: [what: string, answer: Answer][] = [
    ['a page in its place', htmlAnswer()],
    ['the list that no server has', jsonAnswer({ jobs: [] })],
    ['HTTP 503', { status: 503, headers: { 'retry-after': '60' } }],
  ];
  for (const [what, answer] of broken) {
    it(`is asked for again later after ${what}`, async (t) => {
      const site = await open(t);
      site.weather.always(QUERY, answer);

      const found = await site.find(await site.sought(TILES, RUN));

      assert.partialDeepStrictEqual(found, { found: 'later', attempts: 1 });
    });
  }
});

describe('it cannot be told which job is meant', () => {
  const cases: [what: string, why: RegExp, prepare: (site: LostJobs) => unknown][] = [
    [
      'where two have the same inputs',
      /2 running jobs have the same inputs/,
      (site) => site.personSubmits(TILES_OF_STREETS, { secondsAgo: STARTED_AGO }),
    ],
    [
      'where an equal one is a little older',
      /seems to be older than the submit/,
      (site) => site.personSubmits(TILES_OF_STREETS, { secondsAgo: STARTED_AGO + 60 }),
    ],
    [
      'where an equal one is a little too young',
      /seems to be younger than the submit/,
      (site) => site.personSubmits(TILES_OF_STREETS, { secondsAgo: STARTED_AGO - 17 * 60 }),
    ],
    [
      'where the list does not tell its time',
      /does not tell when it was submitted/,
      (site) => changeEntries(site, ({ submittedTime: _time, ...entry }) => entry),
    ],
    [
      'where the job does not tell its inputs',
      /has inputs that cannot be compared/,
      (site) => changeAnswer(site, /\/jobs\/j\w+$/, (job) => ({ ...job, inputs: {} })),
    ],
    [
      'where an input is told in a way of its own',
      /has inputs that cannot be compared/,
      (site) =>
        changeAnswer(site, /\/inputs\/levels$/, (input) => ({ ...input, value: { url: 'https://a/scales.txt' } })),
    ],
    [
      'where an input is refused',
      /has inputs that cannot be compared/,
      (site) => site.weather.always(/\/inputs\/levels$/, jsonAnswer({ error: { code: 400, message: 'Invalid URL' } })),
    ],
    [
      'where the service has lost its scales',
      /has inputs that cannot be compared/,
      (site) => {
        const streets = site.emulator.services.get(STREETS);
        if (streets !== undefined) streets.scheme = undefined;
      },
    ],
    [
      'where it may have been given something that the run did not give',
      /has inputs that cannot be compared/,
      (site) => {
        changeAnswer(site, /\/jobs\/j\w+$/, ({ inputs, ...job }) => ({
          ...job,
          inputs: { ...Object(inputs), constraining_extent: {} },
        }));
        site.weather.always(/constraining_extent$/, jsonAnswer({ value: '0 0 1 1' }));
      },
    ],
  ];
  for (const [what, why, prepare] of cases) {
    it(what, async (t) => {
      const site = await open(t);
      const sought = await site.sought(TILES, RUN);
      await site.ago(STARTED_AGO, () => site.submit(TILES, RUN));
      await prepare(site);

      const found = site.find(sought, STARTED_AGO);

      await assert.rejects(found, { name: 'VendorRejectedError', message: why });
    });
  }

  it('where the run is of version 0.1.0, which has kept too little of it', async (t) => {
    const site = await open(t);
    await site.submit(TILES, RUN);

    await assert.rejects(site.find(SOUGHT_BY_0_1_0), { message: /has inputs that cannot be compared/ });
  });

  it('where the list has become shorter while it was read', async (t) => {
    const site = await open(t);
    await site.personSubmits({ ...TILES_OF_STREETS, update_mode: 'DELETE_TILES' });
    site.weather.next(QUERY, jsonAnswer({ total: 2, nextStart: -1, results: { j1: { status: 'esriJobFailed' } } }));

    await assert.rejects(site.find(await site.sought(TILES, RUN)), { message: /changed while it was read/ });
  });
});
