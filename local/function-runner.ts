import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// The process in which one bundled function runs, as in a Lambda sandbox. It stands in for AWS's own
// runtime client, `aws-lambda-ric`: that package compiles curl and C++ when older versions of npm install it.

/** What the host asks for. */
export interface InvokeRequest {
  requestId: string;
  payload: string;
  deadlineMs: number;
}

/** How an invocation that did not succeed is reported, as Lambda does it. */
export interface FunctionError {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}

/** What the process answers. */
export type InvokeReply = { requestId: string } & ({ payload: string } | { error: FunctionError });

const [directory = '', handlerName = ''] = process.argv.slice(2);
const loading = loadHandler();
// Reported with the first invocation; without this the process would end before.
loading.catch(() => undefined);

process.on('message', (request: InvokeRequest) => {
  void answer(request).then((reply) => process.send?.(reply));
});
// The host is gone: nobody will ask again.
process.on('disconnect', () => process.exit(0));

async function answer({ requestId, payload, deadlineMs }: InvokeRequest): Promise<InvokeReply> {
  try {
    const handler = await loading;
    const result = await handler(JSON.parse(payload), {
      awsRequestId: requestId,
      functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
      functionVersion: '$LATEST',
      invokedFunctionArn: process.env['LOCAL_FUNCTION_ARN'],
      memoryLimitInMB: process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
      callbackWaitsForEmptyEventLoop: true,
      getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
    });
    return { requestId, payload: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    return { requestId, error: describeError(error) };
  }
}

async function loadHandler(): Promise<(event: unknown, context: object) => unknown> {
  const [file = '', exportName = ''] = handlerName.split(/\.(?=[^.]*$)/);
  const path = ['.mjs', '.js', '.cjs'].map((ending) => join(directory, file + ending)).find(existsSync);
  if (path === undefined) throw runtimeError('ImportModuleError', `Cannot find module '${file}'`);
  const bundle: Record<string, unknown> = await import(pathToFileURL(path).href);
  const handler = bundle[exportName];
  if (typeof handler !== 'function')
    throw runtimeError('HandlerNotFound', `${handlerName} is undefined or not exported`);
  return (event, context) => handler(event, context);
}

function runtimeError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name: `Runtime.${name}` });
}

function describeError(error: unknown): FunctionError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}
