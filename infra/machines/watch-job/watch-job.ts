import { errorsWith } from '../../../shared/errors.ts';
import { comment, examples } from '../examples.ts';
import { choose, type Machine, type Pass } from '../states.ts';
import { FUNCTION_RETRY, goOn, invoke, note, number, ours, type Place, text } from '../tasks.ts';

export interface WatchJobParts extends Place {
  checkArn: string;
}

/** One window of polls of one job, named `watch`. Its output says how the job stands, or by which error it ended. */
export function watchJob(parts: WatchJobParts): Machine {
  const progress = {
    jobStatus: text('$.watch.jobStatus'),
    percent: number('$.watch.percent'),
    expectedEnd: text('$.watch.expectedEnd'),
    polls: number('$.watch.polls'),
    watchingCost: number('$.watch.watchingCost'),
  };
  return {
    Comment: comment('One window of polls of one job.', examples['watch-job']),
    StartAt: 'Wait',
    States: {
      Wait: { Type: 'Wait', SecondsPath: '$.watch.waitSeconds', Next: 'Check' },
      Check: {
        ...invoke(parts, parts.checkArn, '$.watch'),
        ResultSelector: { 'watch.$': '$.Payload' },
        Retry: FUNCTION_RETRY,
        // Errors of AWS leave this machine: another window goes on with the watch.
        Catch: [
          { ErrorEquals: errorsWith('jobIsOver'), ResultPath: '$.error', Next: 'The job is over' },
          { ErrorEquals: ours(), ResultPath: '$.error', Next: 'The job may run on' },
        ],
        Next: 'Is it still running?',
      },
      'Is it still running?': choose('$.watch.status', { running: 'Wait', progressed: 'Note the progress' }, 'Done'),
      'Note the progress': note(parts, WATCHED, progress, goOn('Wait')),
      'The job is over': failed('free'),
      'The job may run on': failed('kept'),
      Done: { Type: 'Succeed', OutputPath: '$.watch' },
    },
  };
}

/** The key of the entry of the run whose job it is. */
const WATCHED = { operation: text('$.watch.run.operation'), name: text('$.watch.run.name') };

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
      'jobStatus.$': '$.watch.jobStatus',
      'polls.$': '$.watch.polls',
      'watchingCost.$': '$.watch.watchingCost',
    },
    End: true,
  };
}
