import { DynamoDBClient, GetItemCommand, paginateQuery, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { type KeptEntry, type Key, keyedSchema, plain } from '../../local/ledger.ts';
import { STARTED_INDEX } from '../../shared/ledger/entry.ts';
import { PAUSES } from '../../shared/ledger/pauses.ts';
import { RUN_OPERATIONS, type Runs } from '../find-run.ts';
import { awsCall } from './aws-call.ts';

/** The ledger of a deployed stack, read as people read it. */
export class DeployedLedger implements Runs {
  readonly #client = new DynamoDBClient({});
  readonly #table: string;

  constructor(table: string) {
    this.#table = table;
  }

  async run({ operation, name }: Key): Promise<KeptEntry | undefined> {
    const Key = { operation: { S: operation }, name: { S: name } };
    const get = new GetItemCommand({ TableName: this.#table, Key, ConsistentRead: true });
    const { Item: item } = await awsCall('read the ledger', this.#client.send(get));
    return item && keyedSchema.parse(plain(item));
  }

  async runs(since: number): Promise<KeptEntry[]> {
    const ofEach = RUN_OPERATIONS.map((operation) =>
      this.#query({
        IndexName: STARTED_INDEX,
        KeyConditionExpression: 'operation = :operation AND startedAt >= :since',
        ExpressionAttributeValues: { ':operation': { S: operation }, ':since': { S: new Date(since).toISOString() } },
      }),
    );
    return (await Promise.all(ofEach)).flat().sort(byStart);
  }

  async pauses(): Promise<KeptEntry[]> {
    return await this.#query({
      KeyConditionExpression: 'operation = :operation',
      ExpressionAttributeValues: { ':operation': { S: PAUSES } },
    });
  }

  async #query(query: Omit<QueryCommandInput, 'TableName'>): Promise<KeptEntry[]> {
    const items: Record<string, unknown>[] = [];
    const read = async () => {
      for await (const { Items = [] } of paginateQuery({ client: this.#client }, { TableName: this.#table, ...query }))
        items.push(...Items);
    };
    await awsCall('list the ledger', read());
    return items.map((item) => keyedSchema.parse(plain(item)));
  }
}

function byStart(one: KeptEntry, other: KeptEntry): number {
  return String(other['startedAt']).localeCompare(String(one['startedAt']));
}
