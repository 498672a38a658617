import assert from 'node:assert/strict';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import {
  VendorAuthError,
  VendorBusyError,
  VendorContractError,
  VendorRejectedError,
  VendorUnreachableError,
} from '../../../../shared/errors.ts';
import { type Repeatable, repeat } from '../../../../shared/http/retry.ts';

const FAR = 600_000;

const unsent = new VendorUnreachableError('DNS', { sent: false });
const sent = new VendorUnreachableError('reset', { sent: true });
const untrusted = new VendorUnreachableError('TLS', { sent: false, passing: false });
const busy = new VendorBusyError('503', { sent: false });
const gateway = new VendorBusyError('502', { sent: true });
const busyFor = (retryAfterSeconds: number) => new VendorBusyError('429', { sent: false, retryAfterSeconds });

interface Course {
  attempts: number;
  /** When each attempt was made, in milliseconds after the first. */
  at: number[];
  error: unknown;
  value: unknown;
}

/** Runs attempts that fail with these errors, one after the other, until none is left; no real time passes. */
async function course(repeatable: Repeatable, errors: Error[], deadline = FAR): Promise<Course> {
  const run: Course = { attempts: 0, at: [], error: undefined, value: undefined };
  let isOver = false;
  const over = repeat(repeatable, deadline, async () => {
    run.at.push(Date.now());
    const error = errors[run.attempts];
    run.attempts += 1;
    if (error !== undefined) throw error;
    return 'done';
  })
    .then((value) => Object.assign(run, { value }))
    .catch((error: unknown) => Object.assign(run, { error }))
    .finally(() => {
      isOver = true;
    });
  while (!isOver) {
    await new Promise(setImmediate);
    mock.timers.tick(50);
  }
  return await over.then(() => run);
}

describe('repeating', () => {
  // The module under test imports the timer by name: only the synchronized export reaches it.
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 0 });
    syncBuiltinESMExports();
  });
  afterEach(() => {
    mock.timers.reset();
    syncBuiltinESMExports();
  });

  it('does not repeat a success', async () => {
    const { attempts, value } = await course('always', []);

    assert.deepEqual([attempts, value], [1, 'done']);
  });

  it('gives the value of the attempt that succeeds', async () => {
    const { attempts, value } = await course('always', [sent, gateway]);

    assert.deepEqual([attempts, value], [3, 'done']);
  });

  it('ends after three attempts, with the last error', async () => {
    const { attempts, error } = await course('always', [sent, gateway, busy, unsent]);

    assert.deepEqual([attempts, error], [3, busy]);
  });

  const attemptsOf: [name: string, error: Error, always: number, ifNothingWasDone: number][] = [
    ['a request that never left', unsent, 2, 2],
    ['an answer that is missing', sent, 2, 1],
    ['a refusal before any work', busy, 2, 2],
    ['a gateway behind which work may have been done', gateway, 2, 1],
    ['a certificate that is not trusted', untrusted, 1, 1],
    ['refused credentials', new VendorAuthError('401'), 1, 1],
    ['a rejection', new VendorRejectedError('403'), 1, 1],
    ['an answer that is not documented', new VendorContractError('HTML'), 1, 1],
    ['an error of our own', new TypeError('bug'), 1, 1],
    ['a Retry-After of 30 s', busyFor(30), 2, 2],
    ['a Retry-After of 31 s', busyFor(31), 1, 1],
  ];
  for (const [name, error, always, ifNothingWasDone] of attemptsOf) {
    it(`makes ${always} attempts of what may be repeated after ${name}`, async () => {
      const { attempts } = await course('always', [error]);

      assert.equal(attempts, always);
    });

    it(`makes ${ifNothingWasDone} attempts of a submit after ${name}`, async () => {
      const { attempts } = await course('if-nothing-was-done', [error]);

      assert.equal(attempts, ifNothingWasDone);
    });
  }

  it('backs off longer from attempt to attempt, at most 500 ms and 1 s', async (t) => {
    t.mock.method(Math, 'random', () => 1);

    const { at } = await course('always', [sent, sent]);

    assert.deepEqual(at, [0, 500, 1500]);
  });

  it('spreads the attempts of many callers: up to half of a backoff is left to chance', async (t) => {
    t.mock.method(Math, 'random', () => 0);

    const { at } = await course('always', [sent, sent]);

    assert.deepEqual(at, [0, 250, 750]);
  });

  it('waits as long as Retry-After says, no backoff besides', async () => {
    const { at } = await course('always', [busyFor(30), busyFor(0)]);

    assert.deepEqual(at.slice(0, 2), [0, 30_000]);
    assert.ok((at[2] ?? FAR) <= 30_100);
  });

  it('does not wait for a deadline to pass: the error comes at once', async () => {
    const { attempts, error, at } = await course('always', [busyFor(20), busyFor(20)], 30_000);

    assert.deepEqual([attempts, at], [2, [0, 20_000]]);
    assert.ok(error instanceof VendorBusyError);
    assert.ok(Date.now() < 21_000);
  });
});
