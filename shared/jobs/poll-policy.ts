const RATIO = 0.05;
const MIN_WAIT_SECONDS = 2;
const CAP_SECONDS = 300;
const LATE_CAP_SECONDS = 900;
const LATE_AFTER_SECONDS = 9 * 24 * 3600;

const YOUNG_SECONDS = 10;
const YOUNG_PAUSE_SECONDS = 0.4;
/** Whatever the clocks say: no call polls a young job more often. */
export const POLLS_OF_YOUNG_JOB = YOUNG_SECONDS / YOUNG_PAUSE_SECONDS;

/** A window of polls is one execution of `watch-job`: about 900 of the 25,000 events of a history. */
export const POLLS_PER_WINDOW = 100;

const LEASE_MARGIN_SECONDS = 3600;
/** A poll of a server that hangs lasts as long as the function may. */
const SLOW_POLL_SECONDS = 120;
/** Three submits, the wait for the end of one that broke off, and three searches for its job. */
const CALLS_OF_SUBMIT = 7;
/** Between all of these. */
const PAUSES_OF_SUBMIT_SECONDS = 750;
/** A job operation's submit takes two minutes at most; half a minute more, until its last request is answered. */
const SUBMIT_SECONDS = 150;

/**
 * Whole seconds to wait before the next poll. 5 % of the elapsed time bounds the lag after the job's end to 5 % of its
 * length at any length; with progress, half of the estimated rest takes far fewer polls. The cap follows from job
 * records expiring on the server, and from cost after nine days.
 */
export function nextWaitSeconds(elapsedSeconds: number, percent?: number): number {
  const cap = capSeconds(elapsedSeconds);
  const usual = RATIO * elapsedSeconds;
  const isEstimable = percent !== undefined && percent > 0 && percent < 100;
  // A first guess may be far out, and the last percent may last: not more than the time so far, nor a tenth of the usual.
  const wanted = isEstimable
    ? Math.max(Math.min((elapsedSeconds * (100 - percent)) / percent / 2, elapsedSeconds), usual / 10)
    : usual;
  return Math.floor(Math.min(Math.max(wanted, MIN_WAIT_SECONDS), cap));
}

/**
 * Seconds to pause before another poll by the same call of the function; undefined for a job that is no longer young:
 * then the state machine waits, for whole seconds. Ten seconds of the function cost half of one poll's transitions there.
 * What a young job tells of its progress is not looked at.
 */
export function pauseSeconds(elapsedSeconds: number): number | undefined {
  return elapsedSeconds < YOUNG_SECONDS ? YOUNG_PAUSE_SECONDS : undefined;
}

/** When a claim may be taken over: an hour after the longest that the next window can last. */
export function leaseUntil(now: number, elapsedSeconds: number): string {
  const capAtItsEnd = capSeconds(elapsedSeconds + POLLS_PER_WINDOW * CAP_SECONDS);
  const windowSeconds = POLLS_PER_WINDOW * (capAtItsEnd + SLOW_POLL_SECONDS);
  return new Date(now + (windowSeconds + LEASE_MARGIN_SECONDS) * 1000).toISOString();
}

/**
 * Until when a claim holds before its job is known, 30 minutes for a job operation. Also how long a service stays claimed
 * after an uncertain submit. `submitSeconds`: how long the call that does the work may last.
 */
export function submitLeaseUntil(now: number, submitSeconds = SUBMIT_SECONDS): string {
  return new Date(now + (PAUSES_OF_SUBMIT_SECONDS + CALLS_OF_SUBMIT * submitSeconds) * 1000).toISOString();
}

const PAUSE_RATIO = 0.1;
const PAUSE_MIN_SECONDS = 60;
const PAUSE_CAP_SECONDS = 5400;

/**
 * Whole seconds until a run that a pause keeps waiting looks again before the pause's end, because it may be ended early.
 * A pause of three days takes about 95 looks.
 */
export function pausedWaitSeconds(pausedSeconds: number): number {
  return Math.floor(Math.min(Math.max(PAUSE_RATIO * pausedSeconds, PAUSE_MIN_SECONDS), PAUSE_CAP_SECONDS));
}

/** Twice the longest wait between two looks of a paused run. */
export const PAUSED_SILENT_MS = 2 * PAUSE_CAP_SECONDS * 1000;

/** Whole seconds between two attempts to cancel a job: longer each time, a quarter of an hour at most. */
export function cancelWaitSeconds(attempts: number): number {
  return Math.min(MIN_WAIT_SECONDS + 3 * attempts, LATE_CAP_SECONDS);
}

/** A wait of a quarter of an hour, and invocations that fail for an hour and a half. */
const CANCEL_LEASE_SECONDS = 2 * 3600;

/** Until when the service of a job that is being cancelled stays claimed: past the next attempt. */
export function cancelLeaseUntil(now: number): string {
  return new Date(now + CANCEL_LEASE_SECONDS * 1000).toISOString();
}

function capSeconds(elapsedSeconds: number): number {
  return elapsedSeconds < LATE_AFTER_SECONDS ? CAP_SECONDS : LATE_CAP_SECONDS;
}

/** State transitions at $0.025 per 1,000: three a call of the function, and those of a run's frame and of each window's. */
const TRANSITION_COST = 0.025 / 1000;
const TRANSITIONS_PER_CALL = 3;
const TRANSITIONS_PER_RUN = 30;
const TRANSITIONS_PER_WINDOW = 5;
/** A cold check-job: 300 ms of 256 MB on arm64, and the request. */
const INVOCATION_COST = 1.2e-6;
const COST_PER_SECOND = 3.3e-6;

/** US dollars, estimated from list prices, for a run before its job is asked for the first time. */
export const RUN_COST = (TRANSITIONS_PER_RUN + TRANSITIONS_PER_WINDOW) * TRANSITION_COST;

/** US dollars for one call of the function that pauses so long between its polls. */
export function callCost(pausedSeconds: number, { isHandover = false } = {}): number {
  const transitions = TRANSITIONS_PER_CALL + (isHandover ? TRANSITIONS_PER_WINDOW : 0);
  return transitions * TRANSITION_COST + INVOCATION_COST + pausedSeconds * COST_PER_SECOND;
}
