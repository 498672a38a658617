import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { type Database, startDatabase } from '../../local/database.ts';
import { ServiceError } from '../../local/service-error.ts';
import { awsRequestHandler } from '../../shared/http/aws-request-handler.ts';
import { toItem } from '../../shared/ledger/attributes.ts';
import { OPEN, RUN_STATUSES } from '../../shared/ledger/entry.ts';
import { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { goodEnd, TRANSITIONS, type TransitionName } from '../../shared/ledger/transitions.ts';
import { memoryDatabase } from '../simulation/memory-database.ts';
import { Random } from '../simulation/random.ts';
import { stackTemplate } from '../support/stack-template.ts';

const ROUNDS = 400;
const NAMES = ['one', 'two', 'three', 'four'];
const OPERATIONS = ['refresh-service', 'clear-rest-cache'];
const CLAIM = 'site/Basemap.MapServer';

type Answer = { result: Record<string, unknown> } | { error: string };

/** Makes each call at both, and gives the answer of the first if they are equal. */
function both(one: Database, other: Database): Database['call'] {
  const answerOf = async ({ call }: Database, action: string, request: object): Promise<Answer> => {
    try {
      return { result: await call(action, request) };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return { error: error.name };
    }
  };
  return async (action, request) => {
    const [answer, expected] = [await answerOf(one, action, request), await answerOf(other, action, request)];
    assert.deepEqual(inOrder(answer), inOrder(expected), `${action} ${JSON.stringify(request)}`);
    if ('error' in answer) throw new ServiceError(answer.error, '');
    return answer.result;
  };
}

/** DynamoDB promises no order for a scan and for a batch. */
function inOrder(answer: Answer): unknown {
  const { Responses, Items, ...rest } = Object('result' in answer ? answer.result : answer);
  const sorted = (items: unknown[]) => items.map((item) => JSON.stringify(Object.entries(Object(item)).sort())).sort();
  return {
    ...rest,
    ...(Items && { Items: rest.Count === Items.length ? sorted(Items) : Items }),
    ...(Responses && { Responses: Object.values(Responses).map((items) => sorted([items].flat())) }),
  };
}

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const page of pages) found.push(page);
  return found;
}

const TIME = Date.parse('2026-01-01T00:00:00Z');

/** As the machines of version 0.1.0 ask. */
async function askAsBefore(key: object, ticket: string, call: Database['call'], table: string): Promise<unknown> {
  return [
    await call('GetItem', {
      TableName: table,
      Key: toItem({ ...key }),
      ConsistentRead: true,
      ProjectionExpression: '#status, #error',
      ExpressionAttributeNames: { '#status': 'status', '#error': 'error' },
    }),
    await call('Query', {
      TableName: table,
      IndexName: 'waiting',
      Select: 'COUNT',
      KeyConditionExpression: '#waitingFor = :claim AND #ticket < :ticket',
      ExpressionAttributeNames: { '#waitingFor': 'waitingFor', '#ticket': 'ticket' },
      ExpressionAttributeValues: toItem({ ':claim': CLAIM, ':ticket': ticket }),
    }),
  ];
}

