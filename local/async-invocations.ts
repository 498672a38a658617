import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { FunctionOutcome } from './function-process.ts';
import type { AsyncInvocation } from './template.ts';

interface Options {
  invoke: (name: string, payload: string) => Promise<FunctionOutcome>;
  clock: { now: Clock['now']; sleep(seconds: number): Promise<void> };
  send: (queueName: string, body: string) => Promise<void>;
}

const MINUTE_SECONDS = 60;

/**
 * Invokes a function as Lambda does where nobody waits for it: an error is tried again after one minute, then after two, as
 * often as its configuration says; then the event goes where failures go ("How Lambda handles errors and retries with
 * asynchronous invocation", AWS Lambda developer guide).
 */
export function asyncInvocations(configurations: readonly AsyncInvocation[], { invoke, clock, send }: Options) {
  const of = (nameOrArn: string) =>
    configurations.find(({ functionName }) => functionName === nameOrArn.split(':').at(-1));
  return async (nameOrArn: string, payload: string): Promise<void> => {
    const { retries = 0, failures } = of(nameOrArn) ?? {};
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await invoke(nameOrArn, payload);
      if (!('error' in outcome)) return;
      if (attempt < retries) {
        await clock.sleep((attempt + 1) * MINUTE_SECONDS);
        continue;
      }
      const { errorType, errorMessage } = outcome.error;
      const letter = {
        version: '1.0',
        timestamp: new Date(clock.now()).toISOString(),
        requestContext: {
          requestId: randomUUID(),
          functionArn: `${nameOrArn}:$LATEST`,
          condition: 'RetriesExhausted',
          approximateInvokeCount: attempt + 1,
        },
        requestPayload: JSON.parse(payload),
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        responsePayload: { errorType, errorMessage },
      };
      if (failures !== undefined) await send(failures, JSON.stringify(letter));
      return;
    }
  };
}
