import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it, mock } from 'node:test';
import { handler } from '../../functions/check-job/handler.ts';
import { handler as refresh } from '../../functions/refresh-service/handler.ts';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import type { GpJob } from '../../local/emulators/arcgis/gp-jobs.ts';
import { invoke, startTestAws, type TestAws } from '../support/invoke.ts';
import {
  type Answer,
  htmlAnswer,
  jsonAnswer,
  startWeatherServer,
  type WeatherServer,
} from '../support/weather-server.ts';

const JOB = /\/jobs\/[^/]+$/;
const TASK = /Refresh%20Service$/;
const SIGN_IN = /generateToken$/;
const LANDSAT = { serviceFolder: 'Imagery', serviceName: 'Landsat', serviceType: 'ImageServer' };
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const MOST_POLLS = 1000;
const refusal = (code: number, message: string) => jsonAnswer({ error: { code, message, details: [] } });

describe('the watch of a job', () => {
  let aws: TestAws;
  let emulator: ArcgisEmulator;
  let weather: WeatherServer;
  let target: string;
  let secret: { vendor: string; url: string; username: string; password: string };

  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());
  beforeEach(async () => {
    mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-01-01T00:00:00Z') });
    emulator = await startArcgisEmulator({ jobSeconds: 3 * HOUR });
    for (const service of emulator.services.values()) service.progress = false;
    weather = await startWeatherServer({ upstream: emulator.url });
    const { username, password } = emulator;
    secret = { vendor: 'arcgis', url: `${weather.origin}/arcgis`, username, password };
    target = aws.newTarget(secret);
  });
  afterEach(async () => {
    await Promise.all([weather.close(), emulator.close()]);
    mock.timers.reset();
  });

  const job = (): GpJob => emulator.jobs.list()[0] ?? assert.fail('no job');
  const pass = (seconds: number) => mock.timers.setTime(Date.now() + seconds * 1000);

  /** Submits, and lets the job become so old. */
  async function watchAfter(seconds: number) {
    const watch = Object(await invoke(refresh, { submit: { target, ...LANDSAT } }));
    pass(seconds);
    return watch;
  }

  /** Looks again and again as the state machine does, until the job is so old or the watch ends. */
  async function watchOn(from: object, untilSeconds: number) {
    let watch = Object(from);
    const until = Date.parse(watch.job.submittedAt) + untilSeconds * 1000;
    for (let looks = 0; looks < MOST_POLLS && watch.status !== 'succeeded' && Date.now() < until; looks += 1) {
      watch = Object(await invoke(handler, watch));
      pass(watch.waitSeconds ?? 0);
    }
    return watch;
  }

  const unknown: [what: string, answer: Answer][] = [
    ['code 400', refusal(400, 'Unable to complete operation.')],
    ['code 404', refusal(404, 'Job does not exist.')],
    ['code 500 and a text', refusal(500, 'Job j1 not found.')],
    ['a real HTTP 404', { ...refusal(404, 'Not Found'), status: 404 }],
  ];
  for (const [what, answer] of unknown) {
    it(`goes on when one machine of a cluster answers ${what} to the first poll`, async () => {
      const watch = await watchAfter(15);
      weather.next(JOB, answer);

      const result = await watchOn(watch, 4 * HOUR);

      assert.equal(result.status, 'succeeded');
    });

    it(`ends as JobLostError when nothing but ${what} is answered for a minute`, async () => {
      const watch = await watchAfter(15);
      weather.always(JOB, answer);

      const run = watchOn(watch, HOUR);

      await assert.rejects(run, { name: 'JobLostError', message: /unknown to the server.*Look at the service/ });
      assert.ok(Date.now() - Date.parse(watch.job.submittedAt) < 90_000);
      assert.ok(weather.requestsTo(JOB).length > 1);
    });
  }

  it('ends as JobLostError when the record of an old job is gone, at the second poll that says so', async () => {
    const watch = await watchOn(await watchAfter(HOUR), 2 * HOUR);
    emulator.jobs.forget(job());
    weather.requests.length = 0;

    const run = watchOn(watch, 6 * HOUR);

    await assert.rejects(run, { name: 'JobLostError' });
    assert.equal(weather.requestsTo(JOB).length, 2);
  });

  for (const [what, answer] of [
    ['an error without a code', jsonAnswer({ error: { message: 'no' } })],
    ['a page with HTTP 200', htmlAnswer()],
    ['a page with HTTP 404', htmlAnswer(404)],
    ['broken JSON', { body: '{"jobStatus":' }],
  ] as const) {
    it(`survives 50 minutes of ${what} early in a job`, async () => {
      let restarted = false;
      weather.always(JOB, () => (restarted ? undefined : answer));
      const watch = await watchOn(await watchAfter(2), 50 * MINUTE);
      restarted = true;

      const result = await watchOn(watch, 4 * HOUR);

      assert.equal(result.status, 'succeeded');
    });

    it(`ends after an hour of nothing but ${what}`, async () => {
      weather.always(JOB, answer);

      const run = watchOn(await watchAfter(2), 5 * HOUR);

      await assert.rejects(run, { name: /VendorContractError|VendorRejectedError/ });
      const seconds = (Date.now() - job().submittedAt) / 1000;
      assert.ok(seconds > HOUR && seconds < 1.2 * HOUR, `${seconds} s`);
    });
  }

  const failure = refusal(500, 'Error handling service request.');

  it('survives 50 minutes of code 500 for the job alone', async () => {
    let restarted = false;
    weather.always(JOB, () => (restarted ? undefined : failure));
    const watch = await watchOn(await watchAfter(15), 50 * MINUTE);
    restarted = true;

    const result = await watchOn(watch, 4 * HOUR);

    assert.equal(watch.trouble.kind, 'failing');
    assert.equal(result.status, 'succeeded');
  });

  it('ends as JobLostError after an hour of nothing but code 500 while the task is answered well', async () => {
    weather.always(JOB, failure);

    const run = watchOn(await watchAfter(15), 5 * HOUR);

    await assert.rejects(run, { name: 'JobLostError', message: /for this job alone.*Look at the service.*500/ });
    const seconds = (Date.now() - job().submittedAt) / 1000;
    assert.ok(seconds > HOUR && seconds < 1.2 * HOUR, `${seconds} s`);
  });

  it('goes on for hours of code 500 while the task is answered so too', async () => {
    let restarted = false;
    weather.always(JOB, () => (restarted ? undefined : failure));
    weather.always(TASK, () => (restarted ? undefined : failure));
    const watch = await watchOn(await watchAfter(15), 5 * HOUR);
    restarted = true;

    const result = await watchOn(watch, 6 * HOUR);

    assert.equal(watch.trouble, undefined);
    assert.equal(result.status, 'succeeded');
  });

  for (const [what, answer] of [
    ['a page', htmlAnswer(500)],
    ['code 500', { ...failure, status: 500 }],
    ['code 404', { ...refusal(404, 'Not Found'), status: 500 }],
  ] as const) {
    it(`counts HTTP 500 with ${what} as the server's failure, for the job alone as its end after an hour`, async () => {
      const watch = await watchAfter(2 * HOUR);
      weather.always(JOB, answer);

      const first = Object(await invoke(handler, watch));
      pass(HOUR);
      const second = Object(await invoke(handler, first));
      const third = invoke(handler, second);

      assert.deepEqual([first.trouble.kind, second.trouble.polls], ['failing', 2]);
      await assert.rejects(third, { name: 'JobLostError' });
    });
  }

  it('goes on when it is the sign-in that fails for more than an hour', async () => {
    const watch = await watchAfter(2 * HOUR);
    emulator.tokens.expireAll();
    weather.always(SIGN_IN, htmlAnswer(500));

    const first = Object(await invoke(handler, watch));
    pass(2 * HOUR);
    const second = await invoke(handler, first);

    assert.equal(first.trouble, undefined);
    assert.partialDeepStrictEqual(second, { status: 'running' });
  });

  it('counts anew when the server was down in between', async () => {
    let polls = 0;
    weather.always(JOB, () => {
      polls += 1;
      return polls % 12 === 0 ? { status: 503, headers: { 'retry-after': '60' } } : refusal(500, 'Failed.');
    });

    const watch = await watchOn(await watchAfter(2 * HOUR), 5 * HOUR);

    assert.equal(watch.status, 'running');
  });

  it('goes on when the server forbids one poll without a code of its own', async () => {
    const watch = await watchAfter(15);
    weather.next(
      JOB,
      jsonAnswer({ error: 'Forbidden' }),
      jsonAnswer({ status: 'error' }),
      jsonAnswer({ success: false }),
    );

    const result = await watchOn(watch, 4 * HOUR);

    assert.equal(result.status, 'succeeded');
  });

  it('goes on after two odd answers, however long nobody looked between them', async () => {
    const watch = await watchAfter(HOUR);
    weather.always(JOB, htmlAnswer());

    const first = Object(await invoke(handler, watch));
    pass(HOUR);
    const second = Object(await invoke(handler, first));
    pass(1);
    const third = invoke(handler, second);

    assert.deepEqual([second.status, second.trouble.polls], ['running', 2]);
    await assert.rejects(third, { name: 'VendorContractError' });
  });

  it('forgets an odd answer when a poll is answered', async () => {
    const watch = await watchAfter(HOUR);
    weather.next(JOB, htmlAnswer());

    const troubled = Object(await invoke(handler, watch));
    const next = Object(await invoke(handler, troubled));

    assert.partialDeepStrictEqual(troubled, { jobStatus: 'esriJobSubmitted', trouble: { kind: 'odd', polls: 1 } });
    assert.equal(next.trouble, undefined);
  });

  it('asks nothing of the server with credentials that were refused, and goes on with new ones', async () => {
    const watch = await watchAfter(HOUR);
    emulator.tokens.users.siteadmin.password = 'rotated-1';
    emulator.tokens.expireAll();
    weather.requests.length = 0;

    const refused = Object(await invoke(handler, watch));
    const refusedLogins = weather.requestsTo(SIGN_IN).length;
    weather.requests.length = 0;
    const waiting = Object(await invoke(handler, refused));
    const requestsMeanwhile = weather.requests.length;
    aws.setSecret(target, { ...secret, password: 'rotated-1' });
    const next = Object(await invoke(handler, waiting));

    assert.deepEqual([refusedLogins, requestsMeanwhile], [1, 0]);
    assert.deepEqual([refused.trouble.kind, waiting.trouble.since], ['refused', refused.trouble.since]);
    assert.deepEqual([refused.polls, waiting.polls, next.polls], [1, 1, 2]);
    assert.partialDeepStrictEqual(next, { status: 'running', jobStatus: 'esriJobExecuting' });
    assert.equal(next.trouble, undefined);
    assert.equal(weather.requestsTo(SIGN_IN).length, 1);
  });

  it('tries each version of the secret once, and no longer than an hour in all', async () => {
    const watch = await watchAfter(HOUR);
    emulator.tokens.users.siteadmin.password = 'rotated-1';
    emulator.tokens.expireAll();
    weather.requests.length = 0;
    const refused = await watchOn(watch, 1.5 * HOUR);
    aws.setSecret(target, { ...secret, password: 'mistyped' });

    const run = watchOn(refused, 5 * HOUR);

    await assert.rejects(run, { name: 'VendorAuthError', message: /may run on.*ArcGIS Server Manager/ });
    assert.equal(weather.requestsTo(SIGN_IN).length, 2);
    const seconds = (Date.now() - job().submittedAt) / 1000;
    assert.ok(seconds >= 2 * HOUR && seconds < 2.2 * HOUR, `${seconds} s`);
  });
});
