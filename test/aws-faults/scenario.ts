import type { Execution } from '../../local/execution.ts';
import type { JobPlatform, startJobPlatform } from '../support/job-platform.ts';
import type { Fault } from './faults.ts';

type Options = NonNullable<Parameters<typeof startJobPlatform>[0]>;

/** Something that is asked of the stack. */
export interface Scenario {
  name: string;
  options?: Options;
  /** How long a job takes. */
  jobSeconds: number;
  /** How many jobs may be submitted; of rasters, by each run of their machine. */
  jobs: number;
  begin: (platform: JobPlatform, seen: Seen) => Promise<Execution[]>;
  /** What must hold of it in particular; gives what does not. */
  check?: (platform: JobPlatform, seen: Seen, fault: Fault | undefined) => Promise<string[]>;
}

/** What a scenario remembers for its check. */
export interface Seen {
  /** Rasters by their keys, and when they were told of first (epoch milliseconds). */
  arrivals: Map<string, number>;
  /** Messages that the queue gave up. */
  deadLetters: string[];
}
