/** Seconds until the next poll of a job that has run so long. */
export type PollPolicy = (elapsedSeconds: number, polls: number) => number;

/** What it takes to notice the end of a job of that length: time passes on paper only. */
export function pollSchedule(policy: PollPolicy, jobSeconds: number): { polls: number; lagSeconds: number } {
  let elapsed = 0;
  let polls = 0;
  do {
    elapsed += policy(elapsed, polls);
    polls += 1;
  } while (elapsed < jobSeconds);
  return { polls, lagSeconds: elapsed - jobSeconds };
}
