import {
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { awsRequestHandler } from '../http/aws-request-handler.ts';
import { type Attribute, attribute, fromItem, toItem } from './attributes.ts';
import { changeOfClaim, claiming, type NewClaim } from './claiming.ts';
import {
  CLAIMS,
  type Claim,
  claimSchema,
  type Entry,
  type EntryKey,
  entrySchema,
  isOpen,
  OPEN,
  OPEN_INDEX,
  type RunStatus,
  STARTED_INDEX,
  UNTOLD,
  WAITING_INDEX,
} from './entry.ts';
import { PAUSES, type Pause, pauseAt, pauseKeys } from './pauses.ts';
import { type Change, changeOf, type Expression, expression, type TransitionName, transition } from './transitions.ts';

/** The most keys that BatchGetItem takes. */
const KEYS_PER_BATCH = 100;
const MAX_BATCH_ROUNDS = 5;
const DAY_MS = 86_400_000;

type Value = string | number;

/** The ledger as functions read and write it; reads see every write that came before. */
export class LedgerTable {
  readonly #table: string;
  readonly #client = new DynamoDBClient({ requestHandler: awsRequestHandler });

  constructor(table: string) {
    this.#table = table;
  }

  async entry(key: EntryKey): Promise<Entry | undefined> {
    const item = await this.#item(key);
    return item === undefined ? undefined : entrySchema.parse(item);
  }

  /** The entries of these keys that are there. */
  async entriesOf(keys: readonly EntryKey[]): Promise<Entry[]> {
    return keys.length === 0 ? [] : await this.#entries([...keys]);
  }

  /** Who holds this service, or held it last; empty where nobody ever did. */
  async claim(claim: string): Promise<Claim> {
    return claimSchema.parse((await this.#item({ operation: CLAIMS, name: claim })) ?? {});
  }

  /** Claims a service; gives the fencing number, or undefined where somebody else has it. */
  async tryClaim(claim: string, wanted: NewClaim): Promise<number | undefined> {
    const taken = await this.#update({ operation: CLAIMS, name: claim }, claiming(wanted));
    return taken === undefined ? undefined : Number(fromItem(taken)['fence']);
  }

  /** Changes a claim while it is still this run's. */
  async changeClaim(claim: string, holder: EntryKey, set: { leaseUntil?: string; releasedAt?: string }): Promise<void> {
    await this.#update({ operation: CLAIMS, name: claim }, changeOfClaim(holder, set));
  }

  /** The pause that keeps our hands off this target now (epoch milliseconds). */
  async pauseOf(target: string, now: number): Promise<Pause | undefined> {
    return pauseAt(await this.items(pauseKeys(target)), now);
  }

  /** Sets a pause, in the place of the one that the target has; one whose end is past ends it. */
  async setPause({ name, ...pause }: Pause, expires: number): Promise<void> {
    await this.#update({ operation: PAUSES, name }, expression({ set: values({ ...pause, expiresAt: expires }) }));
  }

  /** Takes a step in the life of a run. False where its status does not allow it. */
  async step(key: EntryKey, name: TransitionName, change: Change<Value>): Promise<boolean> {
    const { set, ...rest } = change;
    const taken = await this.#update(key, transition(name, { set: values(set), ...rest }, attribute));
    return taken !== undefined;
  }

  /** Changes an entry while it has one of these statuses. */
  async note(key: EntryKey, after: readonly RunStatus[], { set, ...rest }: Change<Value>): Promise<boolean> {
    const taken = await this.#update(key, changeOf({ set: values(set), ...rest }, { after, word: attribute }));
    return taken !== undefined;
  }

  /** Writes a change that was made elsewhere. */
  async write(key: EntryKey, change: Expression<Attribute>): Promise<boolean> {
    return (await this.#update(key, change)) !== undefined;
  }

  /** The runs that wait for this service and came before this ticket, the oldest first, page by page. */
  async *ahead(claim: string, ticket: string): AsyncGenerator<Entry[]> {
    const query = this.#query(
      WAITING_INDEX,
      {
        condition: '#waitingFor = :claim AND #ticket < :ticket',
        names: { '#waitingFor': 'waitingFor', '#ticket': 'ticket' },
      },
      values({ ':claim': claim, ':ticket': ticket }),
    );
    for await (const keys of query) yield await this.#entries(keys);
  }

  /** The runs of an operation, the latest first, page by page: as they were a moment ago. */
  latest(operation: string): AsyncGenerator<Entry[]> {
    return this.#query(
      STARTED_INDEX,
      { condition: '#operation = :operation', names: { '#operation': 'operation' }, backwards: true },
      values({ ':operation': operation }),
    );
  }

  /** The runs that have not ended and started before this time, the oldest first, page by page. */
  async *open(before: string): AsyncGenerator<Entry[]> {
    for await (const page of this.#inOpenIndex(OPEN, before)) yield page.filter(isOpen);
  }

  /** The runs that have ended and whose end was not told, page by page. Machines of 0.1.0 leave theirs as `open`. */
  async *untold(): AsyncGenerator<Entry[]> {
    const tomorrow = new Date(Date.now() + DAY_MS).toISOString();
    for (const partition of [UNTOLD, OPEN]) {
      for await (const page of this.#inOpenIndex(partition, tomorrow)) {
        yield page.filter(({ open, finishedAt }) => open !== undefined && finishedAt !== undefined);
      }
    }
  }

  /** Enters a run as its machine does; one that has an entry keeps it. */
  async enter(key: EntryKey, run: Pick<Entry, 'executionArn' | 'startedAt' | 'parent'>): Promise<void> {
    const set = values({ ...run, status: 'waiting', open: OPEN });
    await this.#update(key, expression({ set }, { condition: 'attribute_not_exists(#operation)' }));
  }

  /** Makes a run that version 0.1.0 has entered one of those that have not ended. */
  async noteOpen(key: EntryKey): Promise<void> {
    const condition = 'attribute_not_exists(#open) AND attribute_not_exists(#finishedAt) AND attribute_exists(#status)';
    await this.#update(key, expression({ set: values({ open: OPEN }) }, { condition }));
  }

  /** The end of this run was told. */
  async noteTold(key: EntryKey, toldAt: string): Promise<void> {
    const change = { set: values({ toldAt }), remove: ['open'] };
    await this.#update(key, expression(change, { condition: 'attribute_exists(#finishedAt)' }));
  }

  async *#inOpenIndex(partition: string, before: string): AsyncGenerator<Entry[]> {
    const query = this.#query(
      OPEN_INDEX,
      { condition: '#open = :open AND #startedAt < :before', names: { '#open': 'open', '#startedAt': 'startedAt' } },
      values({ ':open': partition, ':before': before }),
    );
    for await (const keys of query) yield await this.#entries(keys);
  }

  async #item({ operation, name }: EntryKey): Promise<Record<string, Value> | undefined> {
    const get = new GetItemCommand({ TableName: this.#table, Key: toItem({ operation, name }), ConsistentRead: true });
    const { Item: item } = await this.#client.send(get);
    return item && fromItem(item);
  }

  /** The changed attributes, or undefined where the condition does not hold. */
  async #update(
    { operation, name }: EntryKey,
    update: Expression<Attribute>,
  ): Promise<Record<string, unknown> | undefined> {
    const command = new UpdateItemCommand({
      TableName: this.#table,
      Key: toItem({ operation, name }),
      ...update,
      ReturnValues: 'UPDATED_NEW',
    });
    try {
      return (await this.#client.send(command)).Attributes ?? {};
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return undefined;
      throw error;
    }
  }

  async *#query(
    index: string,
    { condition, names, backwards }: { condition: string; names: Record<string, string>; backwards?: true },
    keyValues: Record<string, Attribute>,
  ): AsyncGenerator<Entry[]> {
    let start: Record<string, Attribute> | undefined;
    do {
      const page = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          IndexName: index,
          KeyConditionExpression: condition,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: keyValues,
          Limit: KEYS_PER_BATCH,
          ...(backwards ? { ScanIndexForward: false } : {}),
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      );
      yield (page.Items ?? []).map((item) => entrySchema.parse(fromItem(item)));
      start = page.LastEvaluatedKey && toItem(fromItem(page.LastEvaluatedKey));
    } while (start !== undefined);
  }

  /** The entries of these keys as they are now: an index follows the table by a moment. */
  async #entries(keys: EntryKey[]): Promise<Entry[]> {
    const found = (await this.items(keys)).map((item) => entrySchema.parse(item));
    return found.sort((one, other) => compare(one.ticket, other.ticket));
  }

  /** The items of these keys that there are. */
  async items(keys: EntryKey[]): Promise<Record<string, Value>[]> {
    const found: Record<string, Value>[] = [];
    let left = keys.map(({ operation, name }) => toItem({ operation, name }));
    for (let round = 0; left.length > 0 && round < MAX_BATCH_ROUNDS; round += 1) {
      const batch = await this.#client.send(
        new BatchGetItemCommand({ RequestItems: { [this.#table]: { Keys: left, ConsistentRead: true } } }),
      );
      found.push(...(batch.Responses?.[this.#table] ?? []).map(fromItem));
      left = (batch.UnprocessedKeys?.[this.#table]?.Keys ?? []).map((key) => toItem(fromItem(key)));
    }
    return found;
  }
}

function compare(one = '', other = ''): number {
  return one < other ? -1 : Number(one > other);
}

function values(plain: Record<string, Value | undefined>): Record<string, Attribute> {
  return toItem(plain);
}
