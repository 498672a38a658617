import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { type PlanSource, planSourceSchema } from '../arcgis/plan-source.ts';
import { ERRORS, InvalidInputError, isErrorName, VendorUnreachableError } from '../errors.ts';
import { BY_HAND_NAME, startedBy } from '../jobs/started-by.ts';
import { toItem } from '../ledger/attributes.ts';
import { claimOf, OPEN, queueOf } from '../ledger/entry.ts';
import { expiresAt } from '../ledger/keeping.ts';
import { runByHand, startByHand } from './by-hand.ts';
import { environment } from './environment.ts';
import { log } from './log.ts';
import type { Operation, Run } from './operation-handler.ts';
import { parseInput } from './parse-input.ts';

/** What an input asks for, told without asking the vendor. */
interface Asked {
  target: string;
  /** `Folder/Name.Type`, where the work is on one service. */
  service?: string | undefined;
  /** What a run must hold while it works; left out where runs do not get in each other's way. */
  claim?: Claiming | undefined;
  /** How a job is found again whose id was lost. */
  sought?: unknown;
  /** What a person looks for, and where, when nobody can say whether the work was done. */
  lookFor: string;
  /** Whether the work is split into units, each a job of its own. */
  isPlan?: boolean | undefined;
  /** Whether it takes one of the places for tile jobs that its target has; each unit of a plan takes its own. */
  takesPlace?: boolean | undefined;
  /** Whether somebody started by hand waits for the result, or is told where the run is. */
  waits: boolean;
}

interface Claiming {
  /** What makes two requests equal: mode, scales, area. */
  sameAs: unknown;
  /** Whether only what is submitted after a run was started has what it was started for. */
  later: boolean;
}

/** What the state machine tells of a piece of work. 0.1.0 tells no `run`. */
export interface Work {
  run?: { operation: string; name: string; waitingCost?: number | undefined } | undefined;
  /** Of a plan: the one that is to be submitted. */
  unit?: WorkUnit | undefined;
  /** Epoch milliseconds. The call that was to do it broke off, and may have done it. */
  lostSince?: number | undefined;
}

/** One unit of a plan. */
export interface WorkUnit {
  n: number;
  /** What the plan is made from. */
  source: PlanSource;
  /** ISO 8601: when its job is cancelled, though it may not have ended. */
  until?: string | undefined;
}

export interface RunParts<S extends z.ZodMiniObject> {
  operation: string;
  inputSchema: S;
  asks: (input: z.output<S>) => Asked;
  /** Does all but what would change something: gives what it would have done. */
  dryRun: (input: z.output<S>, run: Run) => Promise<object>;
  /** Looks up what a plan is made from; only where there are plans. */
  makePlan?: ((input: z.output<S>, run: Run) => Promise<object>) | undefined;
  /** Does the work: gives how it stands, with `status` first of all. */
  work: (input: z.output<S>, work: Work, run: Run) => Promise<object>;
}

const prepareSchema = z.looseObject({
  prepare: z.unknown(),
  execution: z.looseObject({ id: z.optional(z.string()), name: z.string(), startedAt: z.iso.datetime() }),
  submitSeconds: z.optional(z.number()),
});

const planSchema = z.looseObject({ makePlan: z.unknown() });

const submitSchema = z.looseObject({
  submit: z.unknown(),
  run: z.optional(
    z.looseObject({
      operation: z.string(),
      name: z.string(),
      waitingCost: z.optional(z.number()),
      unit: z.optional(z.looseObject({ n: z.int(), source: planSourceSchema, until: z.optional(z.iso.datetime()) })),
    }),
  ),
  attempts: z._default(z.number(), 0),
  lostSince: z.optional(z.iso.datetime()),
});

/**
 * An operation's function. Its state machine first has it check the input (`prepare`), and do the work when it is the
 * run's turn (`submit`). A dry run is no run: whoever starts it, it is done here and has no entry. Anything else is an input that somebody gave by hand: it goes to the state machine.
 */
export function operationOf<S extends z.ZodMiniObject>(parts: RunParts<S>): Operation {
  const { operation, inputSchema } = parts;
  return async (event, run) => {
    // Asked first: nothing that says that it is a dry run may do the work.
    if (holds(event, 'dryRun')) return await parts.dryRun(parseInput(operation, inputSchema, event), run);
    if (holds(event, 'prepare')) return prepared(parts, parseInput(operation, prepareSchema, event));
    if (holds(event, 'makePlan')) return await planMade(parts, parseInput(operation, planSchema, event), run);
    if (holds(event, 'submit')) return await submitted(parts, parseInput(operation, submitSchema, event), run);
    checkSize(operation, event);
    const { waits } = parts.asks(parseInput(operation, inputSchema, event));
    return waits ? await runByHand(event, run) : await startByHand(event, run);
  };
}

