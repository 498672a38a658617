import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ourPolicy, pollSchedule } from '../bench/poll-schedule.ts';
import { type JobPlatform, startJobPlatform } from '../support/job-platform.ts';

const MINUTE_SECONDS = 60;
const DAY_SECONDS = 86_400;
const TASK = 'delete-map-server-cache';
const STREETS = 'CachedServices/Streets.MapServer';

async function platformOf(t: TestContext, options: Parameters<typeof startJobPlatform>[0]): Promise<JobPlatform> {
  const platform = await startJobPlatform(options);
  t.after(() => platform.close());
  return platform;
}

const deletion = ({ target }: JobPlatform) => ({ target, inputService: STREETS, confirm: STREETS });

test('watches a job of 30 days to its end: one submit, few polls, no long history, found out in time', async (t) => {
  const settings = { jobs: { [TASK]: { maxDuration: 60 } } };
  const platform = await platformOf(t, { settings, emulator: { jobSeconds: 30 * DAY_SECONDS } });
  for (const service of platform.emulator.services.values()) service.progress = false;

  const execution = platform.start(TASK, deletion(platform), 'thirty-days');
  await execution.ended;

  assert.equal(execution.status, 'SUCCEEDED', execution.cause);
  const [job, ...others] = platform.emulator.jobs.list();
  assert.ok(job?.endedAt !== undefined && others.length === 0);
  const jobSeconds = (job.endedAt - job.submittedAt) / 1000;
  const lagSeconds = (Date.parse(Object(execution.output).finishedAt) - job.endedAt) / 1000;
  const { polls } = Object(execution.output);
  const predicted = pollSchedule(ourPolicy(), jobSeconds);
  const histories = platform.stateMachines.executions.map(({ historyEvents }) => historyEvents);
  const transitions = platform.stateMachines.executions.reduce((sum, { history }) => sum + history.length, 0);
  const cost = Number(Object(await platform.ledger.get(TASK, 'thirty-days')).watchingCost);
  t.diagnostic(
    `${jobSeconds / DAY_SECONDS} days: ${polls} polls (${predicted.polls} predicted), ${transitions} transitions, $${cost}, lag ${lagSeconds} s, longest history ${Math.max(...histories)} events`,
  );
  assert.ok(lagSeconds >= 0 && lagSeconds <= 900 + 2, `lag ${lagSeconds} s`);
  assert.ok(Math.abs(polls - predicted.polls) <= 0.1 * predicted.polls);
  assert.ok(Math.max(...histories) < 20_000);
  assert.ok(Math.abs(cost - transitions * 0.000025) < 0.1 * cost, `${cost} for ${transitions} transitions`);
});

for (const jobSeconds of [5, 20, 10 * MINUTE_SECONDS, 3600, 12 * 3600]) {
  test(`finds out the end of a job of ${jobSeconds} s within 5 % and 2 s`, async (t) => {
    const platform = await platformOf(t, { emulator: { jobSeconds } });
    for (const service of platform.emulator.services.values()) service.progress = false;

    const execution = platform.start(TASK, deletion(platform));
    await execution.ended;

    const [job] = platform.emulator.jobs.list();
    const lengthMs = (job?.endedAt ?? 0) - (job?.submittedAt ?? 0);
    const lagMs = Date.parse(Object(execution.output).finishedAt) - (job?.endedAt ?? 0);
    assert.ok(lagMs <= Math.max(lengthMs * 0.05, 0) + 2000, `lag ${lagMs} ms of ${lengthMs} ms`);
  });
}

test('survives tokens of one minute in a job of ten minutes', async (t) => {
  const platform = await platformOf(t, { emulator: { jobSeconds: 10 * MINUTE_SECONDS, tokenLifeMinutes: 1 } });

  const execution = platform.start(TASK, deletion(platform));
  await execution.ended;

  assert.equal(execution.status, 'SUCCEEDED', execution.cause);
  assert.equal(submits(platform), 1);
});

test('survives a password that is changed in the middle of a job', async (t) => {
  const platform = await platformOf(t, { emulator: { jobSeconds: 10 * MINUTE_SECONDS } });
  const rotation = platform.clock.after(5 * MINUTE_SECONDS, () => {
    platform.emulator.tokens.users.siteadmin.password = 'rotated-1';
    platform.emulator.tokens.expireAll();
    platform.setSecret({ password: 'rotated-1' });
  });

  const execution = platform.start(TASK, deletion(platform));
  await Promise.all([execution.ended, rotation]);

  assert.equal(execution.status, 'SUCCEEDED', execution.cause);
  assert.equal(submits(platform), 1);
  const refused = platform.emulator.requests.filter(
    ({ path, form }) => /generateToken$/.test(path) && form['password'] === 'rotated-1',
  );
  assert.equal(refused.length > 0, true);
});

