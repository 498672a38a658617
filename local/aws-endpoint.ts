import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import type { Database } from './database.ts';
import type { Execution } from './execution.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from './intrinsics.ts';
import type { Published } from './mail-box.ts';
import { ServiceError } from './service-error.ts';
import { answerInvoke, describeStacks, type StackServices } from './stack-services.ts';
import { startExecutionSchema } from './state-machines.ts';

/** The AWS services that functions call, on a loopback port. */
export interface AwsEndpoint {
  url: string;
  /** Creates or replaces a secret, as a rotation does: the version id changes. */
  setSecret(name: string, secretString: string): void;
  close(): Promise<void>;
}

interface Secret {
  secretString: string;
  versionId: string;
  createdAt: number;
}

/** What DescribeExecution tells of an execution. */
type Described = Pick<
  Execution,
  'name' | 'machineArn' | 'status' | 'startedAt' | 'stoppedAt' | 'input' | 'output' | 'error' | 'cause'
>;

/** What is behind the endpoint. */
export interface Services {
  start(request: z.output<typeof startExecutionSchema>): { arn: string; startedAt: number };
  /** An execution by its ARN. */
  find(arn: string): (Described & { abort?: () => void }) | undefined;
  /** DynamoDB, in its own words. */
  database: Pick<Database, 'call'>;
  /** Puts an event on the bus. */
  putEvent?: ((event: PutEvent) => Promise<void>) | undefined;
  /** Publishes on a topic. */
  publish?: ((message: Published) => Promise<void>) | undefined;
  /** What people call for a deployed stack. */
  stack?: StackServices | undefined;
}

const putEventSchema = z.object({
  Source: z.string(),
  DetailType: z.string(),
  Detail: z.string(),
  Resources: z.array(z.string()).default([]),
});

const putEventsSchema = z.object({ Entries: z.array(putEventSchema).min(1).max(10) });

export type PutEvent = z.output<typeof putEventSchema>;

/** Of DynamoDB. */
const requestSchema = z.record(z.string(), z.unknown());
const ofExecutionSchema = z.object({ executionArn: z.string() });

type Action = (request: unknown) => object | Promise<object>;

/** Secrets Manager, Step Functions and DynamoDB, in AWS's JSON protocol. */
export interface AwsServices extends Pick<AwsEndpoint, 'setSecret'> {
  /** Answers what the header `x-amz-target` and the body ask for. */
  answer(target: string, body: string): Promise<AwsAnswer>;
  /** Answers SNS, which speaks in forms and XML. */
  publish(form: string): Promise<string>;
}

export interface AwsAnswer {
  status: number;
  reply: object;
}

/** What functions call of AWS. */
export function awsServices(services: () => Services): AwsServices {
  const secrets = new Map<string, Secret>();
  const actions: Record<string, Action> = {
    'secretsmanager.GetSecretValue': (request) => getSecretValue(secrets, request),
    'AWSStepFunctions.StartExecution': (request) => {
      const { arn, startedAt } = services().start(startExecutionSchema.parse(request));
      return { executionArn: arn, startDate: startedAt / 1000 };
    },
    'AWSStepFunctions.DescribeExecution': (request) => describeExecution(services(), request),
    'AWSEvents.PutEvents': async (request) => {
      const { Entries } = putEventsSchema.parse(request);
      for (const entry of Entries) await services().putEvent?.(entry);
      return { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: randomUUID() })) };
    },
    'AWSStepFunctions.StopExecution': (request) => {
      foundExecution(services(), ofExecutionSchema.parse(request).executionArn).abort?.();
      return { stopDate: Date.now() / 1000 };
    },
  };
  return {
    answer: (target, body) => answer(target, actions[target] ?? databaseAction(services, target), body),
    async publish(body) {
      const form = new URLSearchParams(body);
      const topicArn = form.get('TopicArn') ?? '';
      const subject = form.get('Subject') ?? undefined;
      await services().publish?.({ topicArn, subject, message: form.get('Message') ?? '' });
      return `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>${randomUUID()}</MessageId></PublishResult><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></PublishResponse>`;
    },
    setSecret(name, secretString) {
      secrets.set(name, { secretString, versionId: randomUUID(), createdAt: Date.now() });
    },
  };
}

/** Serves them on a loopback port. */
export async function startAwsEndpoint(services: () => Services): Promise<AwsEndpoint> {
  const aws = awsServices(services);
  const server = createServer((request, response) => {
    serve(aws, services().stack, request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');

  return {
    url: `http://127.0.0.1:${address.port}`,
    setSecret: aws.setSecret,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function serve(
  aws: AwsServices,
  stack: StackServices | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await text(request);
  const target = request.headers['x-amz-target'];
  if (stack && (await answerInvoke(stack, request, response, body))) return;
  const form = new URLSearchParams(body);
  if (stack && form.get('Action') === 'DescribeStacks') {
    const { status, body: xml } = describeStacks(stack, form);
    response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
    return;
  }
  if (target === undefined) {
    response.writeHead(200, { 'content-type': 'text/xml' }).end(await aws.publish(body));
    return;
  }
  const { status, reply } = await aws.answer(String(target), body);
  response.writeHead(status, { 'content-type': request.headers['content-type'] }).end(JSON.stringify(reply));
}

async function answer(target: string, action: Action | undefined, body: string): Promise<AwsAnswer> {
  try {
    if (!action) throw new ServiceError('UnknownOperationException', `${target} is not served locally`);
    return { status: 200, reply: await action(JSON.parse(body)) };
  } catch (error) {
    const { name, message } =
      error instanceof ServiceError ? error : { name: 'ValidationException', message: String(error) };
    return { status: 400, reply: { __type: name, message } };
  }
}

function databaseAction(services: () => Services, target: string): Action | undefined {
  const [, action] = /^DynamoDB_\d+\.(\w+)$/.exec(target) ?? [];
  if (action === undefined) return undefined;
  return (request) => services().database.call(action, requestSchema.parse(request));
}

function foundExecution({ find }: Services, executionArn: string): NonNullable<ReturnType<Services['find']>> {
  const execution = find(executionArn);
  if (!execution) throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`);
  return execution;
}

function describeExecution(services: Services, request: unknown): object {
  const { executionArn } = ofExecutionSchema.parse(request);
  const execution = foundExecution(services, executionArn);
  const { name, machineArn, status, startedAt, stoppedAt, input, output, error, cause } = execution;
  return {
    executionArn,
    stateMachineArn: machineArn,
    name,
    status,
    startDate: startedAt / 1000,
    ...(stoppedAt === undefined ? {} : { stopDate: stoppedAt / 1000 }),
    input,
    ...(output === undefined ? {} : { output: JSON.stringify(output) }),
    error,
    cause,
  };
}

function getSecretValue(secrets: Map<string, Secret>, request: unknown): object {
  const { SecretId: name } = z.object({ SecretId: z.string() }).parse(request);
  const secret = secrets.get(name);
  if (!secret) {
    throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }
  return {
    ARN: `arn:aws:secretsmanager:${LOCAL_REGION}:${LOCAL_ACCOUNT}:secret:${name}-local0`,
    Name: name,
    VersionId: secret.versionId,
    VersionStages: ['AWSCURRENT'],
    SecretString: secret.secretString,
    CreatedDate: secret.createdAt / 1000,
  };
}
