import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FunctionOutcome } from './function-process.ts';

/** What people call of AWS for a deployed stack, where functions do not. */
export interface StackServices {
  /** Of the one stack. */
  outputs: Readonly<Record<string, string>>;
  invoke(functionName: string, payload: string): Promise<FunctionOutcome>;
}

const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** Answers Lambda's Invoke, which speaks REST; false where the request is something else. */
export async function answerInvoke(
  { invoke }: StackServices,
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
  body: string,
): Promise<boolean> {
  const [, name] = INVOKE.exec(url) ?? [];
  if (method !== 'POST' || name === undefined) return false;
  const outcome = await invoke(decodeURIComponent(name), body || '{}');
  const isError = 'error' in outcome;
  response.writeHead(200, {
    'content-type': 'application/json',
    ...(isError && { 'x-amz-function-error': 'Unhandled' }),
  });
  response.end(isError ? JSON.stringify(outcome.error) : outcome.payload);
  return true;
}

const NAMESPACE = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

/** Answers CloudFormation's DescribeStacks, which speaks forms and XML. */
export function describeStacks({ outputs }: StackServices, form: URLSearchParams): { status: number; body: string } {
  const name = form.get('StackName') ?? '';
  if (name !== STACK) {
    const error = `<Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${inXml(name)} does not exist</Message></Error>`;
    return { status: 400, body: `<ErrorResponse xmlns="${NAMESPACE}">${error}</ErrorResponse>` };
  }
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${inXml(key)}</OutputKey><OutputValue>${inXml(value)}</OutputValue></member>`,
  );
  const stack = `<StackName>${STACK}</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs>`;
  const result = `<DescribeStacksResult><Stacks><member>${stack}</member></Stacks></DescribeStacksResult>`;
  return {
    status: 200,
    body: `<DescribeStacksResponse xmlns="${NAMESPACE}">${result}</DescribeStacksResponse>`,
  };
}

/** The name of the stack without a name in the settings. */
const STACK = 'CacheOps';

function inXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
