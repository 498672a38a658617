import * as z from 'zod';
import type { Database } from '../../local/database.ts';
import { ServiceError } from '../../local/service-error.ts';
import type { TableResource } from '../../local/template.ts';
import { type Aliases, compare, holds, type Item, projected, update } from './expressions.ts';

const keysSchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const indexSchema = z.object({
  IndexName: z.string(),
  KeySchema: keysSchema,
  Projection: z.object({ ProjectionType: z.enum(['ALL', 'KEYS_ONLY']) }),
});
const itemSchema = z.record(z.string(), z.record(z.string(), z.unknown()));
const aliases = {
  ExpressionAttributeNames: z.record(z.string(), z.string()).optional(),
  ExpressionAttributeValues: itemSchema.optional(),
};

/** What each call may say; anything else is refused, so that nothing is silently left out. */
const requests = {
  GetItem: z.strictObject({
    TableName: z.string(),
    Key: itemSchema,
    ConsistentRead: z.literal(true),
    ProjectionExpression: z.string().optional(),
    ExpressionAttributeNames: aliases.ExpressionAttributeNames,
  }),
  BatchGetItem: z.strictObject({
    RequestItems: z.record(
      z.string(),
      z.strictObject({ Keys: z.array(itemSchema).min(1).max(100), ConsistentRead: z.literal(true) }),
    ),
  }),
  BatchWriteItem: z.strictObject({
    RequestItems: z.record(
      z.string(),
      z
        .array(
          z.union([
            z.strictObject({ PutRequest: z.strictObject({ Item: itemSchema }) }),
            z.strictObject({ DeleteRequest: z.strictObject({ Key: itemSchema }) }),
          ]),
        )
        .min(1)
        .max(25),
    ),
  }),
  PutItem: z.strictObject({ TableName: z.string(), Item: itemSchema }),
  DeleteItem: z.strictObject({ TableName: z.string(), Key: itemSchema }),
  UpdateItem: z.strictObject({
    TableName: z.string(),
    Key: itemSchema,
    UpdateExpression: z.string(),
    ConditionExpression: z.string().optional(),
    ReturnValues: z.enum(['UPDATED_NEW', 'ALL_NEW']).optional(),
    ...aliases,
  }),
  Query: z.strictObject({
    TableName: z.string(),
    IndexName: z.string().optional(),
    ConsistentRead: z.literal(true).optional(),
    KeyConditionExpression: z.string(),
    Select: z.literal('COUNT').optional(),
    Limit: z.number().optional(),
    ScanIndexForward: z.boolean().optional(),
    ExclusiveStartKey: itemSchema.optional(),
    ...aliases,
  }),
  Scan: z.strictObject({ TableName: z.string() }),
};

interface Options {
  /** Epoch milliseconds. */
  now?: () => number;
  /** By how many milliseconds an index is behind the table, for the query that asks. @defaultValue 0 */
  indexLagMs?: () => number;
  /** Told of every write, with the item before and after it. */
  onWrite?: (before: Item | undefined, after: Item) => void;
}

/** An item from a moment on. */
interface Version {
  at: number;
  item: Item;
}

/** DynamoDB with the tables of the stack, as objects of this process: the calls that the project makes, and no others. */
export function memoryDatabase(tables: TableResource[], options: Options = {}): Database {
  const byName = new Map(tables.map(({ name, definition }) => [name, new MemoryTable(definition, options)]));
  const tableOf = (name: string) => {
    const table = byName.get(name);
    if (table === undefined) throw new ServiceError('ResourceNotFoundException', 'Requested resource not found');
    return table;
  };
  return {
    async call(action, request) {
      switch (action) {
        case 'GetItem': {
          const { TableName, Key, ProjectionExpression: projection, ...names } = requests.GetItem.parse(request);
          const item = tableOf(TableName).get(Key);
          if (item === undefined) return {};
          return { Item: projection === undefined ? item : projected(projection, item, names) };
        }
        case 'BatchGetItem': {
          const { RequestItems } = requests.BatchGetItem.parse(request);
          const found = Object.entries(RequestItems).map(([name, { Keys }]) => [
            name,
            Keys.flatMap((key) => tableOf(name).get(key) ?? []),
          ]);
          return { Responses: Object.fromEntries(found), UnprocessedKeys: {} };
        }
        case 'BatchWriteItem': {
          for (const [name, writes] of Object.entries(requests.BatchWriteItem.parse(request).RequestItems)) {
            tableOf(name).writeAll(writes);
          }
          return { UnprocessedItems: {} };
        }
        case 'PutItem': {
          const { TableName, Item } = requests.PutItem.parse(request);
          tableOf(TableName).put(Item);
          return {};
        }
        case 'DeleteItem': {
          const { TableName, Key } = requests.DeleteItem.parse(request);
          tableOf(TableName).delete(Key);
          return {};
        }
        case 'UpdateItem': {
          const { TableName, ...change } = requests.UpdateItem.parse(request);
          return tableOf(TableName).update(change);
        }
        case 'Query': {
          const { TableName, ...query } = requests.Query.parse(request);
          return tableOf(TableName).query(query);
        }
        case 'Scan':
          return tableOf(requests.Scan.parse(request).TableName).scan();
        default:
          throw new ServiceError('UnknownOperationException', `${action} is not known here`);
      }
    },
    async close() {
      byName.clear();
    },
  };
}

