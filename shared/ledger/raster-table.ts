import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { awsRequestHandler } from '../http/aws-request-handler.ts';
import { fromItem, toItem } from './attributes.ts';
import { inGroups } from './in-groups.ts';
import {
  MAILBOXES,
  type Mailbox,
  mailboxOf,
  type OpenRaster,
  openPartition,
  rasterOf,
  seenPartition,
} from './raster-items.ts';
import { expression } from './transitions.ts';

/** What BatchGetItem and BatchWriteItem take. */
const GETS = 100;
const WRITES = 25;
const AT_ONCE = 20;
const MAX_ROUNDS = 8;

type Values = Record<string, string | number | undefined>;
type Key = { operation: string; name: string };

/** What a change of a mailbox depends on. */
interface If {
  condition: string;
  values?: Values;
}

/** The rasters of the ledger, and the mailbox of each source. Reads see every write that came before. */
export class RasterTable {
  readonly #table: string;
  readonly #client = new DynamoDBClient({ requestHandler: awsRequestHandler });

  constructor(table: string) {
    this.#table = table;
  }

  async mailbox(source: string): Promise<Mailbox> {
    const Key = toItem({ operation: MAILBOXES, name: source });
    const get = new GetItemCommand({ TableName: this.#table, Key, ConsistentRead: true });
    return mailboxOf(fromItem((await this.#client.send(get)).Item ?? {}));
  }

  /** The names of the sources that have a mailbox. */
  async sources(): Promise<string[]> {
    const names: string[] = [];
    for await (const page of this.#partition(MAILBOXES)) names.push(...page.map(({ name }) => String(name)));
    return names;
  }

  /**
   * Puts rasters that came in this generation. Gives those that are new, and those that another message has put before and
   * that are not covered; what is covered is left out.
   */
  async put(source: string, rasters: readonly OpenRaster[]): Promise<{ fresh: OpenRaster[]; known: OpenRaster[] }> {
    const partition = openPartition(source);
    const isNew = await inGroups(rasters, AT_ONCE, async ({ name, ...set }) =>
      this.#update({ operation: partition, name }, set, { condition: 'attribute_not_exists(#arrivedAt)' }),
    );
    const put = rasters.filter((_, index) => isNew[index] !== undefined);
    const before = rasters.filter((_, index) => isNew[index] === undefined);
    // After the put: whoever covers a raster writes that it is seen before it takes the raster away.
    const seen = new Set((await this.#get(seenPartition(source), put)).map(({ name }) => name));
    const again = put.filter(({ name }) => seen.has(name));
    await this.#write(again.map(({ name }) => ({ DeleteRequest: { Key: toItem({ operation: partition, name }) } })));
    return {
      fresh: put.filter(({ name }) => !seen.has(name)),
      known: (await this.#get(partition, before)).map(rasterOf),
    };
  }

  /** Notes that rasters came. */
  async wake(source: string, now: string): Promise<Mailbox> {
    const { Attributes: item = {} } = await this.#client.send(
      new UpdateItemCommand({
        TableName: this.#table,
        Key: toItem({ operation: MAILBOXES, name: source }),
        UpdateExpression: 'SET #lastAt = :now, #firstAt = if_not_exists(#firstAt, :now) ADD #generation :zero',
        ExpressionAttributeNames: { '#lastAt': 'lastAt', '#firstAt': 'firstAt', '#generation': 'generation' },
        ExpressionAttributeValues: toItem({ ':now': now, ':zero': 0 }),
        ReturnValues: 'ALL_NEW',
      }),
    );
    return mailboxOf(fromItem(item));
  }

  /** Changes a mailbox; false where the condition does not hold. */
  async change(source: string, change: { set: Values; remove?: readonly string[] }, when: If): Promise<boolean> {
    const { set, remove = [] } = change;
    return (await this.#update({ operation: MAILBOXES, name: source }, set, when, remove)) !== undefined;
  }

  /** The open rasters up to a generation, page by page, in the order of their names. */
  async *open(source: string, generation: number): AsyncGenerator<OpenRaster[]> {
    for await (const page of this.#partition(openPartition(source))) {
      yield page.map(rasterOf).filter((raster) => raster.generation <= generation);
    }
  }

  /** Notes what was read of a raster that is open. */
  async note(source: string, name: string, what: Pick<OpenRaster, 'plane' | 'outline' | 'unreadable'>): Promise<void> {
    const key = { operation: openPartition(source), name };
    const gone = ['outline', 'unreadable'].filter((each) => !Object.hasOwn(what, each));
    await this.#update(key, what, { condition: 'attribute_exists(#arrivedAt)' }, gone);
  }

  /** Rasters are covered: known as seen until that time (epoch seconds), and not open any more. */
  async cover(source: string, rasters: readonly { name: string }[], expiresAt: number): Promise<void> {
    const seen = rasters.map(({ name }) => toItem({ operation: seenPartition(source), name, expiresAt }));
    await this.#write(seen.map((Item) => ({ PutRequest: { Item } })));
    const keys = rasters.map(({ name }) => toItem({ operation: openPartition(source), name }));
    await this.#write(keys.map((Key) => ({ DeleteRequest: { Key } })));
  }

  async #update(
    key: Key,
    set: Values,
    when: If,
    remove: readonly string[] = [],
  ): Promise<Record<string, AttributeValue> | undefined> {
    const { condition, values = {} } = when;
    const command = new UpdateItemCommand({
      TableName: this.#table,
      Key: toItem({ ...key }),
      ...expression({ set: toItem(set), remove }, { condition, values: toItem(values) }),
      ReturnValues: 'UPDATED_NEW',
    });
    try {
      return (await this.#client.send(command)).Attributes ?? {};
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return undefined;
      throw error;
    }
  }

  async *#partition(partition: string): AsyncGenerator<Record<string, string | number>[]> {
    let start: Record<string, AttributeValue> | undefined;
    do {
      const page = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: '#operation = :partition',
          ExpressionAttributeNames: { '#operation': 'operation' },
          ExpressionAttributeValues: toItem({ ':partition': partition }),
          ConsistentRead: true,
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      );
      yield (page.Items ?? []).map(fromItem);
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
  }

  async #get(partition: string, rasters: readonly { name: string }[]): Promise<Record<string, string | number>[]> {
    const keys = rasters.map(({ name }) => toItem({ operation: partition, name }));
    const groups = Array.from({ length: Math.ceil(keys.length / GETS) }, (_, at) =>
      keys.slice(at * GETS).slice(0, GETS),
    );
    const found: Record<string, string | number>[] = [];
    for (const group of groups) {
      let left: Record<string, AttributeValue>[] = group;
      for (let round = 0; left.length > 0; round += 1) {
        if (round === MAX_ROUNDS) throw new Error('DynamoDB has not answered for all rasters');
        const command = new BatchGetItemCommand({
          RequestItems: { [this.#table]: { Keys: left, ConsistentRead: true } },
        });
        const { Responses, UnprocessedKeys } = await this.#client.send(command);
        found.push(...(Responses?.[this.#table] ?? []).map(fromItem));
        left = UnprocessedKeys?.[this.#table]?.Keys ?? [];
      }
    }
    return found;
  }

  async #write(requests: readonly WriteRequest[]): Promise<void> {
    const groups = Array.from({ length: Math.ceil(requests.length / WRITES) }, (_, at) =>
      requests.slice(at * WRITES).slice(0, WRITES),
    );
    await inGroups(groups, AT_ONCE / 2, async (group) => {
      let left: WriteRequest[] = group;
      for (let round = 0; left.length > 0; round += 1) {
        if (round === MAX_ROUNDS) throw new Error('DynamoDB has not written all rasters');
        const command = new BatchWriteItemCommand({ RequestItems: { [this.#table]: left } });
        left = (await this.#client.send(command)).UnprocessedItems?.[this.#table] ?? [];
      }
    });
  }
}
