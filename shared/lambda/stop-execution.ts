import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { awsRequestHandler } from '../http/aws-request-handler.ts';

let kept: SFNClient | undefined;

/** Stops an execution; one that Step Functions does not know any more, or that has ended, is left as it is. */
export async function stopExecution(executionArn: string, why: { error: string; cause: string }): Promise<void> {
  kept ??= new SFNClient({ requestHandler: awsRequestHandler });
  try {
    await kept.send(new StopExecutionCommand({ executionArn, ...why }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ExecutionDoesNotExist') throw error;
  }
}