class MemoryTable {
  readonly #keys: string[];
  readonly #indexes: z.output<typeof indexSchema>[];
  readonly #items = new Map<string, Version[]>();
  readonly #options: Options;

  constructor(definition: TableResource['definition'], options: Options) {
    this.#keys = keysSchema.parse(definition.KeySchema).map(({ AttributeName }) => AttributeName);
    this.#indexes = z.array(indexSchema).parse(definition.GlobalSecondaryIndexes ?? []);
    this.#options = options;
  }

  get(key: Item): Item | undefined {
    const item = this.#items.get(this.#idOf(key))?.at(-1)?.item;
    return item === undefined ? undefined : { ...item };
  }

  writeAll(writes: z.output<typeof requests.BatchWriteItem>['RequestItems'][string]): void {
    for (const write of writes) {
      if ('PutRequest' in write) this.put(write.PutRequest.Item);
      else this.delete(write.DeleteRequest.Key);
    }
  }

  delete(key: Item): void {
    this.#items.delete(this.#idOf(key));
  }

  put(item: Item): void {
    this.#write(item);
  }

  update(
    change: Aliases & {
      Key: Item;
      UpdateExpression: string;
      ConditionExpression?: string | undefined;
      ReturnValues?: string | undefined;
    },
  ): Record<string, unknown> {
    const item = this.get(change.Key) ?? {};
    if (change.ConditionExpression !== undefined && !holds(change.ConditionExpression, item, change)) {
      throw new ServiceError('ConditionalCheckFailedException', 'The conditional request failed');
    }
    Object.assign(item, change.Key);
    const touched = update(change.UpdateExpression, item, change);
    this.#write(item);
    if (change.ReturnValues === undefined) return {};
    const names = change.ReturnValues === 'ALL_NEW' ? Object.keys(item) : touched;
    const told = names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]]));
    return told.length === 0 ? {} : { Attributes: Object.fromEntries(told) };
  }

  query({
    IndexName,
    KeyConditionExpression,
    Select,
    Limit = Number.POSITIVE_INFINITY,
    ScanIndexForward = true,
    ExclusiveStartKey,
    ...words
  }: Omit<z.output<typeof requests.Query>, 'TableName'>): Record<string, unknown> {
    const index = this.#indexes.find((one) => one.IndexName === IndexName);
    if (index === undefined && IndexName !== undefined) {
      throw new ServiceError('ValidationException', `no index ${IndexName}`);
    }
    const keys = index?.KeySchema.map(({ AttributeName }) => AttributeName) ?? this.#keys;
    const order = [keys[1] ?? '', ...this.#keys];
    const direction = ScanIndexForward ? 1 : -1;
    const lagMs = index === undefined ? 0 : (this.#options.indexLagMs?.() ?? 0);
    const at = (this.#options.now?.() ?? 0) - lagMs;
    const found = [...this.#items.values()]
      .map((versions) => versions.findLast((version) => version.at <= at)?.item)
      .filter((item) => item !== undefined)
      .filter((item) => keys.every((key) => item[key] !== undefined) && holds(KeyConditionExpression, item, words))
      .sort((one, other) => direction * byKeys(one, other, order))
      .filter((item) => ExclusiveStartKey === undefined || direction * byKeys(item, ExclusiveStartKey, order) > 0);
    const page = found.slice(0, Limit);
    const keyPart = (item: Item) => Object.fromEntries([...keys, ...this.#keys].map((key) => [key, item[key]]));
    const isAll = index === undefined || index.Projection.ProjectionType === 'ALL';
    const last = page.at(-1);
    return {
      ...(Select === 'COUNT' ? {} : { Items: page.map((item) => (isAll ? { ...item } : keyPart(item))) }),
      Count: page.length,
      ScannedCount: page.length,
      // DynamoDB says so also where the page happens to end with the last one.
      ...(last !== undefined && page.length === Limit ? { LastEvaluatedKey: keyPart(last) } : {}),
    };
  }

  scan(): Record<string, unknown> {
    const items = [...this.#items.values()].flatMap((versions) => versions.at(-1)?.item ?? []);
    return { Items: items.map((item) => ({ ...item })), Count: items.length, ScannedCount: items.length };
  }

  #write(item: Item): void {
    const id = this.#idOf(item);
    const versions = this.#items.get(id) ?? [];
    this.#options.onWrite?.(versions.at(-1)?.item, item);
    versions.push({ at: this.#options.now?.() ?? 0, item });
    this.#items.set(id, versions);
  }

  #idOf(item: Item): string {
    const parts = this.#keys.map((key) => item[key]?.['S']);
    if (!parts.every((part) => typeof part === 'string' && part !== '')) {
      throw new ServiceError('ValidationException', 'The provided key element does not match the schema');
    }
    return JSON.stringify(parts);
  }
}

function byKeys(one: Item, other: Item, keys: string[]): number {
  for (const key of keys) {
    const order = compare(one[key], other[key]) ?? 0;
    if (order !== 0) return order;
  }
  return 0;
}
