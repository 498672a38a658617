import { nextWaitSeconds, pauseSeconds } from '../../shared/jobs/poll-policy.ts';

/** When the next poll comes of a job that has run so long: after a wait of the state machine, or within the same call. */
export type PollPolicy = (elapsedSeconds: number, polls: number) => { seconds: number; inCall?: boolean };

export interface PollSchedule {
  polls: number;
  /** Of the function: each is three transitions. */
  calls: number;
  /** Spent inside the function between two polls. */
  pausedSeconds: number;
  lagSeconds: number;
}

/** The policy of `check-job`: the first poll comes after a wait, and the same call pauses while the job is young. */
export function ourPolicy(percentAt: (elapsedSeconds: number) => number | undefined = () => undefined): PollPolicy {
  return (elapsed, polls) => {
    const pause = polls === 0 ? undefined : pauseSeconds(elapsed);
    if (pause !== undefined) return { seconds: pause, inCall: true };
    return { seconds: nextWaitSeconds(elapsed, percentAt(elapsed)) };
  };
}

/** What it takes to notice the end of a job of that length: time passes on paper only. */
export function pollSchedule(policy: PollPolicy, jobSeconds: number): PollSchedule {
  const schedule = { polls: 0, calls: 0, pausedSeconds: 0 };
  let elapsed = 0;
  do {
    const { seconds, inCall = false } = policy(elapsed, schedule.polls);
    elapsed += seconds;
    schedule.polls += 1;
    schedule.calls += inCall ? 0 : 1;
    schedule.pausedSeconds += inCall ? seconds : 0;
  } while (elapsed < jobSeconds);
  return { ...schedule, lagSeconds: elapsed - jobSeconds };
}
