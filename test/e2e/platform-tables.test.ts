import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalLedger } from '../../local/ledger.ts';
import { sequence, startMachines, TABLE } from '../support/hand-made-machines.ts';

const KEY = { operation: { S: 'refresh' }, name: { 'S.$': '$.name' } };
const call = (action: string, parameters: object, rest: object = {}) => ({
  Type: 'Task',
  Resource: `arn:aws:states:::${action}`,
  Parameters: { TableName: TABLE.name, ...parameters },
  ...rest,
});
const put = call(
  'dynamodb:putItem',
  { Item: { ...KEY, waitingFor: { S: 'city' }, ticket: { 'S.$': '$.ticket' } } },
  { ResultPath: null },
);
const count = call('dynamodb:updateItem', {
  Key: KEY,
  UpdateExpression: 'SET holder = :me REMOVE waitingFor ADD fence :one',
  ConditionExpression: 'attribute_not_exists(holder)',
  ExpressionAttributeValues: { ':me': { 'S.$': '$.name' }, ':one': { N: '1' } },
  ReturnValues: 'UPDATED_NEW',
});

test('puts an item, updates it and reads it, in the words of DynamoDB', async (t) => {
  const get = call('dynamodb:getItem', { Key: KEY, ConsistentRead: true }, { ResultPath: '$.got' });
  const machines = await startMachines(t, {
    table: sequence({ put, count: { ...count, ResultPath: '$.counted' }, get }),
  });

  const execution = machines.start('table', { name: 'one', ticket: '1' });
  await execution.ended;

  const entry = {
    operation: { S: 'refresh' },
    name: { S: 'one' },
    ticket: { S: '1' },
    holder: { S: 'one' },
    fence: { N: '1' },
  };
  assert.deepEqual(execution.output, {
    name: 'one',
    ticket: '1',
    counted: { Attributes: { holder: { S: 'one' }, fence: { N: '1' } } },
    got: { Item: entry },
  });
  const plain = { operation: 'refresh', name: 'one', ticket: '1', holder: 'one', fence: 1 };
  assert.deepEqual(await new LocalLedger(machines.database, TABLE.name).entries(), [plain]);
});

test('has no Item where nothing has the key', async (t) => {
  const machines = await startMachines(t, { table: sequence({ get: call('dynamodb:getItem', { Key: KEY }) }) });

  const execution = machines.start('table', { name: 'none' });
  await execution.ended;

  assert.deepEqual(execution.output, {});
});

test('queries an index in the order of its sort key', async (t) => {
  const query = call(
    'aws-sdk:dynamodb:query',
    {
      IndexName: 'waiting',
      KeyConditionExpression: 'waitingFor = :city',
      ExpressionAttributeValues: { ':city': { S: 'city' } },
    },
    { ResultSelector: { 'first.$': '$.Items[0].name.S', 'count.$': '$.Count' } },
  );
  const machines = await startMachines(t, { put: sequence({ put }), query: sequence({ query }) });
  await machines.start('put', { name: 'late', ticket: '2' }).ended;
  await machines.start('put', { name: 'early', ticket: '1' }).ended;

  const execution = machines.start('query');
  await execution.ended;

  assert.deepEqual(execution.output, { first: 'early', count: 2 });
});

test('fails by the name that Step Functions gives to a condition that does not hold, and catches it', async (t) => {
  const caught = {
    ...count,
    Catch: [{ ErrorEquals: ['DynamoDB.ConditionalCheckFailedException'], ResultPath: '$.refused', Next: 'end' }],
  };
  const machines = await startMachines(t, {
    plain: sequence({ count }),
    caught: sequence({ count: caught, end: { Type: 'Pass', OutputPath: '$.refused.Error' } }),
  });
  await machines.start('plain', { name: 'one' }).ended;

  const refused = machines.start('plain', { name: 'one' });
  const survived = machines.start('caught', { name: 'one' });
  await Promise.all([refused.ended, survived.ended]);

  assert.equal(refused.error, 'DynamoDB.ConditionalCheckFailedException');
  assert.equal(survived.output, 'DynamoDB.ConditionalCheckFailedException');
});

test('refuses a reserved word in an expression, as DynamoDB does', async (t) => {
  const update = {
    Key: KEY,
    UpdateExpression: 'SET request = :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
  };
  const machines = await startMachines(t, { table: sequence({ update: call('dynamodb:updateItem', update) }) });

  const execution = machines.start('table', { name: 'one' });
  await execution.ended;

  assert.equal(execution.error, 'DynamoDB.AmazonDynamoDBException');
  assert.match(execution.cause ?? '', /reserved keyword: request/);
});
