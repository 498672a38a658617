import middy, { type MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import { redact } from '../http/redact.ts';
import type { Unsent } from '../http/unsent.ts';
import { targetNameSchema } from '../targets/target-name.ts';
import { VERSION } from '../version.ts';
import { log, logFor } from './log.ts';

/** Kept back from the function's own time-out, for the error or the result to get out. */
const MARGIN_MS = 5_000;
const MAX_MESSAGE_BYTES = 30_000;

/** One invocation: what an operation may know of the world around it. */
export interface Run {
  /** Lambda's request id: the same for a repeated asynchronous invocation. */
  requestId: string;
  /** Epoch milliseconds: nothing is sent to a vendor after it. */
  deadline: number;
  /** In a dry run: takes what changes something, in the place of the vendor. */
  unsent?: Unsent[];
}

/** An operation's logic: takes the event as it came, returns the result, throws a named error. */
export type Operation = (event: unknown, run: Run) => Promise<unknown>;

/** Wraps an operation for Lambda: started and completed lines, named errors, and no secret in whatever leaves. */
export function operationHandler(operation: string, run: Operation) {
  return middy({ timeoutEarlyInMillis: 0 })
    .use(startedAndCompleted(operation))
    .use(nothingSecretLeaves())
    .handler(async (event: unknown, context: Context) => {
      // Verification of certificates cannot be switched off from outside, for the AWS SDK's calls neither.
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      const deadline = Date.now() + context.getRemainingTimeInMillis() - MARGIN_MS;
      return await run(event, { requestId: context.awsRequestId, deadline });
    });
}

function startedAndCompleted(operation: string): MiddlewareObj {
  let startedAt = 0;
  return {
    before: ({ event, context }) => {
      startedAt = Date.now();
      logFor(executionOf(event));
      log('info', 'started', {
        operation,
        version: VERSION,
        requestId: context.awsRequestId,
        target: targetOf(event),
      });
    },
    after: ({ context }) => {
      log('info', 'completed', { operation, requestId: context.awsRequestId, milliseconds: Date.now() - startedAt });
    },
    onError: ({ error, context }) => {
      const { name = 'Error', message = '' } = error ?? {};
      const fields = { operation, requestId: context.awsRequestId, milliseconds: Date.now() - startedAt };
      log('error', 'failed', { ...fields, error: name, reason: message });
    },
  };
}

/** Of the input itself, of what a state machine hands over, or of the job that is checked. */
function targetOf(event: unknown): unknown {
  const { target, prepare, submit, job } = Object(event);
  const name = target ?? Object(prepare ?? submit ?? job).target;
  return targetNameSchema.safeParse(name).data;
}

/** As the first state of a machine tells it, or with the run that the machine works for. AWS' names have 80 characters. */
function executionOf(event: unknown): string | undefined {
  const { execution, run } = Object(event);
  const { name } = Object(run ?? execution);
  return typeof name === 'string' ? name.slice(0, 80) : undefined;
}

/**
 * Vendors echo what they were sent. Lambda reports an error's message, stack and cause: all are made anew. Results hold
 * vendors' texts only where these were cleaned: a whole result must not be, a short password may stand in a key word.
 */
function nothingSecretLeaves(): MiddlewareObj {
  return {
    onError: (request) => {
      const { error } = request;
      if (!(error instanceof Error)) return;
      error.message = cut(redact(error.message));
      error.stack = [error.name, ...(error.stack ?? '').split('\n').filter((line) => /^ +at /.test(line))].join('\n');
      delete error.cause;
    },
  };
}

function cut(message: string): string {
  if (bytesInJson(message) <= MAX_MESSAGE_BYTES) return message;
  let start = message.slice(0, MAX_MESSAGE_BYTES);
  while (bytesInJson(start) > MAX_MESSAGE_BYTES) start = start.slice(0, start.length * 0.8);
  return `${start} … (cut)`;
}

/** As Lambda reports it: a control character takes six bytes. */
function bytesInJson(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}
