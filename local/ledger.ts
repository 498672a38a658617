import * as z from 'zod';
import type { Database } from './database.ts';

/** The most that BatchWriteItem takes. */
const MOST_IN_A_BATCH = 25;

/** An entry as plain values. */
export type LedgerEntry = Record<string, unknown>;

/** What every item has, and whether it is a run that has not ended. */
export const keyedSchema = z.looseObject({ operation: z.string(), name: z.string(), open: z.string().optional() });

/** An entry with its key. */
export type KeptEntry = z.output<typeof keyedSchema>;

export interface Key {
  operation: string;
  name: string;
}

const pageSchema = z.object({
  Items: z.array(z.record(z.string(), z.unknown())),
  LastEvaluatedKey: z.unknown().optional(),
});
const attributeSchema = z.union([
  z.object({ S: z.string() }).transform(({ S: text }) => text),
  z.object({ N: z.coerce.number() }).transform(({ N: number }) => number),
  z.object({ BOOL: z.boolean() }).transform(({ BOOL: truth }) => truth),
  z.unknown(),
]);

/** The table that the state machines write, for people and tests to look at. */
export class LocalLedger {
  readonly #database: Pick<Database, 'call'>;
  readonly #table: string;

  constructor(database: Pick<Database, 'call'>, table: string) {
    this.#database = database;
    this.#table = table;
  }

  /** Every entry, claims included. */
  async entries(): Promise<LedgerEntry[]> {
    const entries: LedgerEntry[] = [];
    let start: unknown;
    do {
      const key = start === undefined ? {} : { ExclusiveStartKey: start };
      const page = pageSchema.parse(await this.#database.call('Scan', { TableName: this.#table, ...key }));
      entries.push(...page.Items.map(plain));
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return entries;
  }

  /** The runs, the oldest first. */
  async runs(): Promise<LedgerEntry[]> {
    const runs = (await this.entries()).filter(({ startedAt }) => startedAt !== undefined);
    return runs.sort((a, b) => String(a['ticket']).localeCompare(String(b['ticket'])));
  }

  async get(operation: string, name: string): Promise<LedgerEntry | undefined> {
    return (await this.entries()).find((entry) => entry['operation'] === operation && entry['name'] === name);
  }

  async ofExecution(arn: string): Promise<LedgerEntry | undefined> {
    return (await this.entries()).find((entry) => isOfExecution(entry, arn));
  }

  /** Puts an entry in the place of the one with its key. */
  async put(entry: LedgerEntry): Promise<void> {
    await this.#database.call('PutItem', { TableName: this.#table, Item: item(entry) });
  }

  /** Puts many. */
  async load(entries: readonly LedgerEntry[]): Promise<void> {
    for (let from = 0; from < entries.length; from += MOST_IN_A_BATCH) {
      const batch = entries.slice(from, from + MOST_IN_A_BATCH).map((entry) => ({ PutRequest: { Item: item(entry) } }));
      await this.#database.call('BatchWriteItem', { RequestItems: { [this.#table]: batch } });
    }
  }
}

/** Whether this is the run that an execution was started for; its parts name the same execution. */
export function isOfExecution({ executionArn, name }: LedgerEntry, arn: string): boolean {
  return executionArn === arn && arn.endsWith(`:${name}`);
}

/** The plain values of an item. */
export function plain(item: Record<string, unknown>): LedgerEntry {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attributeSchema.parse(value)]));
}

function item(entry: LedgerEntry): Record<string, object> {
  return Object.fromEntries(Object.entries(entry).map(([name, value]) => [name, attribute(value)]));
}

function attribute(value: unknown): object {
  if (typeof value === 'boolean') return { BOOL: value };
  return typeof value === 'number' ? { N: String(value) } : { S: String(value) };
}
