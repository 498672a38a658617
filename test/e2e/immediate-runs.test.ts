import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  type MicrostrategyEmulator,
  startMicrostrategyEmulator,
} from '../../local/emulators/microstrategy/microstrategy-emulator.ts';
import { ending } from '../../local/operation-outcome.ts';
import { fireSchedule } from '../../local/schedules.ts';
import { type JobPlatform, startJobPlatform } from '../support/job-platform.ts';

const CLEAR = 'clear-rest-cache';
const PURGE = 'purge-microstrategy-caches';
const BUSY = { path: /cache\/clear$/, answer: { status: 503, body: '', headers: { 'retry-after': '3600' } } };

async function platformOf(t: TestContext, options: Parameters<typeof startJobPlatform>[0] = {}): Promise<JobPlatform> {
  const platform = await startJobPlatform(options);
  t.after(() => platform.close());
  return platform;
}

/** The entry as plain values, with what it holds as JSON read. */
async function entryOf({ ledger }: JobPlatform, operation: string, name: string): Promise<Record<string, unknown>> {
  const entry = Object.entries((await ledger.get(operation, name)) ?? {});
  return Object.fromEntries(
    entry.map(([key, value]) => [key, key === 'input' || key === 'result' ? JSON.parse(String(value)) : value]),
  );
}

