import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { LOCAL_ACCOUNT, LOCAL_REGION } from './intrinsics.ts';
import { ServiceError } from './service-error.ts';
import { startExecutionSchema } from './state-machines.ts';

/** The two AWS services that functions call, on a loopback port. */
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

interface ExecutionStarter {
  start(request: z.output<typeof startExecutionSchema>): { arn: string; startedAt: number };
}

/** Serves Secrets Manager's GetSecretValue and Step Functions' StartExecution, in AWS's JSON protocol. */
export async function startAwsEndpoint(stateMachines: ExecutionStarter): Promise<AwsEndpoint> {
  const secrets = new Map<string, Secret>();
  const actions: Record<string, (request: unknown) => object> = {
    'secretsmanager.GetSecretValue': (request) => getSecretValue(secrets, request),
    'AWSStepFunctions.StartExecution': (request) => {
      const { arn, startedAt } = stateMachines.start(startExecutionSchema.parse(request));
      return { executionArn: arn, startDate: startedAt / 1000 };
    },
  };
  const server = createServer((request, response) => {
    answer(actions, request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');

  return {
    url: `http://127.0.0.1:${address.port}`,
    setSecret(name, secretString) {
      secrets.set(name, { secretString, versionId: randomUUID(), createdAt: Date.now() });
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answer(
  actions: Record<string, (request: unknown) => object>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await text(request);
  const target = String(request.headers['x-amz-target']);
  const send = (status: number, reply: object) =>
    response.writeHead(status, { 'content-type': request.headers['content-type'] }).end(JSON.stringify(reply));
  try {
    const action = actions[target];
    if (!action) throw new ServiceError('UnknownOperationException', `${target} is not served locally`);
    send(200, action(JSON.parse(body)));
  } catch (error) {
    if (error instanceof ServiceError) send(400, { __type: error.name, message: error.message });
    else send(400, { __type: 'ValidationException', message: String(error) });
  }
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
