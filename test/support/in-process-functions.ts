import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import * as z from 'zod';
import { jobWatcher, type Pause } from '../../functions/check-job/operation.ts';
import { pascalCase } from '../../infra/operations.ts';
import type { FunctionOutcome } from '../../local/function-process.ts';
import type { FunctionResource } from '../../local/template.ts';
import { operationHandler } from '../../shared/lambda/operation-handler.ts';
import { invoke } from './invoke.ts';

/** An invocation, before the function runs or after it. */
export interface Invocation {
  /** The function's folder. */
  functionName: string;
  event: unknown;
  moment: 'before' | 'after';
  /** What the function gave or threw; only after it. */
  outcome?: FunctionOutcome;
}

/** Whatever a listener throws is the error of the invocation. */
export type InvocationListener = (invocation: Invocation) => Promise<void> | void;

const FOLDERS = new URL('../../functions/', import.meta.url);
type Handler = Parameters<typeof invoke>[0];
const handlerSchema = z.object({ handler: z.custom<Handler>((value) => typeof value === 'function') });

/**
 * Invokes the functions of the template in this process: the handlers themselves, not their bundles. `check-job` pauses
 * by the platform's clock.
 */
export function inProcessFunctions(
  resources: FunctionResource[],
  listeners: Set<InvocationListener>,
  pause: Pause,
  moreEnvironment: Record<string, string> = {},
) {
  const checkJob = operationHandler('check-job', jobWatcher(pause));
  const folders = readdirSync(FOLDERS).map((folder) => ({ folder, prefix: `${pascalCase(folder)}Function` }));
  const byName = new Map(
    resources.flatMap((resource) => [
      [resource.name, resource],
      [resource.arn, resource],
    ]),
  );
  return async (nameOrArn: string, payload: string): Promise<FunctionOutcome> => {
    const resource = byName.get(nameOrArn);
    if (!resource) throw new Error(`no function ${nameOrArn} in the template`);
    const functionName = folders.find(({ prefix }) => resource.name.startsWith(prefix))?.folder;
    if (functionName === undefined) throw new Error(`no folder for ${resource.name}`);
    const event: unknown = JSON.parse(payload);
    const tell = async (invocation: Pick<Invocation, 'moment' | 'outcome'>) => {
      for (const listener of listeners) await listener({ functionName, event, ...invocation });
    };
    try {
      await tell({ moment: 'before' });
      const handler = functionName === 'check-job' ? checkJob : await handlerOf(functionName);
      // The functions of one stack share their values but for STATE_MACHINE_ARN, which is read at once.
      Object.assign(process.env, resource.Environment.Variables, moreEnvironment);
      const outcome = await run(resource, handler, event);
      await tell({ moment: 'after', outcome });
      return outcome;
    } catch (error) {
      return failure(error);
    }
  };
}

const handlers = new Map<string, Promise<Handler>>();

function handlerOf(functionName: string): Promise<Handler> {
  const known = handlers.get(functionName) ?? loaded(functionName);
  handlers.set(functionName, known);
  return known;
}

async function loaded(functionName: string): Promise<Handler> {
  return handlerSchema.parse(await import(new URL(`${functionName}/handler.ts`, FOLDERS).href)).handler;
}

async function run(resource: FunctionResource, handler: Handler, event: unknown): Promise<FunctionOutcome> {
  const startedAt = performance.now();
  const getRemainingTimeInMillis = () => resource.Timeout * 1000 - (performance.now() - startedAt);
  try {
    const result = await invoke(handler, event, { awsRequestId: randomUUID(), getRemainingTimeInMillis });
    return { payload: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): FunctionOutcome {
  const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  return { error: { errorType: name, errorMessage: message, trace: stack.split('\n') }, log: [] };
}
