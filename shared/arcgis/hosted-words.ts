import type { JobState } from '../jobs/job-state.ts';

/** A map: a server's word may be one that every object knows, such as `constructor`. In small letters, without what is between. */
const OUTCOMES: ReadonlyMap<string, JobState['outcome']> = new Map([
  ['submitted', 'running'],
  ['inprogress', 'running'],
  ['done', 'succeeded'],
  ['canceled', 'cancelled'],
  ['cancelled', 'cancelled'],
  ['partialerror', 'partly'],
  ['error', 'failed'],
  ['failed', 'failed'],
]);

/**
 * How a job of a hosted service stands (page "Job Statistics" of ArcGIS Online, which writes its words as `InProgress` and in
 * its examples in capitals); undefined for any other word.
 */
export function hostedOutcome(jobStatus: string): JobState['outcome'] | undefined {
  return OUTCOMES.get(jobStatus.toLowerCase().replaceAll(/[^a-z]/g, ''));
}

export function hasHostedJobEnded(jobStatus: string): boolean {
  return (hostedOutcome(jobStatus) ?? 'running') !== 'running';
}

/** Whether an answer says that what was asked for is done: `"true"` is text in an example of ArcGIS Online's pages. */
export function isDone(answer: Record<string, unknown>): boolean {
  return /^true$/i.test(String(answer['success'])) || /^success$/i.test(String(answer['status']));
}
