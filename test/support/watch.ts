const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A job that was submitted a minute ago, so is no longer young, as its state machine hands it to check-job. */
export function watchOf(job: object, more: object = {}) {
  const now = Date.now();
  return {
    status: 'running',
    job: { submittedAt: new Date(now - MINUTE_MS).toISOString(), jobId: 'j1', ...job },
    deadline: new Date(now + HOUR_MS).toISOString(),
    polls: 0,
    waitSeconds: 2,
    leaseUntil: new Date(now + HOUR_MS).toISOString(),
    watchingCost: 0.001,
    jobStatus: 'esriJobSubmitted',
    ...more,
  };
}