/** What the state machine writes into the ledger and claims the service with. */
function prepared<S extends z.ZodMiniObject>(
  { operation, inputSchema, asks }: RunParts<S>,
  { prepare: input, execution, submitSeconds }: z.output<typeof prepareSchema>,
) {
  checkSize(operation, input);
  const {
    target,
    service,
    claim,
    sought,
    lookFor,
    isPlan = false,
    takesPlace = false,
  } = asks(parseInput(operation, inputSchema, input));
  // Step Functions leaves fractions of a second out where they are zero; texts are compared in the queue.
  const startedAt = new Date(execution.startedAt).toISOString();
  const { name } = execution;
  const expires = expiresAt(Date.now(), environment('KEEP_DAYS').KEEP_DAYS);
  const run = {
    operation,
    name,
    id: idOf(execution.id ?? name, name),
    startedAt,
    startedBy: startedBy(name),
    ticket: `${startedAt}#${name}`,
  };
  const asked = claim && {
    claim: claimOf({ target, service }),
    request: createHash('sha256')
      .update(JSON.stringify([operation, claim.sameAs]))
      .digest('hex')
      .slice(0, 32),
    later: claim.later,
  };
  const { id: _id, ...own } = run;
  const entry = toItem({
    ...own,
    executionArn: execution.id,
    status: 'waiting',
    open: OPEN,
    target,
    service,
    input: JSON.stringify(input),
    sought: sought === undefined ? undefined : JSON.stringify(sought),
    submitSeconds,
    waitingFor: asked?.claim,
    expiresAt: expires,
  });
  // Which machine does the work: `run-job` or `run-plan`.
  const machine = isPlan ? 1 : 0;
  const told = {
    run,
    entry,
    lookFor,
    machine,
    takesPlace,
    claims: asked ? 'something' : 'nothing',
    ...(asked ?? noClaim(target)),
  };
  // A machine of 0.1.0 makes the entry itself.
  const answer =
    execution.id === undefined
      ? { run: { ...run, expiresAt: expires }, input, target, service, ...asked, sought }
      : told;
  checkSize(operation, answer, MAX_STATE_BYTES);
  return answer;
}

async function planMade<S extends z.ZodMiniObject>(
  { operation, inputSchema, makePlan }: RunParts<S>,
  { makePlan: input }: z.output<typeof planSchema>,
  run: Run,
): Promise<object> {
  if (makePlan === undefined) throw new InvalidInputError(`${operation} has no plans, nothing was done.`);
  return await makePlan(parseInput(operation, inputSchema, input), run);
}

/** For a run that claims nothing: where it stands while a pause keeps it waiting. */
function noClaim(target: string) {
  return { claim: queueOf(target), request: '', later: true };
}

/** What the names of a run's nested executions begin with: readable, and only this run's. */
function idOf(executionArn: string, name: string): string {
  const hash = createHash('sha256').update(executionArn).digest('hex').slice(0, 12);
  return `${name.replaceAll(/[^A-Za-z0-9_-]/g, '-').slice(0, 32)}-${hash}`;
}

/** Does the work. Where it may succeed in minutes and nothing was done, the machine is told to come again. */
async function submitted<S extends z.ZodMiniObject>(
  { operation, inputSchema, work }: RunParts<S>,
  { submit, run: ofRun, attempts, lostSince }: z.output<typeof submitSchema>,
  run: Run,
): Promise<object> {
  const input = parseInput(operation, inputSchema, submit);
  try {
    return await work(
      input,
      { run: ofRun, unit: ofRun?.unit, lostSince: lostSince === undefined ? undefined : Date.parse(lostSince) },
      run,
    );
  } catch (error) {
    const waitSeconds = WAITS_BEFORE_REPEAT[attempts];
    // Whoever started it by hand in Lambda waits for the answer. A search that fails says nothing of the submit before it.
    const isFinal = ofRun === undefined || ofRun.name.startsWith(BY_HAND_NAME) || lostSince !== undefined;
    if (isFinal || waitSeconds === undefined || !(error instanceof Error) || !helpsToRepeat(error)) throw error;
    log('warn', 'the work is tried again later', { operation, error: error.name, reason: error.message, waitSeconds });
    return { status: 'later', attempts: attempts + 1, waitSeconds };
  }
}

/** With the search for a lost submit they fit into the lease of a claim whose job is not known yet. */
const WAITS_BEFORE_REPEAT = [60, 120];

function helpsToRepeat(error: Error): boolean {
  if (error instanceof VendorUnreachableError && !error.passing) return false;
  return isErrorName(error.name) && ERRORS[error.name].repeatingHelps;
}

function holds(event: unknown, key: 'prepare' | 'submit' | 'makePlan' | 'dryRun'): boolean {
  return typeof event === 'object' && event !== null && Object.hasOwn(event, key);
}

const MAX_INPUT_BYTES = 100_000;
/** A state holds 256 KiB, an entry 400 KB; room for what else stands there. */
const MAX_STATE_BYTES = 240_000;

function checkSize(operation: string, value: unknown, limit = MAX_INPUT_BYTES): void {
  if (bytesOf(value) <= limit) return;
  throw new InvalidInputError(
    `The input of ${operation} is larger than ${MAX_INPUT_BYTES / 1000} kB or nested too deep, nothing was done. Give an area with fewer points, or several areas one after the other.`,
  );
}

function bytesOf(value: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(value) ?? '');
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
