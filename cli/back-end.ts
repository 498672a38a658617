import type { KeptEntry } from '../local/ledger.ts';
import type { OperationOutcome } from '../local/operation-outcome.ts';
import type { Runs } from './find-run.ts';

/** What `pause` is asked for. */
export interface Pausing {
  target: string;
  until: string;
  reason: string;
  cancel?: boolean;
}

/** Where the commands do their work: this machine, or a deployed stack. */
export interface BackEnd extends Runs {
  /** Every pause that was set, also those that are past. */
  pauses(): Promise<KeptEntry[]>;
  /** Runs an operation as it would be started by hand, to its end. */
  operate(operation: string, input: unknown): Promise<OperationOutcome>;
  /** Has a run stopped that is at work; does not wait for what becomes of its job. */
  stop(run: KeptEntry): Promise<void>;
  /** Runs the machine `pause-site`. */
  pause(pausing: Pausing): Promise<OperationOutcome>;
  /** Invokes the function `check-target`. */
  checkTarget(target: string): Promise<OperationOutcome>;
}
