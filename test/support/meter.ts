import { mock } from 'node:test';
import * as z from 'zod';
import { pascalCase } from '../../infra/operations.ts';
import type { AwsAnswer } from '../../local/aws-endpoint.ts';
import type { Execution } from '../../local/execution.ts';
import type { TaskServices } from '../../local/task-resources.ts';
import type { JobPlatform, Troubles } from './job-platform.ts';

/** US dollars, list prices of AWS in us-east-1: the pages that docs/cost.md names, and those of SQS, EventBridge and S3. */
const PRICES = {
  transitions: 25e-6,
  'calls of functions': 2e-7,
  'function GB-s': 13.3334e-6,
  'ledger writes': 0.625e-6,
  'ledger reads': 0.125e-6,
  'messages in SQS': 4e-7,
  'events in EventBridge': 1e-6,
  'reads of S3': 4e-7,
  'GB of logs': 0.5,
  'traces in X-Ray': 5e-6,
  'uses of the key': 3e-6,
};

type Part = keyof typeof PRICES;

/** Estimates. A function that was not called for five minutes starts cold. */
const COLD_SECONDS = 0.3;
const WARM_SECONDS = 0.02;
const KEPT_WARM_MS = 300_000;
/** "Key reuse period" of SQS: seconds, 300 unless told. Whoever sends and whoever receives have a data key each. */
const KEY_REUSE_MS = 300_000;
const SECONDS_PER_AWS_CALL = 0.01;
const SECONDS_PER_VENDOR_REQUEST = 0.1;
/** What Lambda itself writes of a call, and Step Functions of an event with the data that it logs. */
const LOG_BYTES_PER_CALL = 350;
const LOG_BYTES_PER_EVENT = 1_500;
/** An entry of a run has about 2 kB, and is in two indexes; a raster or a mailbox has less than 1 kB, and is in none. */
const UNITS_OF_ENTRY = 6;
const BYTES_PER_READ_UNIT = 4_096;
const GIGABYTE = 1e9;
/** One into the queue, and one receipt and one deletion for each batch. */
const REQUESTS_PER_BATCH = 2;

const requestSchema = z.looseObject({
  Key: z.looseObject({ operation: z.object({ S: z.string() }) }).optional(),
  Item: z.unknown().optional(),
  RequestItems: z.record(z.string(), z.unknown()).optional(),
});

/** Counts what AWS would charge for. */
export class Meter implements Pick<Troubles, 'around' | 'call'> {
  readonly counts: Record<Part, number> = {
    transitions: 0,
    'calls of functions': 0,
    'function GB-s': 0,
    'ledger writes': 0,
    'ledger reads': 0,
    'messages in SQS': 0,
    'events in EventBridge': 0,
    'reads of S3': 0,
    'GB of logs': 0,
    'traces in X-Ray': 0,
    'uses of the key': 0,
  };

  readonly #calledAt = new Map<string, number>();
  #keyAt = 0;

  readonly around = (services: TaskServices): TaskServices => ({
    ...services,
    database: services.database && {
      call: async (action, request) => {
        const reply = await services.database?.call(action, request);
        this.#ledger(action, JSON.stringify(request), JSON.stringify(reply));
        return reply ?? {};
      },
    },
  });

  readonly call = async (target: string, next: () => Promise<AwsAnswer>, body: string): Promise<AwsAnswer> => {
    const answer = await next();
    const [service = '', action = ''] = target.split('.');
    this.counts['function GB-s'] += SECONDS_PER_AWS_CALL / 4;
    if (service.startsWith('DynamoDB')) this.#ledger(action, body, JSON.stringify(answer.reply));
    if (service === 'AWSEvents') this.counts['events in EventBridge'] += 1;
    return answer;
  };