/** What the ledger's users do, one after the other. */
async function act(ledger: LedgerTable, random: Random, call: Database['call'], table: string): Promise<unknown> {
  const key = { operation: random.pick(OPERATIONS), name: random.pick(NAMES) };
  const time = new Date(TIME + random.whole(0, 100) * 1000).toISOString();
  switch (
    random.weighted({
      put: 20,
      remove: 3,
      step: 20,
      note: 10,
      end: 5,
      claim: 15,
      change: 15,
      entry: 5,
      ahead: 10,
      open: 10,
      latest: 5,
      scan: 2,
      former: 10,
    })
  ) {
    case 'put': {
      const entry = { ...key, status: 'waiting', open: OPEN, startedAt: time, ticket: `${time}#${key.name}`, polls: 0 };
      const waits = random.pick([{}, { waitingFor: CLAIM }]);
      return await call('PutItem', { TableName: table, Item: toItem({ ...entry, ...waits }) });
    }
    case 'remove':
      return await call('DeleteItem', { TableName: table, Key: toItem({ ...key }) });
    case 'step': {
      const names = Object.keys(TRANSITIONS).filter((name): name is TransitionName => name in TRANSITIONS);
      const remove = random.chance(0.3) ? (['attachedTo'] as const) : [];
      return await ledger.step(key, random.pick(names), { set: { finishedAt: time, error: 'JobLostError' }, remove });
    }
    case 'note':
      return await ledger.note(key, random.chance(0.5) ? ['waiting'] : RUN_STATUSES, {
        set: { seenAt: time, polls: random.whole(0, 9), waitingFor: random.pick([CLAIM, 'site/Other.MapServer']) },
      });
    case 'end':
      return await ledger.write(key, goodEnd({ status: 'succeeded' }, { now: TIME, jobId: 'j1' }));
    case 'claim':
      return await ledger.tryClaim(CLAIM, { holder: key, requestHash: 'hash', now: time, leaseUntil: time });
    case 'change':
      return await ledger.changeClaim(CLAIM, key, random.chance(0.5) ? { releasedAt: time } : { leaseUntil: time });
    case 'entry':
      return [await ledger.entry(key), await ledger.claim(random.pick([CLAIM, 'site/Other.MapServer']))];
    case 'ahead':
      return await all(ledger.ahead(CLAIM, `${time}#${key.name}`));
    case 'open':
      return await all(ledger.open(time));
    case 'latest':
      return await all(ledger.latest(key.operation));
    case 'former':
      return await askAsBefore(key, `${time}#${key.name}`, call, table);
    default:
      return await call('Scan', { TableName: table });
  }
}

for (const seed of [1, 2]) {
  test(`the table in memory answers as dynalite does, whatever the ledger is asked (seed ${seed})`, async (t) => {
    const { tables } = stackTemplate({});
    const table = tables[0]?.name ?? '';
    const [memory, dynalite] = [memoryDatabase(tables), await startDatabase(tables)];
    t.after(() => dynalite.close());
    const call = both(memory, dynalite);
    const random = new Random(seed);
    const counts = { answers: 0, refusals: 0 };
    mock.method(
      awsRequestHandler,
      'handle',
      async ({ headers, body }: Parameters<typeof awsRequestHandler.handle>[0]) => {
        const action = headers['x-amz-target']?.split('.')[1] ?? '';
        const asked = JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body));
        const reply = await call(action, asked).then(
          (result) => ({ statusCode: 200, reply: result }),
          (error: unknown) => {
            if (!(error instanceof ServiceError)) throw error;
            counts.refusals += 1;
            return { statusCode: 400, reply: { __type: error.name, message: error.message } };
          },
        );
        counts.answers += 1;
        const headersOfAnswer = { 'content-type': 'application/x-amz-json-1.0' };
        return {
          response: {
            statusCode: reply.statusCode,
            headers: headersOfAnswer,
            body: Buffer.from(JSON.stringify(reply.reply)),
          },
        };
      },
    );
    t.after(() => mock.restoreAll());
    Object.assign(process.env, { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
    const ledger = new LedgerTable(table);

    for (let round = 0; round < ROUNDS; round += 1) await act(ledger, random, call, table);

    assert.ok(counts.answers > 0.8 * ROUNDS && counts.refusals > 20, JSON.stringify(counts));
  });
}

test('the table in memory refuses a key without a value, as DynamoDB does', async (t) => {
  const { tables } = stackTemplate({});
  const dynalite = await startDatabase(tables);
  t.after(() => dynalite.close());
  const call = both(memoryDatabase(tables), dynalite);

  const asked = call('GetItem', {
    TableName: tables[0]?.name,
    Key: toItem({ operation: 'claim', name: '' }),
    ConsistentRead: true,
  });

  await assert.rejects(asked, { name: 'ValidationException' });
});

test('an index that is behind shows what was there before', async () => {
  let [now, lag] = [TIME, 0];
  const { tables } = stackTemplate({});
  const { call } = memoryDatabase(tables, { now: () => now, indexLagMs: () => lag });
  const entry = { operation: 'refresh-service', name: 'one', open: OPEN, startedAt: '2026-01-01' };
  await call('PutItem', { TableName: tables[0]?.name, Item: toItem(entry) });
  const names = { ExpressionAttributeNames: { '#open': 'open' }, ExpressionAttributeValues: { ':open': { S: OPEN } } };
  const query = { TableName: tables[0]?.name, IndexName: 'open', KeyConditionExpression: '#open = :open', ...names };
  now += 1000;

  const seen = await call('Query', query);
  lag = 2000;
  const seenLate = await call('Query', query);

  assert.deepEqual([seen['Count'], seenLate['Count']], [1, 0]);
});
