import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { handler } from '../../../../functions/cancel-job/handler.ts';
import { startArcgisEmulator } from '../../../../local/emulators/arcgis/arcgis-emulator.ts';
import { signIn } from '../../../../local/emulators/arcgis/emulator-caller.ts';
import { invoke, startTestAws, type TestAws } from '../../../support/invoke.ts';
import { logLines } from '../../../support/log-lines.ts';

const TASK_PATH = 'rest/services/System/CachingTools/GPServer/DeleteCache';
/** The site has moved since. */
const OLD_URL = `http://gis.example.org:6080/arcgis/${TASK_PATH}`;
const INPUTS = { service_url: 'CachedServices/Streets:MapServer' };

describe('cancelling a job', () => {
  let aws: TestAws;
  let emulator: Awaited<ReturnType<typeof startArcgisEmulator>>;
  let target: string;
  let now = Date.now();

  const submit = async () => (await signIn(emulator)).submit(`/${TASK_PATH}`, INPUTS);
  const cancel = (jobId: string, attempts = 0) =>
    invoke(handler, { cancel: { target, taskPath: TASK_PATH, jobId }, attempt: { attempts } });

  before(async () => {
    aws = await startTestAws();
    emulator = await startArcgisEmulator({ now: () => now, jobSeconds: 1000 });
    const { url, username, password } = emulator;
    target = aws.newTarget({ vendor: 'arcgis', url, username, password });
  });
  after(async () => {
    await emulator.close();
    await aws.close();
  });

  it('cancels through the Admin API what REST refuses to cancel, a job that is only submitted', async (t) => {
    logLines(t);
    await submit();
    const job = emulator.jobs.list().at(-1);
    assert.equal(job?.status, 'esriJobSubmitted');

    const result = await cancel(job?.id ?? '');

    assert.partialDeepStrictEqual(result, { over: false, jobStatus: 'esriJobCancelling', attempts: 1 });
    now += 1_000_000;
    assert.partialDeepStrictEqual(await cancel(job?.id ?? '', 1), { over: true, jobStatus: 'esriJobCancelled' });
  });

  const kept: [what: string, jobOf: (jobId: string) => object][] = [
    ['an entry', (jobId) => ({ target, taskPath: TASK_PATH, jobId })],
    ['an execution or an entry of version 0.1.0', (jobId) => ({ target, taskUrl: OLD_URL, jobId })],
  ];
  for (const [what, jobOf] of kept) {
    it(`takes the job as ${what} has it, and tells its path`, async (t) => {
      logLines(t);
      await submit();
      const jobId = emulator.jobs.list().at(-1)?.id ?? '';

      const result = await invoke(handler, { cancel: jobOf(jobId), attempt: { attempts: 0, later: 'version' } });

      assert.partialDeepStrictEqual(result, { jobStatus: 'esriJobCancelling', taskPath: TASK_PATH, jobId });
    });
  }

  it('finds a job that has ended over, and leaves it as it is', async (t) => {
    logLines(t);
    await submit();
    const job = emulator.jobs.list().at(-1);
    now += 5_000_000;

    const result = await cancel(job?.id ?? '');

    assert.partialDeepStrictEqual(result, { over: true, jobStatus: job?.status });
  });

  it('finds the running job with the inputs, and says so where it cannot be told which', async (t) => {
    logLines(t);
    emulator.jobs.nextFates.push('neverEnds', 'neverEnds');
    const since = new Date(now).toISOString();
    const find = { target, sought: { taskPath: TASK_PATH, inputs: INPUTS }, since };
    await submit();
    const job = emulator.jobs.list().at(-1);

    const one = await invoke(handler, { find, attempt: { attempts: 0 } });
    await submit();
    const two = invoke(handler, { find, attempt: { attempts: 0 } });
    await assert.rejects(two, { name: 'VendorRejectedError', message: /2 running jobs have the same inputs/ });
    const later = { ...find, since: new Date(now + 3_600_000).toISOString() };

    assert.partialDeepStrictEqual(one, { found: 'yes', jobId: job?.id, taskPath: TASK_PATH, taskUrl: TASK_PATH });
    assert.deepEqual(await invoke(handler, { find: later, attempt: { attempts: 0 } }), { found: 'no' });
  });

  it('takes a server that is down for one to be asked later, and gives up after eleven days', async (t) => {
    logLines(t);
    const down = { path: /./, answer: { status: 503, body: '', headers: { 'retry-after': '3600' } } };
    const find = { target, sought: { taskPath: TASK_PATH, inputs: INPUTS }, since: new Date().toISOString() };
    emulator.faults.push(down, down, down);

    const cancelled = await cancel('j1', 10);
    const found = await invoke(handler, { find, attempt: { attempts: 1_000 } });
    const lastAttempt = cancel('j1', 1_200);

    await assert.rejects(lastAttempt, { name: 'VendorBusyError' });
    assert.partialDeepStrictEqual(cancelled, { over: false, attempts: 11, waitSeconds: 32 });
    assert.partialDeepStrictEqual(found, { found: 'later', attempts: 1_001, waitSeconds: 900 });
    assert.ok(Date.parse(Object(found).leaseUntil) > Date.now() + 3_600_000);
  });

  it('says so in the end where the server lets the job run on', async (t) => {
    logLines(t);
    emulator.jobs.nextFates.push('neverEnds');
    await submit();
    const job = emulator.jobs.list().at(-1);
    emulator.faults.push(...Array(4).fill({ path: /\/cancel$/, answer: { status: 200, body: '{"status":"error"}' } }));

    const result = cancel(job?.id ?? '', 1_200);

    await assert.rejects(result, { name: 'VendorRejectedError', message: /is not over after 1200 attempts/ });
    emulator.faults.length = 0;
  });

  it('does not try refused credentials again until the secret has another version, and then cancels', async (t) => {
    logLines(t);
    emulator.jobs.nextFates.push('neverEnds');
    await submit();
    const job = emulator.jobs.list().at(-1);
    const { url, username, password } = emulator;
    const own = aws.newTarget({ vendor: 'arcgis', url, username, password: 'not-yet-rotated' });
    const attempt = async (state: unknown) =>
      Object(
        await invoke(handler, {
          cancel: { target: own, taskPath: TASK_PATH, jobId: job?.id },
          attempt: state,
        }),
      );

    const refused = await attempt({ attempts: 0 });
    const asked = emulator.requests.length;
    const unchanged = await attempt(refused);
    const requestsMeanwhile = emulator.requests.length - asked;
    aws.setSecret(own, { vendor: 'arcgis', url, username, password });
    const changed = await attempt(unchanged);

    assert.deepEqual([refused.over, unchanged.over, requestsMeanwhile], [false, false, 0]);
    assert.match(changed.jobStatus, /esriJobCancel/);
  });

  it('takes a job for over that the server does not know only after a minute', async (t) => {
    logLines(t);
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() });

    const first = Object(await cancel('j-unknown'));
    t.mock.timers.tick(61_000);
    const job = { target, taskPath: TASK_PATH, jobId: 'j-unknown' };
    const second = await invoke(handler, { cancel: job, attempt: first });

    assert.equal(first.over, false);
    assert.partialDeepStrictEqual(second, { over: true, jobStatus: 'unknown to the server' });
  });
});
