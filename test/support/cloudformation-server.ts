import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';

const ACCOUNT = '111122223333';

/** What the CDK asks before it deploys: who it is, and which template is deployed as CacheOps. Everything else is refused. */
export async function startCloudFormation(t: TestContext, template: object | undefined) {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const parameters = new URLSearchParams(await text(request));
    const action = parameters.get('Action') ?? `${request.method} ${request.url}`;
    asked.push(action);
    const stack = parameters.get('StackName') ?? '';
    const isKnown = /^CacheOps$|stack\/CacheOps\//.test(stack);
    const { status, body } = answer(action, stack, isKnown ? template : undefined);
    response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return {
    /** The actions that were asked for, in their order. */
    asked,
    /** Lets the CDK find it, and nothing else. */
    environment: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${address.port}`,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'eu-west-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    },
  };
}

function answer(action: string, name: string, template: object | undefined): { status: number; body: string } {
  if (action === 'GetCallerIdentity') {
    const identity = `<Arn>arn:aws:iam::${ACCOUNT}:user/test</Arn><UserId>TEST</UserId><Account>${ACCOUNT}</Account>`;
    return { status: 200, body: result(action, 'https://sts.amazonaws.com/doc/2011-06-15/', identity) };
  }
  const cloudFormation = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';
  if (action === 'DescribeStacks' && template !== undefined) {
    const id = `arn:aws:cloudformation:eu-west-1:${ACCOUNT}:stack/CacheOps/1`;
    const stack = `<StackName>CacheOps</StackName><StackId>${id}</StackId><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>`;
    return { status: 200, body: result(action, cloudFormation, `<Stacks><member>${stack}</member></Stacks>`) };
  }
  if (action === 'DescribeStacks') return refusal('ValidationError', `Stack with id ${name} does not exist`);
  if (action === 'GetTemplate') {
    const body = JSON.stringify(template).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    return { status: 200, body: result(action, cloudFormation, `<TemplateBody>${body}</TemplateBody>`) };
  }
  return refusal('AccessDenied', `${action} is not allowed`);
}

function result(action: string, namespace: string, body: string): string {
  return `<${action}Response xmlns="${namespace}"><${action}Result>${body}</${action}Result></${action}Response>`;
}

function refusal(code: string, message: string) {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status: 400, body: `<ErrorResponse>${error}</ErrorResponse>` };
}
