type Fields = Record<string, unknown>;

export const TASK_PATH = 'rest/services/System/CachingTools/GPServer/DeleteCache';

/** Below the site; from a whole address, as version 0.1.0 kept it, what is below whatever site it names. */
function taskPathOf({ taskPath, taskUrl }: Fields): unknown {
  if (taskPath !== undefined || typeof taskUrl !== 'string') return taskPath;
  return taskUrl.slice(Math.max(0, taskUrl.indexOf('/rest/services/') + 1));
}

/** Whether it names a job of a site. */
export function isJob(job: Fields): boolean {
  const { jobId } = job;
  const path = taskPathOf(job);
  const isBelow = typeof path === 'string' && path.startsWith('rest/services/');
  return isBelow && typeof jobId === 'string' && !['', '.', '..'].includes(jobId);
}

/** The job's path by its decoded segments. */
export function jobSegments(job: Fields): unknown[] {
  return [...String(taskPathOf(job)).split('/').map(decodeURIComponent), 'jobs', job['jobId']];
}

/** `rest/services/F/N/GPServer/…` as the Admin API has its jobs: `admin/services/F/N.GPServer/jobs`. */
export function adminJobs(segments: unknown[]): unknown[] {
  const service = segments.slice(2, segments.lastIndexOf('GPServer'));
  return ['admin', 'services', ...service.slice(0, -1), `${service.at(-1)}.GPServer`, 'jobs'];
}
