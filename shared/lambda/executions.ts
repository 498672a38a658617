import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { awsRequestHandler } from '../http/aws-request-handler.ts';

let kept: SFNClient | undefined;

function client(): SFNClient {
  kept ??= new SFNClient({ requestHandler: awsRequestHandler });
  return kept;
}

/** Starts a machine under a name that Step Functions makes up. */
export async function startMachine(stateMachineArn: string, input: object): Promise<void> {
  await client().send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }));
}

/**
 * Starts a machine and gives the execution's ARN. The same name with the same input starts one execution only, also when
 * that one has ended since.
 */
export async function startNamed(stateMachineArn: string, name: string, input: unknown): Promise<string> {
  try {
    const command = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
    return (await client().send(command)).executionArn ?? '';
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ExecutionAlreadyExists') throw error;
    return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  }
}

/** How an execution stands; undefined where Step Functions does not know it any more. */
export async function describeExecution(executionArn: string): Promise<DescribeExecutionOutput | undefined> {
  try {
    return await client().send(new DescribeExecutionCommand({ executionArn }));
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return undefined;
    throw error;
  }
}
