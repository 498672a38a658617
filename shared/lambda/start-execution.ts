// Not by `import()` where it is needed: that keeps esbuild from joining what the two SDK clients share, and costs every
// start of the function 130 kB and 6 ms.
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { awsRequestHandler } from '../http/aws-request-handler.ts';

export interface StartedExecution {
  executionArn: string;
  consoleUrl: string;
}

/**
 * Hands a job over to its operation's state machine. The same name with the same input starts one execution only, also
 * when that one has ended since.
 */
export async function startExecution(input: unknown, name?: string): Promise<StartedExecution> {
  const stateMachineArn = process.env['STATE_MACHINE_ARN'];
  const started = { stateMachineArn, input: JSON.stringify(input), ...(name === undefined ? {} : { name }) };
  try {
    const { executionArn = '' } = await new SFNClient({ requestHandler: awsRequestHandler }).send(
      new StartExecutionCommand(started),
    );
    return { executionArn, consoleUrl: consoleUrl(executionArn) };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ExecutionAlreadyExists') throw error;
    const executionArn = `${stateMachineArn?.replace(':stateMachine:', ':execution:')}:${name}`;
    return { executionArn, consoleUrl: consoleUrl(executionArn) };
  }
}

function consoleUrl(executionArn: string): string {
  const region = executionArn.split(':')[3];
  return `https://${region}.console.aws.amazon.com/states/home?region=${region}#/v2/executions/details/${executionArn}`;
}