/** Changes the password on the server after so many seconds; gives how often the old one was tried from then on. */
function rotateOnServer({ clock, emulator }: JobPlatform, seconds: number) {
  const { tokens, requests } = emulator;
  const { siteadmin } = tokens.users;
  const { password } = siteadmin;
  let earlier = requests.length;
  const rotation = clock.after(seconds, () => {
    siteadmin.password = 'rotated-1';
    tokens.expireAll();
    earlier = requests.length;
  });
  const isRefused = ({ path, form }: (typeof requests)[number]) =>
    /generateToken$/.test(path) && form['password'] === password;
  return { rotation, refusedLogins: () => requests.slice(earlier).filter(isRefused).length };
}

test('survives a password that is in the secret minutes after it was changed on the server', async (t) => {
  const platform = await platformOf(t, { emulator: { jobSeconds: 20 * MINUTE_SECONDS } });
  for (const service of platform.emulator.services.values()) service.progress = false;
  const { rotation, refusedLogins } = rotateOnServer(platform, 5 * MINUTE_SECONDS);
  const secret = platform.clock.after(8 * MINUTE_SECONDS, () => platform.setSecret({ password: 'rotated-1' }));

  const execution = platform.start(TASK, deletion(platform));
  await Promise.all([execution.ended, rotation, secret]);

  assert.equal(execution.status, 'SUCCEEDED', execution.cause);
  assert.equal(submits(platform), 1);
  assert.equal(refusedLogins(), 1);
});

test('ends as VendorAuthError when the secret is not changed within an hour, after one refused login', async (t) => {
  const platform = await platformOf(t, { emulator: { jobSeconds: 12 * 3600 } });
  for (const service of platform.emulator.services.values()) service.progress = false;
  const { rotation, refusedLogins } = rotateOnServer(platform, 3600);

  const execution = platform.start(TASK, deletion(platform), 'never-changed');
  await Promise.all([execution.ended, rotation]);

  assert.deepEqual([execution.status, execution.error], ['FAILED', 'VendorAuthError']);
  assert.match(execution.cause ?? '', /may run on: look at it in ArcGIS Server Manager/);
  assert.equal(refusedLogins(), 1);
  const seconds = (execution.stoppedAt ?? 0) / 1000 - execution.startedAt / 1000;
  assert.ok(seconds > 2 * 3600 && seconds < 2.2 * 3600, `${seconds} s`);
  assert.equal((await platform.ledger.get(TASK, 'never-changed'))?.['error'], 'VendorAuthError');
});

test('goes on watching when the server is down for an hour in the middle of a poll', async (t) => {
  const platform = await platformOf(t, { emulator: { jobSeconds: 5 * 3600 } });
  const { faults } = platform.emulator;
  const outage = platform.clock.after(3600, () => {
    for (let poll = 0; poll < 60; poll += 1)
      faults.push({ path: /\/jobs\/j/, answer: { status: 503, body: '', headers: { 'retry-after': '3600' } } });
  });
  const recovery = platform.clock.after(2 * 3600, () => {
    faults.length = 0;
  });

  const execution = platform.start(TASK, deletion(platform));
  await Promise.all([execution.ended, outage, recovery]);

  assert.equal(execution.status, 'SUCCEEDED', execution.cause);
  assert.equal(submits(platform), 1);
});

test('gives up at the deadline, as JobTimedOutError, and cancels the job on the server', async (t) => {
  const settings = { jobs: { [TASK]: { maxDuration: 1 } } };
  const platform = await platformOf(t, { settings });
  platform.emulator.jobs.nextFates.push('neverEnds');

  const execution = platform.start(TASK, deletion(platform), 'too-long');
  await platform.idle();

  assert.deepEqual([execution.status, execution.error], ['FAILED', 'JobTimedOutError']);
  assert.match(execution.cause ?? '', /maxDuration/);
  assert.deepEqual(
    platform.emulator.jobs.list().map(({ status }) => status),
    ['esriJobCancelled'],
  );
  const run = await platform.ledger.get(TASK, 'too-long');
  assert.deepEqual([run?.['status'], run?.['jobStatus']], ['failed', 'esriJobCancelled']);
  const claim = await platform.ledger.get('claim', `${platform.target}/${STREETS}`);
  assert.ok(claim?.['releasedAt'] !== undefined);
});

function submits({ emulator }: JobPlatform): number {
  return emulator.requests.filter(({ path }) => path.endsWith('/submitJob')).length;
}
