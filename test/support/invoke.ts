import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { type AwsEndpoint, startAwsEndpoint } from '../../local/aws-endpoint.ts';
import { ServiceError } from '../../local/service-error.ts';

/** Secrets Manager and Step Functions for handlers that run in this process. */
export interface TestAws {
  /** Stores a secret under a target name of its own and returns that name: what a function has cached stays apart. */
  newTarget(secret: unknown): string;
  setSecret(target: string, secret: unknown): void;
  /** Every StartExecution that arrived, refused or not. */
  readonly executions: { name?: string | undefined; input: unknown }[];
  /** Starts whose input holds the text are refused by an error of this name. */
  refusal: { errorName: string; text: string } | undefined;
  /** How every execution stands when somebody looks at it; at first each has succeeded. */
  end: ExecutionEnd;
  close(): Promise<void>;
}

/** As DescribeExecution tells it; `output` is a value and no text. `GONE`: there is no such execution. */
export interface ExecutionEnd {
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'GONE';
  output?: unknown;
  error?: string;
  cause?: string;
}

const STATE_MACHINE_ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:under-test';

/** For endpoints whose functions have no ledger. */
export const NO_DATABASE = {
  call(): never {
    throw new Error('there is no DynamoDB here');
  },
};

/** Starts the AWS endpoint and points the AWS SDK of this process at it. */
export async function startTestAws(): Promise<TestAws> {
  const executions: TestAws['executions'] = [];
  const endpoint: AwsEndpoint = await startAwsEndpoint(() => ({
    start({ name = randomUUID(), input }) {
      executions.push({ name, input: JSON.parse(input ?? '{}') });
      if (aws.refusal && input?.includes(aws.refusal.text)) throw new ServiceError(aws.refusal.errorName, 'refused');
      return { arn: `${STATE_MACHINE_ARN.replace(':stateMachine:', ':execution:')}:${name}`, startedAt: Date.now() };
    },
    find(arn) {
      const { status, ...end } = aws.end;
      if (status === 'GONE') return undefined;
      return { name: arn, machineArn: STATE_MACHINE_ARN, input: '{}', startedAt: Date.now(), status, ...end };
    },
    database: NO_DATABASE,
  }));
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint.url,
    AWS_ENDPOINT_URL_SFN: endpoint.url,
    SECRET_PREFIX: 'cache-ops/',
    STATE_MACHINE_ARN,
    MAX_DURATION_DAYS: '14',
    KEEP_DAYS: '400',
  });
  const setSecret = (target: string, secret: unknown) =>
    endpoint.setSecret(`cache-ops/${target}`, typeof secret === 'string' ? secret : JSON.stringify(secret));
  const aws: TestAws = {
    executions,
    refusal: undefined,
    end: { status: 'SUCCEEDED', output: { status: 'succeeded' } },
    setSecret,
    newTarget(secret) {
      const target = `target-${randomUUID()}`;
      setSecret(target, secret);
      return target;
    },
    close: () => endpoint.close(),
  };
  return aws;
}

type Handler = (event: unknown, context: Context) => unknown;

/** Invokes a function's handler as Lambda does, with time for everything. */
export async function invoke(handler: Handler, event: unknown, overrides: Partial<Context> = {}): Promise<unknown> {
  const context: Context = {
    callbackWaitsForEmptyEventLoop: false,
    functionName: 'under-test',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:under-test',
    memoryLimitInMB: '256',
    awsRequestId: randomUUID(),
    logGroupName: 'under-test',
    logStreamName: 'under-test',
    getRemainingTimeInMillis: () => 120_000,
    done: () => {},
    fail: () => {},
    succeed: () => {},
    ...overrides,
  };
  return await handler(event, context);
}

/** Whose work it is: a run by hand is not put off to be tried again in minutes. */
const RUN = { operation: 'under-test', name: 'by-hand-under-test' };

/** Has an operation's function do its work, as its state machine does when it is the run's turn; gives the result. */
export async function work(handler: Handler, input: unknown, overrides: Partial<Context> = {}): Promise<unknown> {
  const time = { getRemainingTimeInMillis: () => 180_000 };
  const done = await invoke(handler, { submit: input, run: RUN, attempts: 0 }, { ...time, ...overrides });
  return Object.hasOwn(Object(done), 'result') ? Object(done).result : done;
}
