import { BatchGetItemCommand, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { awsRequestHandler } from '../http/aws-request-handler.ts';
import { attribute, fromItem, toItem } from './attributes.ts';
import { type Entry, type EntryKey, entrySchema, isOpen, OPEN, OPEN_INDEX } from './entry.ts';
import { FAILED_RUNS, LAST_RUNS, type LastRun, lastRunIn } from './last-runs.ts';
import { PAUSES, type Pause, pauseSchema } from './pauses.ts';

/** The most keys that BatchGetItem takes. */
const MAX_OPEN = 100;

/** What can be seen of all runs in five reads, however many the ledger holds. */
export interface SeenRuns {
  /** The runs that have not ended, the oldest first. */
  open: Entry[];
  /** How many more of them there are; so many at least. */
  moreOpen: number;
  /** How the last run of each operation on each target has ended. */
  last: LastRun[];
  /** Those that did not end well, by their starts the newest first. */
  failed: LastRun[];
  pauses: Pause[];
}

type Values = Record<string, string | number>;

/** Reads what runs, what ran last, what failed and what is paused. Each read is one page of the table: 1 MB at most. */
export class SeenRunsTable {
  readonly #table: string;
  readonly #client = new DynamoDBClient({ requestHandler: awsRequestHandler });

  constructor(table: string) {
    this.#table = table;
  }

  async read(): Promise<SeenRuns> {
    const [open, pauses, last, failed] = await Promise.all([
      this.#open(),
      this.#partition(PAUSES),
      this.#partition(LAST_RUNS),
      this.#partition(FAILED_RUNS),
    ]);
    return {
      ...open,
      pauses: pauses.flatMap((item) => pauseSchema.safeParse(item).data ?? []),
      last: last.flatMap((item) => lastRunIn(item) ?? []),
      failed: failed.flatMap((item) => lastRunIn(item) ?? []),
    };
  }

  async #open(): Promise<Pick<SeenRuns, 'open' | 'moreOpen'>> {
    const keys = await this.#query({
      IndexName: OPEN_INDEX,
      KeyConditionExpression: '#open = :open',
      ExpressionAttributeNames: { '#open': 'open' },
      ExpressionAttributeValues: { ':open': attribute(OPEN) },
    });
    const entries = await this.#entries(keys.slice(0, MAX_OPEN).map((key) => entrySchema.parse(key)));
    const order = (one: Entry, other: Entry) => ((one.startedAt ?? '') < (other.startedAt ?? '') ? -1 : 1);
    // The index follows the table by a moment, and DynamoDB may leave some of a batch out.
    return { open: entries.filter(isOpen).sort(order), moreOpen: keys.length - entries.length };
  }

  async #entries(keys: readonly EntryKey[]): Promise<Entry[]> {
    if (keys.length === 0) return [];
    const Keys = keys.map(({ operation, name }) => toItem({ operation, name }));
    const RequestItems = { [this.#table]: { Keys, ConsistentRead: true } };
    const batch = await this.#client.send(new BatchGetItemCommand({ RequestItems }));
    return (batch.Responses?.[this.#table] ?? []).map((item) => entrySchema.parse(fromItem(item)));
  }

  /** The newest page of a partition whose names begin with times. */
  async #partition(partition: string): Promise<Values[]> {
    return await this.#query({
      KeyConditionExpression: '#operation = :partition',
      ExpressionAttributeNames: { '#operation': 'operation' },
      ExpressionAttributeValues: { ':partition': attribute(partition) },
      ScanIndexForward: false,
    });
  }

  async #query(query: Omit<ConstructorParameters<typeof QueryCommand>[0], 'TableName'>): Promise<Values[]> {
    const { Items: items = [] } = await this.#client.send(new QueryCommand({ TableName: this.#table, ...query }));
    return items.map(fromItem);
  }
}
