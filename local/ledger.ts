import * as z from 'zod';
import type { Database } from './database.ts';

/** An entry as plain values. */
export type LedgerEntry = Record<string, unknown>;

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

  /** Puts an entry in the place of the one with its key. */
  async put(entry: Record<string, string | number | boolean>): Promise<void> {
    const Item = Object.fromEntries(Object.entries(entry).map(([name, value]) => [name, attribute(value)]));
    await this.#database.call('PutItem', { TableName: this.#table, Item });
  }
}

function plain(item: Record<string, unknown>): LedgerEntry {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attributeSchema.parse(value)]));
}

function attribute(value: string | number | boolean): object {
  if (typeof value === 'string') return { S: value };
  return typeof value === 'number' ? { N: String(value) } : { BOOL: value };
}