describe('a run of an immediate operation', () => {
  it('has an entry from its start to its result', async (t) => {
    const platform = await platformOf(t);
    const { target, emulator } = platform;
    const statuses: unknown[] = [];
    platform.onInvoke(async ({ moment }) => {
      if (moment === 'before') statuses.push((await platform.ledger.get(CLEAR, 'mine'))?.['status']);
    });

    const execution = platform.start(CLEAR, { target, folderName: 'Imagery' }, 'mine');
    await platform.idle();

    const result = { operation: CLEAR, target, status: 'succeeded', scope: { folderName: 'Imagery' } };
    assert.deepEqual(execution.output, result);
    assert.equal(emulator.cleared.length, 1);
    assert.deepEqual(statuses, ['waiting', 'waiting', 'submitting']);
    const { expiresAt, ...entry } = await entryOf(platform, CLEAR, 'mine');
    const startedAt = '2026-01-01T00:00:00.000Z';
    assert.deepEqual(entry, {
      operation: CLEAR,
      name: 'mine',
      executionArn: execution.arn,
      startedAt,
      startedBy: 'person',
      ticket: `${startedAt}#mine`,
      status: 'succeeded',
      open: 'untold',
      target,
      input: { target, folderName: 'Imagery' },
      submitSeconds: 210,
      submittingAt: startedAt,
      finishedAt: startedAt,
      result,
    });
    assert.ok(Number(expiresAt) * 1000 > Date.now());
  });

  it('that is refused has an entry with its error, and without its input', async (t) => {
    const platform = await platformOf(t);

    const execution = platform.start(CLEAR, { target: platform.target, folderName: '../admin' }, 'refused');
    await platform.idle();

    assert.deepEqual([execution.status, execution.error], ['FAILED', 'InvalidInputError']);
    assert.match(execution.cause ?? '', /folderName/);
    const { seenAt: _seenAt, ...entry } = await entryOf(platform, CLEAR, 'refused');
    assert.deepEqual(entry, {
      operation: CLEAR,
      name: 'refused',
      executionArn: execution.arn,
      startedAt: '2026-01-01T00:00:00Z',
      status: 'failed',
      open: 'untold',
      finishedAt: '2026-01-01T00:00:00.000Z',
      error: 'InvalidInputError',
      cause: execution.cause,
    });
  });

  it('that fails has an entry with its input and its error', async (t) => {
    const platform = await platformOf(t);
    const input = { target: 'no-such-target' };

    const execution = platform.start(CLEAR, input, 'unknown');
    await platform.idle();

    assert.equal(execution.error, 'UnknownTargetError');
    assert.partialDeepStrictEqual(await entryOf(platform, CLEAR, 'unknown'), {
      status: 'failed',
      error: 'UnknownTargetError',
      cause: execution.cause,
      input,
    });
  });

  it('does its work again after a minute, and after two more, where that can help', async (t) => {
    const platform = await platformOf(t);
    platform.emulator.faults.push(BUSY, BUSY);

    const execution = platform.start(CLEAR, { target: platform.target }, 'busy');
    await platform.idle();

    assert.equal(execution.status, 'SUCCEEDED', execution.cause);
    assert.deepEqual([platform.emulator.cleared.length, platform.emulator.faults.length], [1, 0]);
    assert.equal(platform.clock.now() - execution.startedAt, 180_000);
  });

  it('is given up after three times, by its own error', async (t) => {
    const platform = await platformOf(t);
    platform.emulator.faults.push(...Array(9).fill(BUSY));

    const execution = platform.start(CLEAR, { target: platform.target }, 'busy');
    await platform.idle();

    assert.equal(execution.error, 'VendorBusyError');
    assert.equal(platform.emulator.faults.length, 6);
    assert.partialDeepStrictEqual(await entryOf(platform, CLEAR, 'busy'), {
      status: 'failed',
      error: 'VendorBusyError',
    });
  });

  it('does its work again where its function broke off, as that does no harm', async (t) => {
    const platform = await platformOf(t);
    const forget = platform.onInvoke(({ event, moment }) => {
      if (!Object.hasOwn(Object(event), 'submit') || moment !== 'after') return;
      forget();
      throw Object.assign(new Error('it broke off'), { name: 'Lambda.Unknown' });
    });

    const execution = platform.start(CLEAR, { target: platform.target }, 'broken');
    await platform.idle();

    assert.equal(execution.status, 'SUCCEEDED', execution.cause);
    assert.equal(platform.emulator.cleared.length, 2);
  });

  it('that a schedule starts is named after the occurrence, and is one however often that is delivered', async (t) => {
    const settings = {
      schedules: [
        { name: 'nightly', operation: CLEAR, expression: 'cron(0 3 * * ? *)', input: { target: 'city' } },
        { name: 'weekly', operation: PURGE, expression: 'rate(7 days)', input: { target: 'bi', projects: 'ALL' } },
      ],
    };
    const platform = await platformOf(t, { settings });
    const { template, stateMachines, emulator } = platform;
    const { url, username, password } = emulator;
    platform.newTarget({ vendor: 'arcgis', url, username, password }, 'city');
    const invoke = (name: string, payload: string) => platform.invoke(name, JSON.parse(payload));
    const [nightly] = template.schedules.filter(({ Target }) => Target.Input.includes('nightly'));
    assert.ok(nightly);

    for (const { Target } of template.schedules) assert.match(Target.Arn, /:stateMachine:start-scheduled-job$/);
    const outcome = await fireSchedule(nightly, { stateMachines, invoke, ending });
    await fireSchedule(nightly, { stateMachines, invoke, ending });

    assert.partialDeepStrictEqual(outcome, { result: { operation: CLEAR, target: 'city', status: 'succeeded' } });
    assert.equal(emulator.cleared.length, 1);
    assert.partialDeepStrictEqual(await entryOf(platform, CLEAR, 'nightly-2026-01-01T00-00-00Z'), {
      startedBy: 'schedule nightly',
      status: 'succeeded',
    });
  });

  it('that is started by hand in Lambda has an entry, and its end reaches the caller', async (t) => {
    const platform = await platformOf(t, { virtualFrom: false, pauseMs: 1 });
    const { target, template } = platform;
    const { name = '' } = template.functions.find((one) => one.name.startsWith('ClearRestCacheFunction')) ?? {};
    platform.emulator.faults.push({ path: /exists$/, answer: { status: 200, body: '{"exists":false}' } });

    const outcomes = [
      await platform.invoke(name, { target, folderName: 'Nowhere' }),
      await platform.invoke(name, { target }),
    ];

    const [failed, done] = outcomes.map((outcome) =>
      'error' in outcome ? outcome.error : JSON.parse(outcome.payload),
    );
    assert.equal(failed.errorType, 'VendorRejectedError');
    assert.match(failed.errorMessage, /^folder Nowhere does not exist/);
    assert.deepEqual(done, { operation: CLEAR, target, status: 'succeeded', scope: 'all' });
    const runs = await platform.ledger.runs();
    assert.deepEqual(
      runs.map(({ startedBy, status, error }) => [startedBy, status, error]),
      [
        ['person', 'failed', 'VendorRejectedError'],
        ['person', 'succeeded', undefined],
      ],
    );
    for (const run of runs) assert.match(String(run['name']), /^by-hand-[0-9a-f-]{36}$/);
  });
});