  /** Follows what a platform does; gives the end of that. */
  watch({ onState, onInvoke, template, clock, emulator, stateMachines }: JobPlatform): () => void {
    const last = new WeakMap<Execution, string>();
    const ends = [
      onState(({ execution, state, moment }) => {
        // A task that is tried again is one more.
        if (moment === 'before' || last.get(execution) === `after ${state}`) this.counts.transitions += 1;
        last.set(execution, `${moment} ${state}`);
      }),
    ];
    const begun = new Map<unknown, number>();
    ends.push(
      onInvoke(({ functionName, event, moment }) => {
        if (moment === 'before') {
          begun.set(event, clock.now());
          return;
        }
        const resource = template.functions.find(({ name }) => name.startsWith(`${pascalCase(functionName)}Function`));
        const isWarm = clock.now() - (this.#calledAt.get(functionName) ?? 0) < KEPT_WARM_MS;
        this.#calledAt.set(functionName, clock.now());
        const seconds =
          (isWarm ? WARM_SECONDS : COLD_SECONDS) + (clock.now() - (begun.get(event) ?? clock.now())) / 1000;
        begun.delete(event);
        this.counts['calls of functions'] += 1;
        this.counts['function GB-s'] += (seconds * (resource?.MemorySize ?? 256)) / 1024;
        this.counts['GB of logs'] += LOG_BYTES_PER_CALL / GIGABYTE;
      }),
    );
    const { write } = process.stdout;
    const counted = mock.method(process.stdout, 'write', (chunk: string | Uint8Array) => {
      if (!String(chunk).startsWith('{"')) return write.call(process.stdout, chunk);
      this.counts['GB of logs'] += chunk.length / GIGABYTE;
      return true;
    });
    const [requests, executions] = [emulator.requests.length, stateMachines.executions.length];
    return () => {
      counted.mock.restore();
      for (const end of ends) end();
      this.counts['function GB-s'] += ((emulator.requests.length - requests) * SECONDS_PER_VENDOR_REQUEST) / 4;
      for (const { historyEvents, parent } of stateMachines.executions.slice(executions)) {
        this.counts['GB of logs'] += (historyEvents * LOG_BYTES_PER_EVENT) / GIGABYTE;
        if (parent === undefined) this.counts['traces in X-Ray'] += 1;
      }
    };
  }

  /** A batch of so many messages about new objects, from S3 to the function that takes them. `now`: epoch ms. */
  batch(messages: number, now: number): void {
    this.counts['events in EventBridge'] += messages;
    this.counts['messages in SQS'] += messages + REQUESTS_PER_BATCH;
    if (now - this.#keyAt >= KEY_REUSE_MS) {
      this.counts['uses of the key'] += 2;
      this.#keyAt = now;
    }
    this.counts['traces in X-Ray'] += 1;
  }

  readS3(times: number): void {
    this.counts['reads of S3'] += times;
  }

  get dollars(): number {
    return this.parts().reduce((sum, { dollars }) => sum + dollars, 0);
  }

  /** What each part costs, `times` over. */
  parts(times = 1): { part: Part; count: number; dollars: number }[] {
    return Object.entries(PRICES).map(([name, price]) => {
      const part = name as Part;
      const count = this.counts[part] * times;
      return { part, count, dollars: count * price };
    });
  }

  #ledger(action: string, request: string, reply: string): void {
    if (!/Update|Put|Delete|Write/.test(action)) {
      this.counts['ledger reads'] += Math.max(
        1,
        Math.ceil(reply.length / BYTES_PER_READ_UNIT),
        countOf(request, '"name"'),
      );
      return;
    }
    const { Key, RequestItems } = requestSchema.parse(JSON.parse(request));
    if (RequestItems !== undefined) this.counts['ledger writes'] += countOf(request, 'Request":');
    else this.counts['ledger writes'] += Key?.operation.S.startsWith('raster') ? 1 : UNITS_OF_ENTRY;
  }
}

function countOf(text: string, part: string): number {
  return text.split(part).length - 1;
}
