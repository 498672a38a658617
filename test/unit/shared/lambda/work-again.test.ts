import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod/mini';
import { VendorBusyError, VendorRejectedError, VendorUnreachableError } from '../../../../shared/errors.ts';
import { operationOf } from '../../../../shared/lambda/run-events.ts';

const DOWN = new VendorBusyError('busy', { sent: false });
const RUN = { operation: 'test', name: 'nightly' };
const INPUT = { target: 'gis' };

function submitThatFails(error: Error, event: object): Promise<unknown> {
  const operation = operationOf({
    operation: 'test',
    inputSchema: z.object({ target: z.string() }),
    asks: ({ target }) => ({ target, lookFor: 'it', waits: true }),
    dryRun: () => Promise.reject(new Error('it was a dry run')),
    work: () => Promise.reject(error),
  });
  return operation({ submit: INPUT, ...event }, { requestId: 'r', deadline: Date.now() + 60_000 });
}

describe('work that failed where nothing was done', () => {
  it('is to be done again in minutes, twice', async () => {
    const answers = [0, 1].map((attempts) => submitThatFails(DOWN, { run: RUN, attempts }));

    assert.deepEqual(await Promise.all(answers), [
      { status: 'later', attempts: 1, waitSeconds: 60 },
      { status: 'later', attempts: 2, waitSeconds: 120 },
    ]);
    await assert.rejects(submitThatFails(DOWN, { run: RUN, attempts: 2 }), { name: 'VendorBusyError' });
  });

  it('is not done again where that cannot help', async () => {
    const untrusted = new VendorUnreachableError('the certificate is not trusted', { sent: false, passing: false });

    for (const error of [untrusted, new VendorRejectedError('no')]) {
      await assert.rejects(submitThatFails(error, { run: RUN }), { name: error.name });
    }
  });

  it('is not done again for somebody who waits for the answer', async () => {
    await assert.rejects(submitThatFails(DOWN, { run: { ...RUN, name: 'by-hand-1234' } }), { name: 'VendorBusyError' });
  });

  it('is never done again where an earlier call broke off and may have done it', async () => {
    const search = submitThatFails(DOWN, { run: RUN, attempts: 0, lostSince: '2026-01-01T00:00:00Z' });

    await assert.rejects(search, { name: 'VendorBusyError' });
  });
});
