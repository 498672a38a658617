import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Answer, afterAnswer } from '../../../../functions/settle-run/after-answer.ts';
import type { Plan } from '../../../../functions/settle-run/step.ts';
import type { Entry } from '../../../../shared/ledger/entry.ts';

const NOW = Date.parse('2026-01-05T03:10:00.000Z');
const TASK = 'rest/services/A/GPServer/B';
const ENTRY: Entry = { operation: 'refresh-service', name: 'nightly', target: 'gis', status: 'running' };
const CANCEL = { target: 'gis', taskPath: TASK, jobId: 'j1' };
const FIND = { target: 'gis', sought: { taskPath: TASK, inputs: {} }, since: '2026-01-05T03:09:00Z' };
const JOB = { jobId: 'j1', taskPath: TASK };
const CANCELLING: Plan = { next: 'ask', waitSeconds: 1, ask: { cancel: CANCEL, attempt: { attempts: 4 } } };
const FINDING: Plan = { next: 'ask', waitSeconds: 1, ask: { find: FIND, attempt: { attempts: 0 } } };
const LAST = { attempts: 1200 };

function after(
  answer: Answer,
  { plan = CANCELLING, status = 'running', cause }: { plan?: Plan } & Pick<Partial<Entry>, 'status' | 'cause'> = {},
) {
  return afterAnswer(plan, answer, { ...ENTRY, status, cause }, NOW);
}

describe('after the server was asked to cancel a job', () => {
  for (const [outcome, name] of [
    ['cancelled', 'isCancelled'],
    ['lost', 'isCancelled'],
    ['succeeded', 'isStopped'],
    ['failed', 'isStopped'],
    ['timed-out', 'isStopped'],
    ['unknown', 'isStopped'],
  ] as const) {
    it(`the run ${name} and the service is free where the job is over as ${outcome}`, () => {
      const { plan, end, service } = after({ over: true, outcome, jobStatus: 'its word' });

      assert.deepEqual([plan, service, end?.name], [{ next: 'done' }, 'free', name]);
      assert.partialDeepStrictEqual(end?.set, { jobId: 'j1', taskPath: TASK, jobStatus: 'its word' });
    });
  }

  it('only the job and its state are noted where the run had said itself that it failed', () => {
    const step = after({ over: true, outcome: 'cancelled', jobStatus: 'its word' }, { status: 'failed' });

    assert.deepEqual(step, { plan: { next: 'done' }, service: 'free', note: { ...JOB, jobStatus: 'its word' } });
  });

  it('it is asked again while the job is not over, with what it said last, and the service is kept', () => {
    const told = { attempts: 5, waitSeconds: 17, unknownSince: '2026-01-05T03:09:30.000Z' };

    const step = after({ over: false, outcome: 'running', jobStatus: 'x', ...told });

    const { waitSeconds, ...attempt } = told;
    assert.deepEqual(step, {
      plan: { next: 'ask', waitSeconds, ask: { cancel: CANCEL, attempt } },
      service: { keepUntil: '2026-01-05T05:10:00.000Z' },
    });
  });

  it('a question of another version keeps what it has more', () => {
    const plan: Plan = { ...CANCELLING, newer: 1, ask: { cancel: CANCEL, attempt: { attempts: 4, newer: 2 } } };

    const step = after({ over: false, newest: 3 }, { plan });

    assert.partialDeepStrictEqual(step.plan, { newer: 1, ask: { attempt: { newer: 2, newest: 3, attempts: 5 } } });
  });
});

