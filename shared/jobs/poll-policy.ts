const RATIO = 0.05;
const MIN_WAIT_SECONDS = 2;
const CAP_SECONDS = 300;
const LATE_CAP_SECONDS = 900;
const LATE_AFTER_SECONDS = 9 * 24 * 3600;

/**
 * Whole seconds to wait before the next poll. 5 % of the elapsed time bounds the lag after the job's end to 5 % of its
 * length at any length; with progress, half of the estimated rest takes far fewer polls. The cap follows from job
 * records expiring on the server, and from cost after nine days.
 */
export function nextWaitSeconds(elapsedSeconds: number, percent?: number): number {
  const cap = elapsedSeconds < LATE_AFTER_SECONDS ? CAP_SECONDS : LATE_CAP_SECONDS;
  const isEstimable = percent !== undefined && percent > 0 && percent <= 100;
  const wanted = isEstimable ? (elapsedSeconds * (100 - percent)) / percent / 2 : RATIO * elapsedSeconds;
  return Math.floor(Math.min(Math.max(wanted, MIN_WAIT_SECONDS), cap));
}
