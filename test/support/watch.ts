const HOUR_MS = 3_600_000;

/** A job that has just been submitted, as its state machine hands it to check-job. */
export function watchOf(job: object, more: object = {}) {
  const now = Date.now();
  return {
    status: 'running',
    job: { submittedAt: new Date(now).toISOString(), jobId: 'j1', ...job },
    deadline: new Date(now + HOUR_MS).toISOString(),
    polls: 0,
    waitSeconds: 2,
    leaseUntil: new Date(now + HOUR_MS).toISOString(),
    watchingCost: 0.001,
    jobStatus: 'esriJobSubmitted',
    ...more,
  };
}
