import type { Execution } from '../../local/execution.ts';
import { type JobPlatform, startJobPlatform } from '../support/job-platform.ts';
import { withoutLog } from '../support/without-log.ts';
import { isMinded } from './arrivals.ts';
import { type Fault, FaultyAws, type Site } from './faults.ts';
import { judge } from './judge.ts';
import type { Scenario, Seen } from './scenario.ts';
import { renewClients } from './sdk.ts';

const SHORT_JOB_SECONDS = 900;
const HOUR_SECONDS = 3600;
/** Enough for an outage of two hours, the sweep after it, and the longest lease. */
const MAX_HOURS = 40;

export interface CellReport {
  scenario: string;
  fault?: Fault;
  /** How each run ended, in its entry's words. */
  ends: string[];
  problems: string[];
  sites: Site[];
}

/** Plays a scenario to its end, with one fault or with none, and judges what became of it. */
export async function runCell(scenario: Scenario, fault?: Fault): Promise<CellReport> {
  let platform: JobPlatform | undefined;
  const aws = new FaultyAws(fault, () => {
    if (platform === undefined) throw new Error('the platform is not there yet');
    return platform.clock;
  });
  const shown = withoutLog();
  renewClients(aws.s3);
  try {
    platform = await startJobPlatform({
      ...scenario.options,
      emulator: { ...scenario.options?.emulator, ...siteFor(scenario, fault) },
      virtualFrom: nextDay(),
      troubles: aws,
    });
    const endRules = platform.fireRules();
    const seen: Seen = { arrivals: new Map(), deadLetters: [] };
    const executions = await scenario.begin(platform, seen);
    await settled(platform, aws);
    endRules();
    const { ends, problems } = await judge(platform, scenario, { executions, seen, fault });
    return {
      scenario: scenario.name,
      ...(fault && { fault }),
      ends,
      problems: fault !== undefined && aws.hits === 0 ? ['the call was not made', ...problems] : problems,
      sites: [...aws.sites.values()],
    };
  } finally {
    await platform?.close();
    shown();
  }
}

/**
 * What passes at once needs no job that outlives it, but where it is watched or cancelled, and where a function that
 * comes each hour is to find it at work.
 */
function siteFor({ jobSeconds }: Scenario, fault: Fault | undefined): { jobSeconds: number } {
  const isShort = fault?.duration === 'once' && !/^(watch-job|cancel-run|the function)/.test(fault.site.place);
  return { jobSeconds: isShort ? Math.min(jobSeconds, SHORT_JOB_SECONDS) : jobSeconds };
}

/** Until nothing runs and no entry is open: hour after hour, with what is done each hour. */
async function settled(platform: JobPlatform, aws: FaultyAws): Promise<void> {
  for (let hour = 0; hour < MAX_HOURS; hour += 1) {
    await platform.idle();
    await aws.idle();
    const isQuiet = platform.stateMachines.executions.every(({ status }: Execution) => status !== 'RUNNING');
    const entries = await platform.ledger.entries();
    if (isQuiet && entries.every(({ open }) => open === undefined) && !isMinded(entries)) return;
    await platform.clock.after(HOUR_SECONDS, () => undefined);
  }
}

let days = 0;

/** Functions keep secrets for minutes by the names of their targets: each cell has a day of its own. */
function nextDay(): string {
  days += 1;
  return new Date(Date.UTC(2026, 0, days)).toISOString();
}
