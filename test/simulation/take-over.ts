import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { mock } from 'node:test';
import timersPromises from 'node:timers/promises';
import type { AwsAnswer } from '../../local/aws-endpoint.ts';
import type { VirtualClock } from '../../local/virtual-clock.ts';
import { awsRequestHandler } from '../../shared/http/aws-request-handler.ts';
import { Agent } from '../../shared/http/undici.ts';
import { Random } from './random.ts';

interface Parts {
  seed: number;
  /** The first moment of `Date`, epoch milliseconds. */
  now: number;
  clock: VirtualClock;
  /** Answers a call of the AWS SDK; undefined: no answer comes. */
  aws: (target: string, body: string) => Promise<AwsAnswer | undefined>;
  /** Stands before each request to a vendor; gives another origin to send it to. */
  beforeVendor: (path: string) => Promise<string | undefined>;
}

type Dispatch = typeof Agent.prototype.dispatch;

/** Puts this process on the clock and the chance of one seed; gives the function that ends it. */
export function takeOver({ seed, now, clock, aws, beforeVendor }: Parts): () => void {
  const random = new Random(`process ${seed}`);
  mock.timers.enable({ apis: ['Date'], now });
  mock.method(timersPromises, 'setTimeout', async (ms = 0, value: unknown = undefined) => {
    await clock.sleep(ms / 1000);
    return value;
  });
  const bytes = (size: number) => Buffer.from(Array.from({ length: size }, () => random.whole(0, 255)));
  mock.method(crypto, 'randomBytes', bytes);
  mock.method(crypto, 'randomUUID', () => {
    const hex = bytes(16).toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  });
  mock.method(Math, 'random', random.next);
  syncBuiltinESMExports();
  mock.method(
    awsRequestHandler,
    'handle',
    async ({ headers, body }: Parameters<typeof awsRequestHandler.handle>[0]) => {
      const answer = await aws(
        headers['x-amz-target'] ?? '',
        typeof body === 'string' ? body : new TextDecoder().decode(body),
      );
      if (answer === undefined) throw Object.assign(new Error('simulated: no answer'), { name: 'TimeoutError' });
      const bodyBytes = Buffer.from(JSON.stringify(answer.reply));
      return {
        response: {
          statusCode: answer.status,
          headers: { 'content-type': 'application/x-amz-json-1.0' },
          body: bodyBytes,
        },
      };
    },
  );
  const dispatch = Agent.prototype.dispatch;
  mock.method(Agent.prototype, 'dispatch', function (this: Agent, ...[options, handler]: Parameters<Dispatch>) {
    void beforeVendor(options.path).then((origin) => {
      dispatch.call(this, origin === undefined ? options : { ...options, origin }, handler);
    });
    return true;
  });
  silence();
  return () => {
    mock.restoreAll();
    mock.timers.reset();
    syncBuiltinESMExports();
  };
}

/** What functions log is not shown. */
function silence(): void {
  const { write } = process.stdout;
  mock.method(process.stdout, 'write', (...args: Parameters<typeof write>) =>
    typeof args[0] === 'string' && args[0].startsWith('{"level":') ? true : write.apply(process.stdout, args),
  );
}
