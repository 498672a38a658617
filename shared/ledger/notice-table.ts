import {
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { awsRequestHandler } from '../http/aws-request-handler.ts';
import { attribute, fromItem, toItem } from './attributes.ts';
import type { EntryKey } from './entry.ts';
import { expiresAt } from './keeping.ts';
import { expression } from './transitions.ts';

/** The partition of the ledger that holds what is told with the next digest, by the run. */
const NOTICES = 'notice';
/** Whoever switches digests off leaves some behind. */
const KEEP_DAYS = 60;

/** A notice that waits for its digest, as JSON. */
export interface KeptNotice {
  name: string;
  notice: string;
}

/** What the ledger knows of who was told of what. */
export class NoticeTable {
  readonly #table: string;
  readonly #client = new DynamoDBClient({ requestHandler: awsRequestHandler });

  constructor(table: string) {
    this.#table = table;
  }

  /** From now on people count as told of this run. False where they were before, or where there is no such run. */
  async claim(run: EntryKey, now: string): Promise<boolean> {
    const condition = 'attribute_exists(#startedAt) AND attribute_not_exists(#noticedAt)';
    return await this.#update(run, expression({ set: { noticedAt: attribute(now) } }, { condition }));
  }

  /** They were not, after all. */
  async unclaim(run: EntryKey): Promise<void> {
    const { ExpressionAttributeValues: _none, ...change } = expression({ set: {}, remove: ['noticedAt'] });
    await this.#update(run, change);
  }

  async keep({ name, notice }: KeptNotice): Promise<void> {
    const item = toItem({ operation: NOTICES, name, notice, expiresAt: expiresAt(Date.now(), KEEP_DAYS) });
    await this.#client.send(new PutItemCommand({ TableName: this.#table, Item: item }));
  }

  async kept(): Promise<KeptNotice[]> {
    const found: KeptNotice[] = [];
    let start: ReturnType<typeof toItem> | undefined;
    do {
      const page = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: '#operation = :notices',
          ExpressionAttributeNames: { '#operation': 'operation' },
          ExpressionAttributeValues: { ':notices': attribute(NOTICES) },
          ConsistentRead: true,
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      );
      for (const item of page.Items ?? []) {
        const { name, notice } = fromItem(item);
        found.push({ name: String(name), notice: String(notice) });
      }
      start = page.LastEvaluatedKey && toItem(fromItem(page.LastEvaluatedKey));
    } while (start !== undefined);
    return found;
  }

  async drop({ name }: KeptNotice): Promise<void> {
    const Key = toItem({ operation: NOTICES, name });
    await this.#client.send(new DeleteItemCommand({ TableName: this.#table, Key }));
  }

  async #update({ operation, name }: EntryKey, change: object): Promise<boolean> {
    const Key = toItem({ operation, name });
    try {
      await this.#client.send(new UpdateItemCommand({ TableName: this.#table, Key, UpdateExpression: '', ...change }));
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  }
}
