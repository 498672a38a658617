import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  InvalidInputError,
  VendorAuthError,
  VendorRejectedError,
  VendorUnreachableError,
} from '../../../../shared/errors.ts';
import { hideSecret } from '../../../../shared/http/redact.ts';
import { log } from '../../../../shared/lambda/log.ts';
import { operationHandler } from '../../../../shared/lambda/operation-handler.ts';
import { VERSION } from '../../../../shared/version.ts';
import { invoke } from '../../../support/invoke.ts';
import { logLines } from '../../../support/log-lines.ts';

const SECRET = 'swordfish"ä';
const MAX_BYTES = 32_000;

/** Invokes an operation that fails, and gives the error as Lambda would see it. */
async function failureOf(error: Error): Promise<Error> {
  const handler = operationHandler('clear-rest-cache', async () => {
    throw error;
  });
  try {
    await invoke(handler, {});
  } catch (thrown) {
    if (thrown instanceof Error) return thrown;
  }
  throw new Error('no error left the function');
}

describe('the handler of an operation', () => {
  it('gives the event to the operation as it came, and its result back', async (t) => {
    logLines(t);
    const handler = operationHandler('clear-rest-cache', async (event) => ({ status: 'succeeded', event }));

    const result = await invoke(handler, { target: 'city-gis' });

    assert.deepEqual(result, { status: 'succeeded', event: { target: 'city-gis' } });
  });

  it('says first which version it is of', async (t) => {
    const lines = logLines(t);

    await invoke(
      operationHandler('clear-rest-cache', async () => 'done'),
      {},
    );

    assert.partialDeepStrictEqual(lines[0], { message: 'started', version: VERSION });
  });

  it('names in every line the execution that it works for, and none where there is none', async (t) => {
    const lines = logLines(t);
    const handler = operationHandler('clear-rest-cache', async () => log('info', 'between'));
    const events = [
      { prepare: {}, execution: { id: 'arn', name: 'first' } },
      { submit: {}, run: { operation: 'clear-rest-cache', name: 'second' } },
      { target: 'gis' },
    ];

    for (const event of events) await invoke(handler, event);

    const named = ['first', 'second', undefined].flatMap((name) => [name, name, name]);
    assert.deepEqual(
      lines.map((line) => Object(line).execution),
      named,
    );
  });

  it("ends an operation's calls five seconds before the function itself is ended", async (t) => {
    logLines(t);
    t.mock.method(Date, 'now', () => 1_000_000);
    const handler = operationHandler('clear-rest-cache', async (_event, { deadline }) => deadline);

    const deadline = await invoke(handler, {}, { getRemainingTimeInMillis: () => 60_000 });

    assert.equal(deadline, 1_055_000);
  });

  it('switches the verification of certificates on again before anything is sent', async (t) => {
    logLines(t);
    const handler = operationHandler('clear-rest-cache', async () =>
      String(process.env['NODE_TLS_REJECT_UNAUTHORIZED']),
    );
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';

    const value = await invoke(handler, {});

    assert.equal(value, 'undefined');
  });

  it('leaves the words of a result alone when a secret happens to be one of them', async (t) => {
    logLines(t);
    hideSecret('run');
    const handler = operationHandler('check-job', async () => ({ status: 'running' }));

    const result = await invoke(handler, {});

    assert.deepEqual(result, { status: 'running' });
  });

  it('lets no secret out in the message, stack or cause of an error, and keeps its name', async (t) => {
    logLines(t);
    hideSecret(SECRET);
    const cause = new Error(`because of ${SECRET}`);

    const error = await failureOf(new VendorAuthError(`refused ${SECRET}`, { cause }));

    assert.deepEqual([error.name, error.message, error.cause], ['VendorAuthError', 'refused ***', undefined]);
    assert.ok(error instanceof VendorAuthError);
    assert.match(String(error.stack), /^VendorAuthError\n +at /);
    assert.doesNotMatch(String(error.stack), /swordfish/);
  });

  it('lets no secret out in the log', async (t) => {
    const lines = logLines(t);
    hideSecret(SECRET);

    await failureOf(new VendorRejectedError(`refused ${SECRET} ${JSON.stringify({ password: SECRET })}`));

    assert.ok(lines.length > 0);
    assert.doesNotMatch(JSON.stringify(lines), /swordfish/);
  });

  it('lets no secret out in what an operation logs itself', async (t) => {
    const lines = logLines(t);
    hideSecret(SECRET);
    const handler = operationHandler('clear-rest-cache', async () => log('warn', SECRET, { reason: [`no ${SECRET}`] }));

    await invoke(handler, {});

    assert.deepEqual(lines[1], { level: 'warn', message: '***', reason: ['no ***'] });
  });

  it('cuts a message that would not fit, in bytes', async (t) => {
    logLines(t);

    const error = await failureOf(new VendorRejectedError('道'.repeat(20_000)));

    assert.ok(Buffer.byteLength(error.message) < MAX_BYTES);
    assert.ok(error.message.startsWith('道'.repeat(1000)));
  });

  it('logs its start and its end, with operation, request and target', async (t) => {
    const lines = logLines(t);
    const handler = operationHandler('clear-rest-cache', async () => 'done');

    await invoke(handler, { target: 'city-gis' }, { awsRequestId: 'request-1' });

    const fields = { operation: 'clear-rest-cache', requestId: 'request-1' };
    assert.equal(lines.length, 2);
    assert.partialDeepStrictEqual(lines[0], { level: 'info', ...fields, target: 'city-gis' });
    assert.partialDeepStrictEqual(lines[1], { level: 'info', ...fields });
  });

  it('logs its failure, with the name and the reason', async (t) => {
    const lines = logLines(t);

    await failureOf(new VendorRejectedError('refused'));

    assert.partialDeepStrictEqual(lines.at(-1), { level: 'error', error: 'VendorRejectedError', reason: 'refused' });
  });

  for (const event of [
    { prepare: { target: 'city-gis' } },
    { submit: { target: 'city-gis' } },
    { job: { target: 'city-gis' } },
  ]) {
    it(`logs the target of ${JSON.stringify(event)} too`, async (t) => {
      const lines = logLines(t);

      await invoke(
        operationHandler('refresh-service', async () => 'done'),
        event,
      );

      assert.partialDeepStrictEqual(lines[0], { target: 'city-gis' });
    });
  }

  it('takes events that are no object', async (t) => {
    logLines(t);
    const handler = operationHandler('clear-rest-cache', async (event) => String(event));

    const results = [await invoke(handler, null), await invoke(handler, 'text'), await invoke(handler, undefined)];

    assert.equal(results.length, 3);
  });
});

describe('an invocation that comes again', () => {
  const errors = [
    new InvalidInputError('no'),
    new VendorAuthError('no'),
    new VendorUnreachableError('no', { sent: true }),
    new TypeError('no'),
  ];
  for (const error of errors) {
    it(`after ${error.name} is run anew: nothing is kept from one to the next`, async (t) => {
      logLines(t);
      let runs = 0;
      const handler = operationHandler('clear-rest-cache', async () => {
        runs += 1;
        if (runs === 1) throw error;
        return 'done';
      });
      await assert.rejects(invoke(handler, {}, { awsRequestId: 'request-1' }));

      const result = await invoke(handler, {}, { awsRequestId: 'request-1' });

      assert.equal(result, 'done');
    });
  }
});