describe('after the server was asked for a job', () => {
  it('the job that is found is cancelled', () => {
    const { plan, end } = after({ found: 'yes', jobId: 'j7', taskPath: TASK }, { plan: FINDING, status: 'submitting' });

    assert.equal(end, undefined);
    assert.partialDeepStrictEqual(plan, {
      next: 'ask',
      waitSeconds: 1,
      ask: { cancel: { ...CANCEL, jobId: 'j7' }, attempt: { attempts: 0 } },
    });
  });

  it('the run is stopped, with a word of care, where there is none', () => {
    const { plan, end, service } = after({ found: 'no' }, { plan: FINDING, status: 'submitting' });

    assert.deepEqual([plan, service, end?.name], [{ next: 'done' }, 'free', 'isStopped']);
    assert.match(String(end?.set['cause']), /one that was submitted all the same has ended by itself/);
  });

  it('a run that had failed keeps its own error where there is none, and says once that a job may have come and gone', () => {
    const failed = { plan: FINDING, status: 'failed' } as const;
    const step = after({ found: 'no' }, { ...failed, cause: JSON.stringify({ errorMessage: 'AWS is down.' }) });
    const cause = String(step.note?.['cause']);

    assert.deepEqual(step, { plan: { next: 'done' }, service: 'free', note: { cause } });
    assert.match(cause, /^AWS is down\. No job of it runs on the server; one that was submitted .* ended by itself\.$/);
    assert.deepEqual(after({ found: 'no' }, { ...failed, cause }), step);
  });

  it('it is asked again where it could not be asked', () => {
    const { plan, service } = after({ found: 'later', attempts: 1, waitSeconds: 2 }, { plan: FINDING });

    assert.deepEqual(plan, { next: 'ask', waitSeconds: 2, ask: { find: FIND, attempt: { attempts: 1 } } });
    assert.deepEqual(service, { keepUntil: '2026-01-05T05:10:00.000Z' });
  });
});

describe('after an error of whoever asks the server', () => {
  const error = (name: string) => ({ Error: name, Cause: 'in words' });

  for (const name of [
    'Lambda.Unknown',
    'States.Timeout',
    'AwsUnavailableError',
    'VendorBusyError',
    'VendorUnreachableError',
  ]) {
    it(`${name} is passing: it is asked again, and the service is kept`, () => {
      const { plan, end, service } = after(error(name));

      assert.partialDeepStrictEqual(plan, {
        next: 'ask',
        waitSeconds: 14,
        ask: { cancel: CANCEL, attempt: { attempts: 5 } },
      });
      assert.deepEqual([end, service], [undefined, { keepUntil: '2026-01-05T05:10:00.000Z' }]);
    });
  }

  for (const name of ['VendorRejectedError', 'VendorAuthError', 'InvalidInputError', 'VendorContractError']) {
    it(`${name} is final: the run is uncertain, there is an alarm, and the service stays as it is`, () => {
      const step = after(error(name));

      assert.deepEqual(step, {
        plan: { next: 'alarm', ...error(name) },
        end: { name: 'isUncertain', set: { error: name, cause: 'in words' } },
      });
    });
  }

  it('nothing is tried for more than about eleven days, and the alarm has a name that is not reserved', () => {
    const plan = { ...CANCELLING, ask: { cancel: CANCEL, attempt: LAST } };

    const step = after(error('States.Timeout'), { plan });

    assert.deepEqual(step.plan, { next: 'alarm', Error: 'AwsUnavailableError', Cause: 'States.Timeout: in words' });
    assert.equal(step.end?.name, 'isUncertain');
  });

  for (const name of ['InvalidSecretError', 'UnknownTargetError']) {
    it(`${name} may pass within an hour, and not later`, () => {
      const first = after(error(name));
      const since = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();
      const [soon, late] = [59, 60].map((minutes) =>
        after(error(name), { plan: { ...CANCELLING, secretTroubleSince: since(minutes) } }),
      );

      assert.equal(first.plan.secretTroubleSince, '2026-01-05T03:10:00.000Z');
      assert.deepEqual([soon?.plan.next, soon?.plan.secretTroubleSince], ['ask', since(59)]);
      assert.deepEqual([late?.plan.next, late?.plan.Error], ['alarm', name]);
    });
  }

  it('trouble of another kind begins the hour of the secret anew', () => {
    const plan = { ...CANCELLING, secretTroubleSince: '2026-01-05T02:30:00.000Z' };

    assert.equal(after(error('VendorBusyError'), { plan }).plan.secretTroubleSince, undefined);
  });
});
