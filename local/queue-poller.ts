import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { FunctionOutcome } from './function-process.ts';
import { LOCAL_REGION } from './intrinsics.ts';
import type { Storage } from './storage.ts';
import type { EventSourceMapping } from './template.ts';

/** SQS hands out at most this many messages at once. */
const RECEIVE_LIMIT = 10;
const responseSchema = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) }).nullish();

interface Options {
  storage: Pick<Storage, 'sqs' | 'queueUrl'>;
  invoke: (functionName: string, payload: string) => Promise<FunctionOutcome>;
  /** At most this long, whatever the mapping says. */
  windowLimitSeconds: number;
  /** A failed message is back after this long; on AWS it is the queue's visibility time-out. */
  comeBackSeconds: number;
}

/** Feeds a function from a queue as Lambda's event source mapping does, until it is closed. */
export class QueuePoller {
  readonly #mapping: EventSourceMapping;
  readonly #options: Options;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  constructor(mapping: EventSourceMapping, options: Options) {
    this.#mapping = mapping;
    this.#options = options;
    this.#done = this.#poll();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #poll(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        const batch = await this.#collect();
        if (batch.length > 0) await this.#deliver(batch);
      } catch (error) {
        if (!this.#stop.signal.aborted) throw error;
      }
    }
  }

  /** The window opens with the first message and ends with a full batch. */
  async #collect(): Promise<Message[]> {
    const { BatchSize, MaximumBatchingWindowInSeconds } = this.#mapping;
    const windowSeconds = Math.min(MaximumBatchingWindowInSeconds, this.#options.windowLimitSeconds);
    const batch = await this.#receive(Math.min(BatchSize, RECEIVE_LIMIT), RECEIVE_LIMIT);
    const windowEndMs = Date.now() + windowSeconds * 1000;
    while (batch.length > 0 && batch.length < BatchSize) {
      const leftSeconds = Math.ceil((windowEndMs - Date.now()) / 1000);
      if (leftSeconds <= 0) break;
      batch.push(...(await this.#receive(Math.min(BatchSize - batch.length, RECEIVE_LIMIT), leftSeconds)));
    }
    return batch;
  }

  async #receive(limit: number, waitSeconds: number): Promise<Message[]> {
    const { Messages: messages } = await this.#options.storage.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.#queueUrl(),
        MaxNumberOfMessages: limit,
        WaitTimeSeconds: Math.min(waitSeconds, 20),
        MessageSystemAttributeNames: ['All'],
      }),
      { abortSignal: this.#stop.signal },
    );
    return messages ?? [];
  }

  async #deliver(batch: Message[]): Promise<void> {
    const records = batch.map((message) => ({
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      attributes: message.Attributes ?? {},
      messageAttributes: {},
      md5OfBody: message.MD5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: this.#mapping.EventSourceArn,
      awsRegion: LOCAL_REGION,
    }));
    const outcome = await this.#options.invoke(this.#mapping.FunctionName, JSON.stringify({ Records: records }));
    const failed = this.#failedIds(outcome, batch);
    await Promise.all(batch.map((message) => this.#settle(message, failed.has(message.MessageId))));
  }

  /** An error, or an answer that Lambda cannot read, fails the whole batch. */
  #failedIds(outcome: FunctionOutcome, batch: Message[]): Set<string | undefined> {
    const all = new Set(batch.map(({ MessageId }) => MessageId));
    if ('error' in outcome) return all;
    if (!this.#mapping.FunctionResponseTypes.includes('ReportBatchItemFailures')) return new Set();
    const response = responseSchema.safeParse(JSON.parse(outcome.payload));
    if (!response.success) return all;
    const failed = response.data?.batchItemFailures.map((one) => one.itemIdentifier) ?? [];
    return failed.every((id) => all.has(id)) ? new Set(failed) : all;
  }

  async #settle(message: Message, failed: boolean): Promise<void> {
    const address = { QueueUrl: this.#queueUrl(), ReceiptHandle: message.ReceiptHandle };
    const { storage, comeBackSeconds } = this.#options;
    if (failed)
      await storage.sqs.send(new ChangeMessageVisibilityCommand({ ...address, VisibilityTimeout: comeBackSeconds }));
    else await storage.sqs.send(new DeleteMessageCommand(address));
  }

  #queueUrl(): string {
    return this.#options.storage.queueUrl(this.#mapping.EventSourceArn);
  }
}
