import {
  goOn,
  JOB_IS_OVER,
  type JobDefinitionParts,
  NOTHING_SUBMITTED,
  RUN,
  release,
  TO_FAILURE,
} from './job-parts.ts';
import { turnStates } from './job-turn-states.ts';
import { lostSubmitStates, submitStates, watchStates } from './job-work-states.ts';
import { engineErrorStates, NOW, number, text, update } from './tasks.ts';

/** One run of a job operation: its turn, its submit, its watching, and what the ledger is told of it. */
export function jobDefinition(parts: JobDefinitionParts): object {
  return {
    StartAt: 'Prepare',
    TimeoutSeconds: 360 * 86_400,
    States: {
      ...turnStates(parts),
      ...submitStates(parts),
      ...lostSubmitStates(parts),
      ...watchStates(parts),
      ...endStates(parts),
    },
  };
}

function endStates({ partition, table }: JobDefinitionParts): object {
  const isError = (names: string[]) => ({
    Or: names.map((name) => ({ Variable: '$.error.Error', StringEquals: name })),
  });
  const isHolder = [
    { Variable: '$.turn', IsPresent: true },
    { Variable: '$.turn.state.outcome', StringEquals: 'holder' },
  ];
  const isSubmitted = (is: boolean) => ({ Variable: '$.watch', IsPresent: is });
  return {
    'Write the result': update(
      partition,
      table,
      RUN,
      {
        set: {
          status: text('succeeded'),
          finishedAt: text('$.watch.state.result.finishedAt'),
          polls: number('$.watch.state.polls'),
          watchingCost: number('$.watch.state.watchingCost'),
          result: text('States.JsonToString($.watch.state.result)'),
        },
      },
      { Next: 'Release the service', Catch: TO_FAILURE },
    ),
    'Release the service': release(partition, table, 'Done'),
    Done: { Type: 'Succeed', OutputPath: '$.watch.state.result' },
    ...engineErrorStates('Record the failure'),
    'Record the failure': update(
      partition,
      table,
      RUN,
      {
        set: {
          status: text('failed'),
          finishedAt: text(NOW),
          error: text('$.error.Error'),
          cause: text('$.error.Cause'),
        },
        remove: ['waitingFor'],
      },
      // The run fails by its own error, whatever becomes of the record.
      goOn('Is the job over?'),
    ),
    // Where the job may still run the service stays claimed: until it is cancelled, or the lease runs off.
    'Is the job over?': {
      Type: 'Choice',
      Choices: [
        { And: [...isHolder, isSubmitted(true), isError(JOB_IS_OVER)], Next: 'Release the service after the failure' },
        {
          And: [...isHolder, isSubmitted(false), isError(NOTHING_SUBMITTED)],
          Next: 'Release the service after the failure',
        },
      ],
      Default: 'Fail',
    },
    'Release the service after the failure': release(partition, table, 'Fail'),
    Fail: { Type: 'Fail', ErrorPath: '$.error.Error', CausePath: '$.error.Cause' },
  };
}
