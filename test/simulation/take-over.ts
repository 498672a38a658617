import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { mock } from 'node:test';
import timersPromises from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AwsAnswer } from '../../local/aws-endpoint.ts';
import type { VirtualClock } from '../../local/virtual-clock.ts';
import { Agent } from '../../shared/http/undici.ts';
import { Random } from './random.ts';

interface Parts {
  seed: number;
  /** The first moment of `Date`, epoch milliseconds. */
  now: number;
  clock: VirtualClock;
  /** Answers a call of the AWS SDK, with its input as JSON; undefined: no answer comes. */
  aws: (target: string, body: string) => Promise<AwsAnswer | undefined>;
  /** Stands before each request to a vendor; gives another origin to send it to. */
  beforeVendor: () => Promise<string | undefined>;
}

type Client = { config: { serviceId: string } };
type Command = { constructor: { name: string }; input: unknown };
type Dispatch = typeof Agent.prototype.dispatch;

/**
 * What all clients of the AWS SDK have in common. Calls leave it as they were made: to write, sign and read requests that
 * nobody sends is a third of the time of a seed.
 */
const anyClient: object = Object.getPrototypeOf(DynamoDBClient.prototype);
/** What stands before the name of a call in the header `x-amz-target`, by the service's id. */
const PROTOCOLS: Record<string, string> = {
  DynamoDB: 'DynamoDB_20120810',
  SFN: 'AWSStepFunctions',
  'Secrets Manager': 'secretsmanager',
  EventBridge: 'AWSEvents',
};

/** Puts this process on the clock and the chance of one seed; gives the function that ends it. */
export function takeOver({ seed, now, clock, aws, beforeVendor }: Parts): () => void {
  const random = new Random(`process ${seed}`);
  mock.timers.enable({ apis: ['Date'], now });
  // The same in every seed: functions remember each token that they have seen, to keep it out of their logs.
  const made = new Map<number, number>();
  const bytes = (size: number) => {
    const count = (made.get(size) ?? 0) + 1;
    made.set(size, count);
    const chance = new Random(`${size} bytes, ${count}`);
    return Buffer.from(Array.from({ length: size }, () => chance.whole(0, 255)));
  };
  const { dispatch } = Agent.prototype;
  const { write } = process.stdout;
  // Not by mocks of node:test: they keep every call that is made.
  const restores = [
    replace(timersPromises, 'setTimeout', async (ms: number, value: unknown) => {
      await clock.sleep(ms / 1000);
      return value;
    }),
    replace(performance, 'now', () => clock.now() - now),
    // However slow this machine is: all that is asked is answered, or broken off.
    replace(AbortSignal, 'timeout', () => new AbortController().signal),
    replace(crypto, 'randomBytes', bytes),
    replace(crypto, 'randomUUID', () => uuidOf(bytes(16))),
    replace(Math, 'random', random.next),
    replace(anyClient, 'send', async function (this: Client, command: Command) {
      const call = command.constructor.name.replace(/Command$/, '');
      return answered(await aws(`${PROTOCOLS[this.config.serviceId]}.${call}`, JSON.stringify(command.input)));
    }),
    replace(Agent.prototype, 'dispatch', function (this: Agent, ...[options, handler]: Parameters<Dispatch>) {
      void beforeVendor().then((origin) => {
        dispatch.call(this, origin === undefined ? options : { ...options, origin }, handler);
      });
      return true;
    }),
    // What functions log is not shown.
    replace(process.stdout, 'write', (...args: Parameters<typeof write>) =>
      String(args[0]).startsWith('{"level":') ? true : write.apply(process.stdout, args),
    ),
  ];
  syncBuiltinESMExports();
  return () => {
    for (const restore of restores) restore();
    mock.timers.reset();
    syncBuiltinESMExports();
  };
}

/** Gives the function that puts back what was there. */
function replace(owner: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { configurable: true, writable: true, value });
  return () => {
    if (before) Object.defineProperty(owner, name, before);
    else Reflect.deleteProperty(owner, name);
  };
}

function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** What the SDK makes of an answer. Step Functions tells times as numbers. */
function answered(answer: AwsAnswer | undefined): unknown {
  if (answer === undefined) throw Object.assign(new Error('simulated: no answer'), { name: 'TimeoutError' });
  const text = JSON.stringify(answer.reply);
  if (answer.status !== 200) {
    const { __type: name, message } = JSON.parse(text);
    throw Object.assign(new Error(message), { name });
  }
  const isTime = (key: string, value: unknown): value is number =>
    /^st(?:art|op)Date$/.test(key) && typeof value === 'number';
  return JSON.parse(text, (key, value) => (isTime(key, value) ? new Date(value * 1000) : value));
}