describe('two purges', () => {
  const WORK_SECONDS = 30;

  /** A platform with two MicroStrategy targets, and when each purge was at work, in seconds. */
  async function purging(t: TestContext) {
    const platform = await platformOf(t);
    const library: MicrostrategyEmulator = await startMicrostrategyEmulator();
    t.after(() => library.close());
    const { url, username, password } = library;
    const newTarget = () => platform.newTarget({ vendor: 'microstrategy', url, username, password });
    const times: { target: string; from: number; to: number }[] = [];
    platform.onInvoke(async ({ functionName, event, moment }) => {
      const { submit } = Object(event);
      if (functionName !== PURGE || submit === undefined || moment !== 'before') return;
      const from = platform.clock.now() / 1000;
      await platform.clock.sleep(WORK_SECONDS);
      times.push({ target: submit.target, from, to: platform.clock.now() / 1000 });
    });
    const purge = (target: string, name: string) => platform.start(PURGE, { target, projects: ['Tutorial'] }, name);
    return { platform, library, newTarget, times, purge };
  }

  it('of one target never run at the same time; the second does its work too, as more may have changed', async (t) => {
    const { platform, library, newTarget, times, purge } = await purging(t);
    const target = newTarget();

    const first = purge(target, 'first');
    await platform.clock.after(1, () => undefined);
    const second = purge(target, 'second');
    await platform.idle();

    assert.deepEqual([first.status, second.status], ['SUCCEEDED', 'SUCCEEDED']);
    assert.equal(times.length, 2);
    assert.ok((times[1]?.from ?? 0) >= (times[0]?.to ?? Number.POSITIVE_INFINITY));
    assert.equal(library.openSessions(), 0);
    assert.equal(Object(second.output).attachedTo, undefined);
    const claim = await platform.ledger.get('claim', target);
    assert.deepEqual([claim?.['holder'], claim?.['fence']], ['second', 2]);
    assert.notEqual(claim?.['releasedAt'], undefined);
  });

  it('of two targets run side by side', async (t) => {
    const { platform, newTarget, times, purge } = await purging(t);

    purge(newTarget(), 'one');
    purge(newTarget(), 'other');
    await platform.idle();

    assert.equal(times.length, 2);
    assert.ok((times[1]?.from ?? Number.POSITIVE_INFINITY) < (times[0]?.to ?? 0));
  });

  it('of one target, and the first stopped in its work: the second waits until that has ended for sure', async (t) => {
    const { platform, newTarget, times, purge } = await purging(t);
    const target = newTarget();

    const first = purge(target, 'first');
    await platform.clock.after(10, () => undefined);
    const second = purge(target, 'second');
    await platform.clock.after(10, () => first.abort());
    await platform.idle();

    assert.deepEqual([first.status, second.status], ['ABORTED', 'SUCCEEDED']);
    assert.partialDeepStrictEqual(await platform.ledger.get(PURGE, 'first'), { status: 'stopped' });
    const seconds = (times[1]?.from ?? 0) - first.startedAt / 1000;
    assert.ok(seconds > 390 && seconds < 450, `${seconds} s`);
  });
});
