import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { handler } from '../../functions/check-job/handler.ts';
import { invoke, startTestAws, type TestAws } from '../support/invoke.ts';
import { logLines } from '../support/log-lines.ts';
import { watchOf } from '../support/watch.ts';
import { jsonAnswer, startWeatherServer, type Weather } from '../support/weather-server.ts';

const TASK = 'rest/services/System/CachingTools/GPServer/DeleteCache';
const SERVICE = 'https://gis.example.org/server/rest/services/A/MapServer';

let aws: TestAws;
before(async () => {
  aws = await startTestAws();
});
after(() => aws.close());

/** The last poll of a job that has these outputs, and the requests that were made for them. */
async function lastPoll(t: TestContext, outputs: Record<string, Weather>) {
  logLines(t);
  const weather = await startWeatherServer();
  t.after(() => weather.close());
  const results = Object.fromEntries(Object.keys(outputs).map((name) => [name, { paramUrl: `results/${name}` }]));
  weather.always(/\/jobs\/j1$/, jsonAnswer({ jobId: 'j1', jobStatus: 'esriJobSucceeded', messages: [], results }));
  for (const [name, answer] of Object.entries(outputs)) weather.always(new RegExp(`/results/${name}$`), answer);
  const target = aws.newTarget({ vendor: 'arcgis', url: `${weather.origin}/server`, token: 'a-long-Token-1' });
  const watch = watchOf({ operation: 'delete-map-server-cache', target, service: 'A.MapServer', taskPath: TASK });
  const { result } = Object(await invoke(handler, watch));
  const path = (name: string) => `${weather.origin}/server/${TASK}/jobs/j1/results/${name}`;
  return { result: Object(result), path, asked: weather.requestsTo(/\/results\//).length };
}

const text = (value: unknown) => jsonAnswer({ paramName: 'x', dataType: 'GPString', value });

describe("a job's output", () => {
  for (const name of ['out_service_url', 'out_job_url', 'OUT_URL', 'output']) {
    it(`is its address, by the name ${name}`, async (t) => {
      const { result, asked } = await lastPoll(t, { [name]: text(SERVICE) });

      assert.partialDeepStrictEqual(result, { status: 'succeeded', outputUrl: SERVICE });
      assert.equal(asked, 1);
    });
  }

  it('is the one that is named an address where there are others', async (t) => {
    const { result } = await lastPoll(t, { a_log: text('https://gis.example.org/log'), out_job_url: text(SERVICE) });

    assert.equal(result.outputUrl, SERVICE);
  });

  it('is the first that is one where none is named so', async (t) => {
    const { result } = await lastPoll(t, { count: text('7'), where: text(SERVICE) });

    assert.equal(result.outputUrl, SERVICE);
  });

  const none: [what: string, outputs: Record<string, Weather>][] = [
    ['there is none', {}],
    ['it is no address', { refreshResults: text('{"status":"success"}') }],
    ['it is a number', { refreshResults: text(7) }],
    ['it cannot be read', { refreshResults: jsonAnswer({ error: { code: 500, message: 'x' } }) }],
  ];
  for (const [what, outputs] of none) {
    it(`is left out where ${what}`, async (t) => {
      const { result } = await lastPoll(t, outputs);

      assert.equal(result.status, 'succeeded');
      assert.ok(!('outputUrl' in result));
    });
  }

  for (const answer of [text(''), jsonAnswer({ error: { code: 400, message: 'Invalid URL' } })]) {
    it(`is where to look for it where it cannot be read (${answer.body})`, async (t) => {
      const { result, path } = await lastPoll(t, { out_job_url: answer });

      assert.equal(result.outputUrl, path('out_job_url'));
    });
  }

  it('is asked for three times at most', async (t) => {
    const outputs = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, text('no address')]));

    assert.equal((await lastPoll(t, outputs)).asked, 3);
  });
});

describe('words that every object knows', () => {
  const WORDS = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf'];
  for (const word of WORDS) {
    it(`are a state like any that is not known, and a message like any other: ${word}`, async (t) => {
      logLines(t);
      const weather = await startWeatherServer();
      t.after(() => weather.close());
      const messages = [{ type: word, description: 'said' }];
      weather.next(/\/jobs\/j1$/, jsonAnswer({ jobId: 'j1', jobStatus: word, messages }));
      weather.next(/\/jobs\/j1$/, jsonAnswer({ jobId: 'j1', jobStatus: 'esriJobSucceeded', messages }));
      const target = aws.newTarget({ vendor: 'arcgis', url: `${weather.origin}/server`, token: 'a-long-Token-1' });
      const job = { operation: 'delete-map-server-cache', target, service: 'A.MapServer', taskPath: TASK };

      const watch = Object(await invoke(handler, watchOf(job)));
      const { result } = Object(await invoke(handler, watch));

      assert.deepEqual([watch.status, watch.jobStatus], ['running', word]);
      assert.deepEqual(result.messages, [{ type: 'informative', text: 'said' }]);
    });
  }
});
