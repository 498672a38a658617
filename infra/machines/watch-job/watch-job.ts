import { errorsWith } from '../../../shared/errors.ts';
import { comment, examples } from '../examples.ts';
import { choose, type Machine, type Pass } from '../states.ts';
import { FUNCTION_RETRY, goOn, invoke, note, number, ours, type Place, RUN, text } from '../tasks.ts';

export interface WatchJobParts extends Place {
  checkArn: string;
}

/** One window of polls of one job, named `watch`. Its output says how the job stands, or by which error it ended. */
export function watchJob(parts: WatchJobParts): Machine {
  const progress = {
    jobStatus: text('$.jobStatus'),
    percent: number('$.percent'),
    expectedEnd: text('$.expectedEnd'),
    polls: number('$.polls'),
    watchingCost: number('$.watchingCost'),
  };
  return {
    Comment: comment('One window of polls of one job.', examples['watch-job']),
    StartAt: 'Take the watch',
    States: {
      'Take the watch': { Type: 'Pass', OutputPath: '$.watch', Next: 'Wait' },
      Wait: { Type: 'Wait', SecondsPath: '$.waitSeconds', Next: 'Check' },
      Check: {
        ...invoke(parts, parts.checkArn, '$'),
        OutputPath: '$.Payload',
        Retry: FUNCTION_RETRY,
        // Errors of AWS leave this machine: another window goes on with the watch.
        Catch: [
          { ErrorEquals: errorsWith('jobIsOver'), ResultPath: '$.error', Next: 'The job is over' },
          { ErrorEquals: ours(), ResultPath: '$.error', Next: 'The job may run on' },
        ],
        Next: 'Is it still running?',
      },
      'Is it still running?': choose('$.status', { running: 'Wait', progressed: 'Note the progress' }, 'Done'),
      'Note the progress': note(parts, RUN, progress, goOn('Wait')),
      'The job is over': failed('free'),
      'The job may run on': failed('kept'),
      Done: { Type: 'Succeed' },
    },
  };
}

/** `error` is for the machines of 0.1.0. */
function failed(service: 'free' | 'kept'): Pass {
  return {
    Type: 'Pass',
    Parameters: {
      status: 'failed',
      service,
      'Error.$': '$.error.Error',
      'Cause.$': '$.error.Cause',
      'error.$': '$.error',
      'jobStatus.$': '$.jobStatus',
      'polls.$': '$.polls',
      'watchingCost.$': '$.watchingCost',
    },
    Next: 'Done',
  };
}
