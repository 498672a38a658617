import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Clock } from './clock.ts';
import type { CloudFront } from './cloud-front.ts';
import type { Database } from './database.ts';
import type { Execution } from './execution.ts';
import type { FunctionOutcome } from './function-process.ts';
import { checkPayloadSize } from './payload-size.ts';
import { ServiceError } from './service-error.ts';
import type { StartExecution } from './state-machines.ts';
import type { Json } from './state-player.ts';

/** Stands for an input of `null` inside the interpreter, whose paths find nothing in a real one. */
export const NULL_INPUT = 'null as the input of an execution';

export interface TaskServices {
  clock: Clock;
  invoke: (functionName: string, payload: string) => Promise<FunctionOutcome>;
  /** Absent where the stack has no table. */
  database?: Pick<Database, 'call'> | undefined;
  /** Puts a message into a queue. */
  send?: ((queueUrl: string, body: string) => Promise<void>) | undefined;
  start: (request: StartExecution, parent?: Execution) => Execution;
  cloudFront: Pick<CloudFront, 'createInvalidation'>;
}

const requestSchema = z.record(z.string(), z.unknown());
const invocationSchema = z.object({ FunctionName: z.string(), Payload: z.unknown().optional() });
const messageSchema = z.object({ QueueUrl: z.string(), MessageBody: z.string() });
const startSchema = z.object({
  StateMachineArn: z.string(),
  Name: z.string().optional(),
  Input: z.unknown().optional(),
});

/** Does what a task's resource says, with the services of the platform. */
export async function runTask(
  resource: string,
  parameters: unknown,
  execution: Execution,
  services: TaskServices,
): Promise<Json> {
  const [, action] = /^arn:aws:states:::(?:aws-sdk:)?dynamodb:(\w+)$/.exec(resource) ?? [];
  if (action !== undefined) return callDatabase(resource, action, parameters, services);
  switch (resource) {
    case 'arn:aws:states:::lambda:invoke': {
      const { FunctionName: name, Payload: payload } = invocationSchema.parse(parameters);
      const result = await invoke(name, payload, services);
      execution.tell({ result });
      return { ExecutedVersion: '$LATEST', StatusCode: 200, Payload: result };
    }
    case 'arn:aws:states:::sqs:sendMessage': {
      const { QueueUrl, MessageBody } = messageSchema.parse(parameters);
      await services.send?.(QueueUrl, MessageBody);
      return { MessageId: randomUUID() };
    }
    case 'arn:aws:states:::states:startExecution': {
      const { arn, startedAt } = startFromTask(parameters, services);
      return { ExecutionArn: arn, StartDate: startedAt / 1000 };
    }
    case 'arn:aws:states:::states:startExecution.sync:2':
      return runToEnd(startFromTask(parameters, services, execution), services.clock);
    case 'arn:aws:states:::aws-sdk:cloudfront:createInvalidation':
      return invalidate(parameters, services);
    default:
      if (resource.startsWith('arn:aws:lambda:')) return invoke(resource, parameters, services);
      throw new Error(`The local platform does not run the task resource ${resource}`);
  }
}

/** A function's error becomes the state's: its type the Error, all of it the Cause. */
async function invoke(functionName: string, payload: unknown, services: TaskServices): Promise<Json> {
  const outcome = await services.invoke(functionName, JSON.stringify(payload, restoreNull) ?? 'null');
  if ('error' in outcome) throw new ServiceError(outcome.error.errorType, JSON.stringify(outcome.error));
  checkPayloadSize(outcome.payload, `The result of ${functionName}`);
  return JSON.parse(outcome.payload);
}

/** The optimized integration and the one by the SDK name errors differently, and what they do not know by its family. */
async function callDatabase(
  resource: string,
  action: string,
  parameters: unknown,
  { database }: TaskServices,
): Promise<Json> {
  if (!database) throw new Error(`The stack has no table for ${resource}`);
  const [prefix, family] = resource.includes(':aws-sdk:')
    ? ['DynamoDb', 'DynamoDbException']
    : ['DynamoDB', 'AmazonDynamoDBException'];
  const request = requestSchema.parse(parameters);
  try {
    const result = JSON.stringify(
      await database.call(
        action.replace(/^./, (first) => first.toUpperCase()),
        request,
      ),
    );
    checkPayloadSize(result, `The result of ${resource}`);
    return JSON.parse(result);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.name.startsWith('States.')) throw error;
    throw new ServiceError(`${prefix}.${error.name === 'ValidationException' ? family : error.name}`, error.message);
  }
}

/** Errors have the names of the SDK's classes; those that it has no class for, such as throttling, one for all. */
const CLOUD_FRONT_CLASSES = [
  'AccessDenied',
  'BatchTooLarge',
  'InconsistentQuantities',
  'InvalidArgument',
  'InvalidationBatchAlreadyExists',
  'MissingBody',
  'NoSuchDistribution',
  'TooManyInvalidationsInProgress',
];

function invalidate(parameters: unknown, { cloudFront }: TaskServices): Json {
  try {
    return JSON.parse(JSON.stringify(cloudFront.createInvalidation(parameters)));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const name = CLOUD_FRONT_CLASSES.includes(error.name) ? `${error.name}Exception` : 'CloudFrontException';
    throw new ServiceError(`CloudFront.${name}`, error.message);
  }
}

function startFromTask(parameters: unknown, { start }: TaskServices, parent?: Execution): Execution {
  const { StateMachineArn, Name, Input } = startSchema.parse(parameters);
  const input = typeof Input === 'string' ? Input : JSON.stringify(Input ?? {});
  try {
    return start({ stateMachineArn: StateMachineArn, name: Name, input }, parent);
  } catch (error) {
    if (error instanceof ServiceError) throw new ServiceError(`StepFunctions.${error.name}Exception`, error.message);
    throw error;
  }
}

async function runToEnd(execution: Execution, clock: Clock): Promise<Json> {
  await clock.waitFor(execution.ended);
  const { arn, name, machineArn, input, startedAt, stoppedAt = startedAt, status, output, error, cause } = execution;
  const description = {
    ExecutionArn: arn,
    Input: JSON.parse(input),
    Name: name,
    StartDate: startedAt,
    StateMachineArn: machineArn,
    Status: status,
    StopDate: stoppedAt,
  };
  if (status === 'SUCCEEDED') return JSON.parse(JSON.stringify({ ...description, Output: output }));
  throw new ServiceError('States.TaskFailed', JSON.stringify({ ...description, Error: error, Cause: cause }));
}

/** For `JSON.stringify`: what stands for null inside the interpreter is null outside. */
export function restoreNull(_key: string, value: unknown): unknown {
  return value === NULL_INPUT ? null : value;
}
