import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type JobPlatform, startJobPlatform } from '../support/job-platform.ts';
import { Leaks, spellings } from '../support/leaks.ts';

const DAY_SECONDS = 86_400;

async function platformOf(t: TestContext, jobSeconds: number): Promise<JobPlatform> {
  const platform = await startJobPlatform({ emulator: { jobSeconds } });
  t.after(() => platform.close());
  return platform;
}

const landsat = ({ target }: JobPlatform) => ({
  target,
  serviceFolder: 'Imagery',
  serviceName: 'Landsat',
  serviceType: 'ImageServer',
});

test('runs a job of two days in virtual time, emulator, functions and ledger on one clock', async (t) => {
  const platform = await platformOf(t, 2 * DAY_SECONDS);

  const execution = platform.start('refresh-service', landsat(platform), 'two-days');
  await execution.ended;

  assert.equal(execution.status, 'SUCCEEDED', execution.cause);
  const run = await platform.ledger.get('refresh-service', 'two-days');
  assert.equal(run?.['status'], 'succeeded');
  assert.equal(run['startedAt'], '2026-01-01T00:00:00.000Z');
  const [job] = platform.emulator.jobs.list();
  assert.equal(job?.endedAt, Date.parse('2026-01-03T00:00:00Z'));
  assert.ok(String(run['finishedAt']).startsWith('2026-01-03T00:0'), String(run['finishedAt']));
});

test('lets a test stop an execution at a state, and sees the job cancelled', async (t) => {
  const platform = await platformOf(t, 600);
  platform.onState(({ state, moment }) => {
    if (state === 'Watch' && moment === 'before') execution.abort();
  });

  const execution = platform.start('refresh-service', landsat(platform));
  await platform.idle();

  assert.equal(execution.status, 'ABORTED');
  assert.deepEqual(
    platform.emulator.jobs.list().map(({ status }) => status),
    ['esriJobCancelled'],
  );
});

test("lets a test take the place of a function's answer", async (t) => {
  const platform = await platformOf(t, 600);
  const invoked: unknown[] = [];
  platform.onInvoke(({ functionName, moment }) => {
    invoked.push([functionName, moment]);
    throw Object.assign(new Error('refused'), { name: 'VendorAuthError' });
  });

  const execution = platform.start('refresh-service', landsat(platform));
  await execution.ended;

  assert.equal(execution.error, 'VendorAuthError');
  assert.deepEqual(invoked, [['refresh-service', 'before']]);
});

test('tries a refused password once in a whole run, its end included', async (t) => {
  const platform = await platformOf(t, 600);
  platform.setSecret({ password: 'not-the-Password1' });

  const execution = platform.start('refresh-service', landsat(platform));
  await platform.idle();

  assert.equal(execution.error, 'VendorAuthError');
  const tries = platform.emulator.requests.filter(({ form }) => form['password'] !== undefined);
  assert.deepEqual(
    tries.map(({ form }) => form['password']),
    ['not-the-Password1'],
  );
});

const SECRET = 'siteadmin-Secret1 & "more"';

for (const place of ['log', 'result', 'error', 'address'] as const) {
  test(`a platform does not close without a word when a secret is in its ${place}`, async () => {
    const platform = await startJobPlatform({ emulator: { jobSeconds: 60 } });
    const { password, url } = platform.emulator;
    platform.onInvoke(({ moment, outcome }) => {
      if (moment === 'before') return;
      if (place === 'log') process.stdout.write(`${JSON.stringify({ level: 'info', reason: `sent ${password}` })}\n`);
      if (place === 'result') Object.assign(outcome ?? {}, { payload: JSON.stringify({ password }) });
      if (place === 'error') throw new Error(`not with ${encodeURIComponent(password)}`);
    });
    if (place === 'address') await fetch(`${url}/rest/info?password=${encodeURIComponent(password)}`);

    await platform.start('refresh-service', landsat(platform)).ended;

    await assert.rejects(platform.close(), { name: 'AssertionError', message: /a secret in / });
  });
}

test('a secret is found in whatever spelling it leaves', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const said = [
    SECRET,
    JSON.stringify({ cause: JSON.stringify({ password: SECRET }) }),
    new URLSearchParams({ password: SECRET }).toString(),
    `https://gis.example.org/?password=${encodeURIComponent(SECRET)}`,
    ...['', 'u', 'us', 'user'].map((user) => base64(`${user}:${SECRET}`)),
    Buffer.from(`user:${SECRET}`).toString('base64url'),
    Buffer.from(SECRET).toString('hex'),
    SECRET.replaceAll('&', '&amp;').replaceAll('"', '&quot;'),
  ];

  for (const text of said) {
    const leaks = new Leaks();
    leaks.plant(SECRET);
    leaks.record('a text', `before ${text} after`);
    assert.throws(() => leaks.assertNone(), { message: /a secret in a text/ }, text);
  }
});

test('nothing is found where no secret is', () => {
  const leaks = new Leaks();
  leaks.plant(SECRET);
  leaks.record('a text', `siteadmin-Secret2 ${spellings(SECRET).map((spelled) => spelled.slice(0, -1))[0]}`);

  assert.doesNotThrow(() => leaks.assertNone());
});

test('a server that echoes its tokens gets none of them into a run, its error and its ledger entry', async (t) => {
  const platform = await platformOf(t, 600);
  const { emulator } = platform;
  platform.onInvoke(({ functionName, moment }) => {
    const token = emulator.tokens.issued.at(-1);
    if (functionName !== 'check-job' || moment === 'after' || token === undefined) return;
    const description = `token=${token} of ${emulator.password}`;
    const body = JSON.stringify({
      jobStatus: 'esriJobFailed',
      messages: [{ type: 'esriJobMessageTypeError', description }],
    });
    emulator.faults.push({ path: /\/jobs\/\w+$/, answer: { status: 200, body } });
  });

  const execution = platform.start('refresh-service', landsat(platform), 'echoed');
  await execution.ended;

  assert.equal(execution.error, 'JobFailedError');
  assert.match(String(execution.cause), /token=\*\*\* of \*\*\*/);
  assert.match(JSON.stringify(await platform.ledger.get('refresh-service', 'echoed')), /token=\*\*\* of \*\*\*/);
});
