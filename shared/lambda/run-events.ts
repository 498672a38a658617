import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { ERRORS, InvalidInputError, isErrorName, VendorUnreachableError } from '../errors.ts';
import { BY_HAND_NAME, startedBy } from '../jobs/started-by.ts';
import { toItem } from '../ledger/attributes.ts';
import { idOf } from '../ledger/child-runs.ts';
import { claimOf, OPEN, queueOf, SEVERAL_TARGETS } from '../ledger/entry.ts';
import { expiresAt } from '../ledger/keeping.ts';
import type { Vendor } from '../targets/read-target.ts';
import { isOfOne, namesOf, type OfOne } from '../targets/target-list.ts';
import { runByHand, startByHand } from './by-hand.ts';
import { checkSize, MAX_STATE_BYTES } from './check-size.ts';
import { environment } from './environment.ts';
import { log } from './log.ts';
import type { Operation, Run } from './operation-handler.ts';
import { parseInput } from './parse-input.ts';
import { type Looked, ofPlans, planSchema, proveSchema } from './plan-events.ts';
import { assertTargets, dryRunOfSeveral } from './several-targets.ts';
import { withoutParent } from './without-parent.ts';
import { type WorkUnit, workUnitSchema } from './work-unit.ts';

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

/** The schema of an operation's input, for one target or for several. */
export type InputSchema = z.ZodMiniObject & z.ZodMiniType<{ target: string | string[] }>;

/** What a schema makes of an input for one target. */
export type InputOf<S extends InputSchema> = OfOne<z.output<S>>;

export interface RunParts<S extends InputSchema> {
  operation: string;
  /** What its targets are. @defaultValue `arcgis` */
  vendor?: Vendor | undefined;
  inputSchema: S;
  asks: (input: InputOf<S>) => Asked;
  /** Does all but what would change something: gives what it would have done. */
  dryRun: (input: InputOf<S>, run: Run) => Promise<object>;
  /** Looks up what a plan is made from; only where there are plans. */
  makePlan?: ((input: InputOf<S>, run: Run) => Promise<object>) | undefined;
  /** Looks again at tiles that were looked at before a plan; only where there are plans. */
  prove?: ((looked: Looked, run: Run) => Promise<object>) | undefined;
  /** Does the work: gives how it stands, with `status` first of all. */
  work: (input: InputOf<S>, work: Work, run: Run) => Promise<object>;
}

const prepareSchema = z.looseObject({
  prepare: z.unknown(),
  execution: z.looseObject({ id: z.optional(z.string()), name: z.string(), startedAt: z.iso.datetime() }),
  submitSeconds: z.optional(z.number()),
});

const submitSchema = z.looseObject({
  submit: z.unknown(),
  run: z.optional(
    z.looseObject({
      operation: z.string(),
      name: z.string(),
      waitingCost: z.optional(z.number()),
      unit: z.optional(workUnitSchema),
    }),
  ),
  attempts: z._default(z.number(), 0),
  lostSince: z.optional(z.iso.datetime()),
});

/**
 * An operation's function. Its state machine first has it check the input (`prepare`), and do the work when it is the
 * run's turn (`submit`). A dry run is no run: whoever starts it, it is done here and has no entry. Anything else is an input that somebody gave by hand: it goes to the state machine.
 */
export function operationOf<S extends InputSchema>(parts: RunParts<S>): Operation {
  const { operation, inputSchema } = parts;
  return async (event, run) => {
    // Asked first: nothing that says that it is a dry run may do the work.
    if (holds(event, 'dryRun')) return await dryRunOf(parts, parseInput(operation, inputSchema, event), run);
    if (holds(event, 'prepare')) return await prepared(parts, parseInput(operation, prepareSchema, event));
    if (holds(event, 'makePlan')) {
      const { makePlan } = parseInput(operation, planSchema, event);
      return await ofPlans(operation, parts.makePlan)(
        await ofFirst(parts, parseInput(operation, inputSchema, makePlan)),
        run,
      );
    }
    if (holds(event, 'prove'))
      return await ofPlans(operation, parts.prove)(parseInput(operation, proveSchema, event).prove, run);
    if (holds(event, 'submit')) return await submitted(parts, parseInput(operation, submitSchema, event), run);
    checkSize(operation, event);
    const { waits } = parts.asks(await ofFirst(parts, parseInput(operation, inputSchema, event)));
    return waits ? await runByHand(event, run) : await startByHand(event, run);
  };
}

