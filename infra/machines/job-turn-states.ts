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
  const turnInput = { 'run.$': '$.run', 'claim.$': '$.claim', 'request.$': '$.request', maxWaiting };
  const first = { ...turnInput, isNew: true, attach: {} };
  const next = { ...turnInput, isNew: false, 'attach.$': '$.turn.state.attach' };
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
    'Take a turn': runMachine(partition, takeTurnArn, first, 'turn', turnTaken),
    'Wait on for the turn': runMachine(partition, takeTurnArn, next, 'turn', turnTaken),
    'Whose turn is it?': {
      Type: 'Choice',
      Choices: [
        { Variable: '$.turn.state.outcome', StringEquals: 'holder', Next: 'Note the submit' },
        { Variable: '$.turn.state.outcome', StringEquals: 'again', Next: 'Wait on for the turn' },
        { Variable: '$.turn.state.outcome', StringEquals: 'attach', Next: 'Leave the queue' },
        { Variable: '$.turn.state.outcome', StringEquals: 'detach', Next: 'Enter the queue again' },
        { Variable: '$.turn.state.outcome', StringEquals: 'attached', Next: 'Write the attached result' },
      ],
      Default: 'Take the error of the turn',
    },
    'Take the error of the turn': {
      Type: 'Pass',
      InputPath: '$.turn.state.error',
      ResultPath: '$.error',
      Next: 'Is it an error of Step Functions?',
    },
    ...attachStates(partition, table),
  };
}

/** What the ledger is told of a run that is attached to an equal one. */
function attachStates(partition: string, table: string): object {
  return {
    // Who has attached takes no place of those that wait.
    'Leave the queue': update(
      partition,
      table,
      RUN,
      { set: { attachedTo: text('$.turn.state.attach.name') }, remove: ['waitingFor'] },
      { Next: 'Wait on for the turn', Catch: TO_FAILURE },
    ),
    'Enter the queue again': update(
      partition,
      table,
      RUN,
      { set: { waitingFor: text('$.claim') }, remove: ['attachedTo'] },
      { Next: 'Wait on for the turn', Catch: TO_FAILURE },
    ),
    'Write the attached result': update(
      partition,
      table,
      RUN,
      {
        set: {
          status: text('$.turn.state.result.status'),
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
