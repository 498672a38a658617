import { callCost } from '../../shared/jobs/poll-policy.ts';
import { ourPolicy, type PollPolicy, pollSchedule } from './poll-schedule.ts';

const TRANSITIONS_PER_CALL = 3;
/** What a Standard execution's history of 25,000 events holds at 9 events a call of the function. */
const CALLS_OF_ONE_EXECUTION = 2_777;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const PROGRESS_ERROR = 0.1;

const LENGTHS: [string, number][] = [
  ['5 s', 5],
  ['1 min', MINUTE],
  ['10 min', 10 * MINUTE],
  ['1 h', HOUR],
  ['12 h', 12 * HOUR],
  ['7 d', 7 * DAY],
  ['30 d', 30 * DAY],
];

/** For a job of that length; only a policy that is told the job's progress has a use for it. */
const POLICIES: [string, (jobSeconds: number) => PollPolicy][] = [
  ['ours', () => ourPolicy()],
  [
    'ours, progress 10 % off',
    (jobSeconds) => ourPolicy((elapsed) => Math.min(99, (100 * elapsed) / jobSeconds / (1 + PROGRESS_ERROR))),
  ],
  ['fixed 2 s', () => () => ({ seconds: 2 })],
  ['fixed 30 s', () => () => ({ seconds: 30 })],
  ['x2 backoff, cap 300 s', () => (_elapsed, polls) => ({ seconds: Math.min(300, 2 * 2 ** polls) })],
];

export interface PollRow {
  policy: string;
  job: string;
  polls: number;
  transitions: number;
  dollars: number;
  /** The mean over jobs up to a tenth longer or shorter: one length alone may hit or miss a poll by luck. */
  lagSeconds: number;
  fitsOneExecution: boolean;
}

/** What every policy does with jobs of a minute to a month, on a clock that only exists on paper. */
export function comparePollPolicies(): PollRow[] {
  return LENGTHS.flatMap(([job, jobSeconds]) =>
    POLICIES.map(([policy, policyFor]) => {
      const schedules = Array.from({ length: 41 }, (_, step) => {
        const length = jobSeconds * (0.9 + step * 0.005);
        return pollSchedule(policyFor(length), length);
      });
      const { polls, calls, pausedSeconds } = pollSchedule(policyFor(jobSeconds), jobSeconds);
      return {
        policy,
        job,
        polls,
        transitions: calls * TRANSITIONS_PER_CALL,
        dollars: calls * callCost(0) + callCost(pausedSeconds) - callCost(0),
        lagSeconds: schedules.reduce((sum, { lagSeconds }) => sum + lagSeconds, 0) / schedules.length,
        fitsOneExecution: calls <= CALLS_OF_ONE_EXECUTION,
      };
    }),
  );
}