/** The input for the first of its targets: what does not depend on the target is the same for all. */
async function ofFirst<S extends InputSchema>(
  { vendor = 'arcgis' }: RunParts<S>,
  input: z.output<S>,
): Promise<InputOf<S>> {
  if (isOfOne(input)) return input;
  const names = namesOf(input);
  await assertTargets(names, vendor);
  return { ...input, target: names[0] ?? '' };
}

async function dryRunOf<S extends InputSchema>(parts: RunParts<S>, input: z.output<S>, run: Run): Promise<object> {
  if (isOfOne(input)) return await parts.dryRun(input, run);
  await ofFirst(parts, input);
  return await dryRunOfSeveral(parts.operation, namesOf(input), (target) => parts.dryRun({ ...input, target }, run));
}

/** What the state machine writes into the ledger and claims the service with. */
async function prepared<S extends InputSchema>(
  parts: RunParts<S>,
  { prepare, execution, submitSeconds }: z.output<typeof prepareSchema>,
) {
  const { operation, inputSchema } = parts;
  const { input, parent } = withoutParent(prepare, operation, execution.id);
  checkSize(operation, input);
  const parsed = parseInput(operation, inputSchema, input);
  const isList = !isOfOne(parsed);
  const asked = parts.asks(await ofFirst(parts, parsed));
  const { service, claim, sought, lookFor } = isList ? { ...asked, claim: undefined, sought: undefined } : asked;
  const { isPlan = false, takesPlace = false } = asked;
  const target = isList ? SEVERAL_TARGETS : asked.target;
  // Step Functions leaves fractions of a second out where they are zero; texts are compared in the queue.
  const startedAt = new Date(execution.startedAt).toISOString();
  const { name } = execution;
  const expires = expiresAt(Date.now(), environment('KEEP_DAYS').KEEP_DAYS);
  const run = {
    operation,
    name,
    id: idOf(execution.id ?? name, name),
    startedAt,
    // Of a part of another run by the name of the whole.
    startedBy: startedBy(parent?.split('/').at(-1) ?? name),
    ticket: `${startedAt}#${name}`,
  };
  const claiming = claim && {
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
    target: namesOf(parsed).join(', '),
    service,
    parent,
    input: JSON.stringify(input),
    sought: sought === undefined ? undefined : JSON.stringify(sought),
    submitSeconds,
    waitingFor: claiming?.claim,
    expiresAt: expires,
  });
  // Which machine does the work: `run-job`, `run-targets` or `run-plan`.
  const ofOne = isPlan ? 2 : 0;
  const work = {
    lookFor,
    machine: isList ? 1 : ofOne,
    takesPlace: takesPlace && !isList,
    claims: claiming ? 'something' : 'nothing',
  };
  const told = { run, entry, ...work, ...(claiming ?? noClaim(target)) };
  // A machine of 0.1.0 makes the entry itself.
  const answer =
    execution.id === undefined
      ? { run: { ...run, expiresAt: expires }, input, target, service, ...claiming, sought }
      : told;
  checkSize(operation, answer, MAX_STATE_BYTES);
  return answer;
}

/** For a run that claims nothing: where it stands while a pause keeps it waiting. */
function noClaim(target: string) {
  return { claim: queueOf(target), request: '', later: true };
}

/** Does the work. Where it may succeed in minutes and nothing was done, the machine is told to come again. */
async function submitted<S extends InputSchema>(
  { operation, inputSchema, work }: RunParts<S>,
  { submit, run: ofRun, attempts, lostSince }: z.output<typeof submitSchema>,
  run: Run,
): Promise<object> {
  const input = parseInput(operation, inputSchema, submit);
  if (!isOfOne(input)) {
    throw new InvalidInputError(`target: the work of ${operation} is done for one target at a time, nothing was done.`);
  }
  const since = lostSince === undefined ? undefined : Date.parse(lostSince);
  try {
    return await work(input, { run: ofRun, unit: ofRun?.unit, lostSince: since }, run);
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

function holds(event: unknown, key: 'prepare' | 'submit' | 'makePlan' | 'prove' | 'dryRun'): boolean {
  return typeof event === 'object' && event !== null && Object.hasOwn(event, key);
}
