import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { FunctionOutcome } from '../../local/function-process.ts';
import { QueuePoller } from '../../local/queue-poller.ts';
import { startStorage } from '../../local/storage.ts';

const arnOf = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const GIVEN_UP = { name: 'given-up', arn: arnOf('given-up'), VisibilityTimeout: 30 };
const NEW_RASTERS = {
  name: 'new-rasters',
  arn: arnOf('new-rasters'),
  VisibilityTimeout: 30,
  RedrivePolicy: { deadLetterTargetArn: GIVEN_UP.arn, maxReceiveCount: 2 },
};

/** A queue whose messages go in batches to the given function; `calls` are the bodies of each batch. */
async function queueFeeding(
  t: TestContext,
  answer: (bodies: string[], ids: string[]) => unknown,
  { BatchSize = 10, MaximumBatchingWindowInSeconds = 0 } = {},
) {
  const storage = await startStorage();
  await storage.createQueue(GIVEN_UP);
  await storage.createQueue(NEW_RASTERS);
  const calls: string[][] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const invoke = async (_name: string, payload: string): Promise<FunctionOutcome> => {
    const records: { messageId: string; body: string }[] = JSON.parse(payload).Records;
    calls.push(records.map(({ body }) => body).sort());
    const reply = answer(
      records.map(({ body }) => body),
      records.map(({ messageId }) => messageId),
    );
    for (const { count, resolve } of waiting) if (calls.length >= count) resolve();
    if (reply instanceof Error) return { error: { errorType: reply.name, errorMessage: reply.message }, log: [] };
    return { payload: JSON.stringify(reply) ?? 'null' };
  };
  const start = () => {
    const mapping = {
      EventSourceArn: NEW_RASTERS.arn,
      FunctionName: 'refresh-service',
      BatchSize,
      MaximumBatchingWindowInSeconds,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    };
    const poller = new QueuePoller(mapping, { storage, invoke, windowLimitSeconds: 1, comeBackSeconds: 0 });
    t.after(() => poller.close());
  };
  t.after(() => storage.close());
  const called = (count: number) => new Promise<void>((resolve) => waiting.push({ count, resolve }));
  return { storage, calls, called, start, send: (body: string) => storage.send(NEW_RASTERS.arn, body) };
}

test('hands the messages of one window over together', async (t) => {
  const { calls, called, send, start } = await queueFeeding(t, () => ({ batchItemFailures: [] }), {
    MaximumBatchingWindowInSeconds: 1,
  });
  const once = called(1);
  start();

  await send('a');
  await send('b');
  await once;

  assert.deepEqual(calls, [['a', 'b']]);
});

test('hands over at most a full batch', async (t) => {
  const { calls, called, send, start } = await queueFeeding(t, () => null, { BatchSize: 2 });
  for (const body of ['a', 'b', 'c']) await send(body);
  const twice = called(2);

  start();
  await twice;

  assert.deepEqual(calls, [['a', 'b'], ['c']]);
});

test('brings only the failed message back', async (t) => {
  let first = true;
  const { calls, called, send, start } = await queueFeeding(t, (bodies, ids) => {
    const failed = first ? ids.filter((_, index) => bodies[index] === 'bad') : [];
    first = false;
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  });
  for (const body of ['good', 'bad']) await send(body);
  const twice = called(2);

  start();
  await twice;

  assert.deepEqual(calls, [['bad', 'good'], ['bad']]);
});

test('gives a message up to the dead-letter queue when its function fails each time', async (t) => {
  const { storage, calls, send, start } = await queueFeeding(t, () => new Error('crash'));
  await send('poison');

  start();
  const { Messages: givenUp } = await storage.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: storage.queueUrl(GIVEN_UP.arn), WaitTimeSeconds: 10 }),
  );

  assert.deepEqual(calls, [['poison'], ['poison']]);
  assert.deepEqual(
    givenUp?.map(({ Body }) => Body),
    ['poison'],
  );
});

test('listens on the loopback address only', async (t) => {
  const { storage } = await queueFeeding(t, () => null);

  const { port } = new URL(storage.queueUrl(NEW_RASTERS.arn));
  const elsewhere = fetch(`http://127.0.0.2:${port}/health`);

  // A server on every interface would answer here too.
  await assert.rejects(elsewhere);
});
