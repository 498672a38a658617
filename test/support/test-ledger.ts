import { startAwsEndpoint } from '../../local/aws-endpoint.ts';
import { type Database, startDatabase } from '../../local/database.ts';
import { LocalLedger } from '../../local/ledger.ts';
import { ServiceError } from '../../local/service-error.ts';
import type { TableResource } from '../../local/template.ts';
import { toItem } from '../../shared/ledger/attributes.ts';
import { OPEN, OPEN_INDEX, STARTED_INDEX, WAITING_INDEX } from '../../shared/ledger/entry.ts';
import { LedgerTable } from '../../shared/ledger/ledger-table.ts';

const NAME = 'Ledger';
/** What BatchWriteItem takes. */
const WRITES_PER_BATCH = 25;

function index(IndexName: string, HASH: string, RANGE: string, ProjectionType: 'ALL' | 'KEYS_ONLY' = 'KEYS_ONLY') {
  return { IndexName, KeySchema: keys(HASH, RANGE), Projection: { ProjectionType } };
}

function keys(HASH: string, RANGE: string) {
  return Object.entries({ HASH, RANGE }).map(([KeyType, AttributeName]) => ({ AttributeName, KeyType }));
}

/** The ledger's table as the stack has it. */
const DEFINITION: TableResource['definition'] = {
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: keys('operation', 'name'),
  AttributeDefinitions: ['operation', 'name', 'waitingFor', 'ticket', 'open', 'startedAt'].map((AttributeName) => ({
    AttributeName,
    AttributeType: 'S',
  })),
  GlobalSecondaryIndexes: [
    index(WAITING_INDEX, 'waitingFor', 'ticket'),
    index(STARTED_INDEX, 'operation', 'startedAt', 'ALL'),
    index(OPEN_INDEX, 'open', 'startedAt'),
  ],
};

/** The ledger as functions see it, in a database of its own, and as it is behind that. */
export interface TestLedger extends Pick<LocalLedger, 'get' | 'entries'> {
  table: LedgerTable;
  /** Puts an entry in the place of the one with its key; what is undefined is left out. */
  put(entry: Record<string, string | number | undefined>): Promise<void>;
  /** The same of many at once, for tests of large ledgers. */
  putAll(entries: readonly Record<string, string | number>[]): Promise<void>;
  /** The next call of this action is obeyed, and its answer is lost on the way. */
  loseAnswer(action: string): void;
  /** An update in DynamoDB's own words, for an entry. */
  update(key: { operation: string; name: string }, update: object): Promise<void>;
  /** Takes every item away. */
  clear(): Promise<void>;
  /** How often each action was called. */
  readonly calls: string[];
}

/** Starts a database, and points the AWS SDK of this process at it until the test has ended. */
export async function startTestLedger(t: { after(close: () => Promise<void>): void }): Promise<TestLedger> {
  const database = await startDatabase([{ name: NAME, definition: DEFINITION }]);
  const lost: string[] = [];
  const calls: string[] = [];
  const endpoint = await startAwsEndpoint(() => ({
    start: () => {
      throw new ServiceError('StateMachineDoesNotExist', 'there is none here');
    },
    find: () => undefined,
    database: { call: (action, request) => called(database, action, request, { lost, calls }) },
  }));
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: endpoint.url,
    KEEP_DAYS: '400',
    MACHINE_PREFIX: '',
  });
  t.after(async () => {
    await endpoint.close();
    await database.close();
  });
  const ledger = new LocalLedger(database, NAME);
  return {
    table: new LedgerTable(NAME),
    calls,
    get: (operation, name) => ledger.get(operation, name),
    entries: () => ledger.entries(),
    put: (entry) => ledger.put(Object.fromEntries(Object.entries(entry).filter(isGiven))),
    async putAll(entries) {
      for (let at = 0; at < entries.length; at += WRITES_PER_BATCH) {
        const requests = entries
          .slice(at, at + WRITES_PER_BATCH)
          .map((entry) => ({ PutRequest: { Item: toItem(entry) } }));
        await database.call('BatchWriteItem', { RequestItems: { [NAME]: requests } });
      }
    },
    async clear() {
      for (const { operation, name } of await ledger.entries()) {
        const Key = { operation: { S: String(operation) }, name: { S: String(name) } };
        await database.call('DeleteItem', { TableName: NAME, Key });
      }
    },
    loseAnswer: (action) => {
      lost.push(action);
    },
    async update({ operation, name }, update) {
      const Key = { operation: { S: operation }, name: { S: name } };
      await database.call('UpdateItem', { TableName: NAME, Key, ...update });
    },
  };
}

function isGiven(member: [string, string | number | undefined]): member is [string, string | number] {
  return member[1] !== undefined;
}

async function called(
  database: Database,
  action: string,
  request: object,
  { lost, calls }: { lost: string[]; calls: string[] },
) {
  calls.push(action);
  const answer = await database.call(action, request);
  if (!lost.includes(action)) return answer;
  lost.splice(lost.indexOf(action), 1);
  // The SDK asks again, as it does after a connection that broke off.
  throw new ServiceError('ThrottlingException', 'the answer is lost');
}

/** ISO 8601, so many seconds from now; a negative number is in the past. */
export function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString();
}

/** The entry of a run that waits for its turn. */
export function waitingEntry(operation: string, name: string, more: Record<string, string | number | undefined> = {}) {
  const { startedAt = inSeconds(-10) } = more;
  return { operation, name, startedAt, ticket: `${startedAt}#${name}`, status: 'waiting', open: OPEN, ...more };
}
