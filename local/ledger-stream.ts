import type { Database } from './database.ts';
import type { FunctionOutcome } from './function-process.ts';
import { type LedgerEntry, plain } from './ledger.ts';
import type { EventSourceMapping, TableResource } from './template.ts';

type Item = Record<string, unknown>;

const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem'];
const MAX_TRIES = 5;

interface Options {
  tables: TableResource[];
  mappings: EventSourceMapping[];
  invoke: (functionName: string, payload: string) => Promise<FunctionOutcome>;
  /** Something is at work from now on, until the function that this gives is called. */
  hold: () => () => void;
  /** Whether a record is lost. */
  loses?: () => boolean;
  /** Told of every item that was written, as it is then. */
  onWrite?: ((entry: LedgerEntry) => void) | undefined;
}

/** The change stream of the one table, and the function that Lambda feeds from it; a call that fails is repeated. */
export class LedgerStream {
  readonly #options: Options;
  readonly #mapping: EventSourceMapping | undefined;
  /** What was written last to each item. */
  readonly #writes = new Map<string, Promise<unknown>>();
  #records: object[] = [];
  #count = 0;
  #feeding: Promise<void> | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#mapping = options.mappings.find(({ EventSourceArn }) => EventSourceArn.startsWith('arn:aws:dynamodb:'));
  }

  /** The database, with its writes followed. */
  follow(database: Database): Database {
    const { onWrite } = this.#options;
    if (this.#mapping === undefined && onWrite === undefined) return database;
    return {
      ...database,
      call: async (action, request) => {
        const { TableName, Key, Item } = Object(request);
        if (!WRITES.includes(action) || TableName !== this.#options.tables[0]?.name)
          return database.call(action, request);
        const key = this.#keyOf(Key ?? Item);
        return this.#inTurn(JSON.stringify(key), async () => {
          const read = async () =>
            (await database.call('GetItem', { TableName, Key: key, ConsistentRead: true }))['Item'];
          const before = await read();
          const result = await database.call(action, request);
          const after = await read();
          if (after !== undefined) onWrite?.(plain(Object(after)));
          this.#push(before, after);
          return result;
        });
      },
    };
  }

  /** Waits until all that was written is told. */
  async idle(): Promise<void> {
    while (this.#feeding !== undefined) await this.#feeding;
  }

  #keyOf(item: Item): Item {
    return { operation: item['operation'], name: item['name'] };
  }

  /** The images before and after a write are those of this write only. */
  async #inTurn<T>(key: string, write: () => Promise<T>): Promise<T> {
    const turn = (this.#writes.get(key) ?? Promise.resolve()).then(write, write);
    this.#writes.set(key, turn);
    return await turn;
  }

  #push(before: unknown, after: unknown): void {
    const isNews = JSON.stringify(before) !== JSON.stringify(after) && Object(after).startedAt !== undefined;
    if (this.#mapping === undefined || !isNews) return;
    if (this.#options.loses?.() === true) return;
    this.#count += 1;
    const SequenceNumber = String(this.#count);
    const images = { ...(before === undefined ? {} : { OldImage: before }), NewImage: after };
    const eventName = before === undefined ? 'INSERT' : 'MODIFY';
    this.#records.push({
      eventID: SequenceNumber,
      eventName,
      eventSource: 'aws:dynamodb',
      dynamodb: { SequenceNumber, ...images },
    });
    this.#feeding ??= this.#feed();
  }

  async #feed(): Promise<void> {
    const release = this.#options.hold();
    try {
      for (let tries = 0; this.#records.length > 0 && tries < MAX_TRIES; tries += 1) {
        const batch = this.#records.slice(0, this.#mapping?.BatchSize ?? 1);
        const outcome = await this.#options.invoke(
          this.#mapping?.FunctionName ?? '',
          JSON.stringify({ Records: batch }),
        );
        const done = 'error' in outcome ? 0 : doneOf(batch, outcome.payload);
        if (done > 0) tries = -1;
        this.#records = this.#records.slice(done);
      }
    } finally {
      this.#records = [];
      this.#feeding = undefined;
      release();
    }
  }
}

/** How many records of the batch are told: those before the first that failed. */
function doneOf(batch: object[], payload: string): number {
  const failed: unknown = Object(JSON.parse(payload)).batchItemFailures?.[0]?.itemIdentifier;
  const at = batch.findIndex((one) => Object(one).dynamodb.SequenceNumber === failed);
  return at === -1 ? batch.length : at;
}
