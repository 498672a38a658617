import { type JobDefinitionParts, RUN, TO_FAILURE } from './job-parts.ts';
import { FUNCTION_RETRY, invoke, LEDGER_RETRY, NOW, number, runMachine, text, update } from './tasks.ts';

/** Checks the input, enters the run into the ledger and waits until the service is its own. */
export function turnStates({ partition, table, submitArn, takeTurnArn, maxWaiting }: JobDefinitionParts): object {
  const execution = { 'name.$': '$$.Execution.Name', 'startedAt.$': '$$.Execution.StartTime' };
  const entry = {
    ...RUN,
    startedAt: text('$.run.startedAt'),
    startedBy: text('$.run.startedBy'),
    expiresAt: number('$.run.expiresAt'),
    ticket: text('$.run.ticket'),
    waitingFor: text('$.claim'),
    target: text('$.target'),
    service: text('$.service'),
    input: text('States.JsonToString($.input)'),
    sought: text('States.JsonToString($.sought)'),
    status: text('waiting'),
  };
  const turnInput = (isNew: boolean) => ({
    'run.$': '$.run',
    'claim.$': '$.claim',
    'request.$': '$.request',
    maxWaiting,
    isNew,
  });
  const turnTaken = { Next: 'Whose turn is it?', Catch: TO_FAILURE };
  return {
    Prepare: {
      ...invoke(partition, submitArn, { Payload: { 'prepare.$': '$', execution } }),
      OutputPath: '$.Payload',
      Retry: FUNCTION_RETRY,
      Next: 'Enter the ledger',
    },
    'Enter the ledger': {
      Type: 'Task',
      Resource: `arn:${partition}:states:::dynamodb:putItem`,
      Parameters: { TableName: table, Item: entry },
      ResultPath: null,
      Retry: LEDGER_RETRY,
      Next: 'Take a turn',
    },
    'Take a turn': runMachine(partition, takeTurnArn, turnInput(true), 'turn', turnTaken),
    'Wait on for the turn': runMachine(partition, takeTurnArn, turnInput(false), 'turn', turnTaken),
    'Whose turn is it?': {
      Type: 'Choice',
      Choices: [
        { Variable: '$.turn.state.outcome', StringEquals: 'holder', Next: 'Note the submit' },
        { Variable: '$.turn.state.outcome', StringEquals: 'again', Next: 'Wait on for the turn' },
        { Variable: '$.turn.state.outcome', StringEquals: 'attached', Next: 'Write the attached result' },
      ],
      Default: 'Take the error of the turn',
    },
    'Take the error of the turn': {
      Type: 'Pass',
      InputPath: '$.turn.state.error',
      ResultPath: '$.error',
      Next: 'Record the failure',
    },
    'Write the attached result': update(
      partition,
      table,
      RUN,
      {
        set: {
          status: text('succeeded'),
          finishedAt: text(NOW),
          attachedTo: text('$.turn.state.result.attachedTo'),
          result: text('States.JsonToString($.turn.state.result)'),
        },
        remove: ['waitingFor'],
      },
      { Next: 'Done as the other', Catch: TO_FAILURE },
    ),
    'Done as the other': { Type: 'Succeed', OutputPath: '$.turn.state.result' },
  };
}
