import { FUNCTION_RETRY, invoke } from './tasks.ts';

/** One window of polls. Ends well whatever becomes of the job, so that the run can tell how it ended. */
export function watchJobDefinition(partition: string, checkArn: string): object {
  return {
    StartAt: 'Take the watch',
    States: {
      'Take the watch': { Type: 'Pass', OutputPath: '$.watch', Next: 'Wait' },
      Wait: { Type: 'Wait', SecondsPath: '$.waitSeconds', Next: 'Check' },
      Check: {
        ...invoke(partition, checkArn, { 'Payload.$': '$' }),
        // A Catch adds to the state's input, so the watch is still there when there is no next one.
        OutputPath: '$.Payload',
        Retry: FUNCTION_RETRY,
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Ended by an error' }],
        Next: 'Is it still running?',
      },
      'Is it still running?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.status', StringEquals: 'running', Next: 'Wait' }],
        Default: 'End of the window',
      },
      'End of the window': { Type: 'Succeed' },
      'Ended by an error': {
        Type: 'Pass',
        Parameters: {
          status: 'failed',
          'error.$': '$.error',
          'polls.$': '$.polls',
          'watchingCost.$': '$.watchingCost',
        },
        End: true,
      },
    },
  };
}
