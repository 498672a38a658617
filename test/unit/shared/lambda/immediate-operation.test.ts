import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod/mini';
import { VendorBusyError } from '../../../../shared/errors.ts';
import { immediateOperation } from '../../../../shared/lambda/immediate-operation.ts';
import type { Run } from '../../../../shared/lambda/operation-handler.ts';
import { fromItem } from '../../../../shared/ledger/attributes.ts';

const OPERATION = 'purge';
const INPUT = { target: 'bi' };
const RUN = { operation: OPERATION, name: 'nightly' };
const EXECUTION = {
  id: 'arn:aws:states:x:1:execution:purge:nightly',
  name: 'nightly',
  startedAt: '2026-01-15T03:00:02.5Z',
};
const RESULT = { operation: OPERATION, target: 'bi', status: 'succeeded' as const, results: [1] };
const DEADLINE = Date.now() + 120_000;
process.env['KEEP_DAYS'] = '400';

function operation({ oneAtATime = false, work = async (_input: unknown, _run: Run) => RESULT } = {}) {
  const inputSchema = z.strictObject({ target: z.string() });
  const run = immediateOperation({ operation: OPERATION, inputSchema, oneAtATime, work });
  return async (event: object) => Object(await run(event, { requestId: 'r', deadline: DEADLINE }));
}

describe('an immediate operation', () => {
  it('claims nothing, unless two runs of a target must not meet', async () => {
    const event = { prepare: INPUT, execution: EXECUTION, submitSeconds: 390 };

    const free = await operation()(event);
    const claiming = await operation({ oneAtATime: true })(event);

    assert.deepEqual([free.claims, free.claim], ['nothing', 'bi/-']);
    assert.deepEqual([claiming.claims, claiming.claim, claiming.later], ['something', 'bi', true]);
    const entries = [free, claiming].map(({ entry }) => fromItem(entry));
    assert.deepEqual(
      entries.map(({ waitingFor }) => waitingFor),
      [undefined, 'bi'],
    );
    for (const { service, sought, target } of entries) {
      assert.deepEqual([service, sought, target], [undefined, undefined, 'bi']);
    }
  });

  it('gives its result, and tells its machine how to write it', async () => {
    const { write, ...end } = await operation()({ submit: INPUT, run: RUN, attempts: 0 });

    assert.deepEqual(end, { status: 'succeeded', service: 'free', result: RESULT });
    assert.partialDeepStrictEqual(write.ExpressionAttributeValues, { ':status': { S: 'succeeded' } });
    assert.deepEqual(JSON.parse(write.ExpressionAttributeValues[':result'].S), RESULT);
    assert.match(write.UpdateExpression, /#open = :open REMOVE #waitingFor$/);
  });

  it('works until a minute before its function ends, which is for those who wait by hand', async () => {
    const deadlines: number[] = [];

    await operation({
      async work(_input, { deadline }) {
        deadlines.push(deadline);
        return RESULT;
      },
    })({ submit: INPUT, run: RUN });

    assert.deepEqual(deadlines, [DEADLINE - 60_000]);
  });

  it('is done again after a call that broke off: that does no harm', async () => {
    const { result } = await operation()({ submit: INPUT, run: RUN, lostSince: '2026-01-15T03:00:05.000Z' });

    assert.deepEqual(result, RESULT);
  });

  it('is put off, with nothing claimed of its time, where it may succeed in minutes', async (t) => {
    t.mock.method(process.stdout, 'write', () => true);
    const busy = operation({ work: () => Promise.reject(new VendorBusyError('busy', { sent: true })) });

    assert.deepEqual(await busy({ submit: INPUT, run: RUN, attempts: 0 }), {
      status: 'later',
      attempts: 1,
      waitSeconds: 60,
    });
  });
});
