import type { Unsent } from '../http/unsent.ts';
import { goodEnd } from '../ledger/transitions.ts';
import type { Vendor } from '../targets/read-target.ts';
import { wouldSend } from './dry-run.ts';
import type { Operation, Run } from './operation-handler.ts';
import { type InputOf, type InputSchema, operationOf } from './run-events.ts';

/** The function has so much more time than its work: for a start by hand, which waits for the run. */
const WAITING_MS = 60_000;

const NOTHING_MORE = { told: {}, unnamed: 0 };

interface Result {
  status: 'succeeded';
  notes?: string[];
  /** Of a dry run: what else is told of it, and how many requests there would be besides those that it has named. */
  dryRun?: { told: object; unnamed: number };
}

interface ImmediateOperation<S extends InputSchema> {
  operation: string;
  /** What its targets are. @defaultValue `arcgis` */
  vendor?: Vendor;
  inputSchema: S;
  /** Whether two runs of one target must not be at work at the same time. */
  oneAtATime?: boolean;
  work: (input: InputOf<S>, run: Run) => Promise<Result>;
}

/** An operation that has done its work when its function returns. The work may be done twice without harm. */
export function immediateOperation<S extends InputSchema>(parts: ImmediateOperation<S>): Operation {
  const { operation, vendor, inputSchema, oneAtATime = false, work } = parts;
  return operationOf({
    operation,
    vendor,
    inputSchema,
    asks(input) {
      // What changed after another run had begun may not be in what that one did.
      const claim = oneAtATime ? { sameAs: input, later: true } : undefined;
      return { target: input.target, claim, lookFor: `what was done on target ${input.target}`, waits: true };
    },
    async dryRun(input, run) {
      const unsent: Unsent[] = [];
      const { notes, dryRun: { told: more, unnamed } = NOTHING_MORE } = await work(input, { ...run, unsent });
      const told = notes === undefined ? {} : { notes };
      return {
        operation,
        target: input.target,
        status: 'planned',
        ...wouldSend(unsent, unsent.length + unnamed),
        ...more,
        ...told,
      };
    },
    async work(input, _work, run) {
      const result = await work(input, { ...run, deadline: run.deadline - WAITING_MS });
      return { status: 'succeeded', service: 'free', result, write: goodEnd(result, { now: Date.now() }) };
    },
  });
}
