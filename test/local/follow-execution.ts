import type { Execution } from './execution.ts';
import type { Progress } from './progress.ts';

/** Shows an execution on a line of its own until it ends. */
export function followExecution(execution: Execution, label: string, progress: Progress): void {
  const line = progress.start(label);
  let watched = '';
  execution.onProgress(({ state, watch, error }) => {
    if (watch) {
      const percent = watch.percent === undefined ? '' : `, ${Math.round(watch.percent)} %`;
      watched = `: ${watch.jobStatus}${percent}, poll ${watch.polls}`;
    }
    // Between two polls the line keeps the last that is known of the job.
    if (error) line.update(`${state}: ${error}`);
    else if (watch || !watched) line.update(`${state}${watched}`);
  });
  void execution.ended.then(() => {
    const reason = execution.error ? `: ${execution.error}` : '';
    line.end(`${execution.status.toLowerCase()}${reason}`);
  });
}
