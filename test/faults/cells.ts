import { callKindOf } from './calls.ts';
import { ADOPTED_NOTE, attemptsAt, problemsOf, repeatsOf } from './check-cell.ts';
import type { Cell } from './expected.ts';
import { faults } from './faults.ts';
import { runScenario } from './run-cell.ts';
import { type Scenario, scenarios, titleOf } from './scenarios.ts';
import type { World } from './world.ts';

/** What a cell came to. */
export interface CellReport {
  operation: string;
  /** The position of the call, and its kind. */
  call: number;
  kind: string;
  fault: string;
  duration: Cell['duration'];
  /** `ok` or the error's name. */
  outcome: string;
  /** How often the call was tried in a row, where that can be told. */
  attempts?: number;
  /** Whether the job of a lost answer was found and adopted. */
  adopted: boolean;
  virtualMilliseconds: number;
  /** Where the contract is not kept. */
  problems: string[];
}

const DURATIONS: readonly Cell['duration'][] = ['once', 'for ever'];

/** Every call of a scenario with every fault, once and for ever. */
export async function cellsOf(world: World, scenario: Scenario): Promise<Cell[]> {
  const { operation, fair, from = 0 } = scenario;
  const seen = await runScenario(world, scenario, undefined, ({ name, text, proxy }) => {
    if (name !== fair) throw new Error(`${operation} is ${name} in fair weather: ${text}`);
    return proxy.requests.map((request, call) => ({
      kind: callKindOf(request),
      call,
      follows: repeatsOf(proxy.requests.slice(call)),
    }));
  });
  const calls = seen.slice(from);
  return DURATIONS.flatMap((duration) =>
    faults.flatMap((fault) => calls.map((each) => ({ scenario, ...each, fault, duration }))),
  );
}

/** Certificates are costly to check, and do not depend on the call that comes after. */
const CALLS_WITH_TLS = ['rest/info', 'submitJob', 'login', 'logout'];

const RENEWAL_FAULTS = ['reset-after', 'html'];

/** A part of all cells: every kind of call with every fault that stays, and the submit also with those that pass. */
export async function quickCells(world: World): Promise<Cell[]> {
  const seen = new Set<string>();
  const quick: Cell[] = [];
  // Looking for a lost job takes most requests, and each of its calls is made elsewhere too.
  for (const scenario of scenarios.filter(({ situation }) => situation !== 'answer lost')) {
    const cells = await cellsOf(world, scenario);
    const firsts = new Map(cells.toReversed().map(({ kind, call }) => [kind.name, call]));
    const fresh = cells.filter(({ kind, call }) => !seen.has(kind.name) && firsts.get(kind.name) === call);
    // What a renewed token or session goes on with.
    if (scenario.before !== undefined) quick.push(...cells.filter(({ fault }) => RENEWAL_FAULTS.includes(fault.name)));
    const chosen = fresh
      .filter(({ duration, kind }) => duration === 'for ever' || !kind.safeToRepeat)
      .filter(({ fault, kind }) => !fault.name.startsWith('tls') || CALLS_WITH_TLS.includes(kind.name));
    quick.push(...chosen);
    for (const { kind } of cells) seen.add(kind.name);
  }
  return quick;
}

/** Lets one fault happen to one call, and judges what comes of it. */
export async function runCell(world: World, cell: Cell): Promise<CellReport> {
  const { scenario, call, kind, fault, duration } = cell;
  return await runScenario(world, scenario, { fault, call, duration }, (outcome) => ({
    operation: titleOf(scenario),
    call,
    kind: kind.name,
    fault: fault.name,
    duration,
    outcome: outcome.name,
    // What a session goes on to do while its server is gone cannot be told apart.
    ...(fault.place === 'request' || scenario.vendor === 'arcgis' ? { attempts: attemptsAt(cell, outcome) } : {}),
    adopted: outcome.text.includes(ADOPTED_NOTE),
    virtualMilliseconds: outcome.elapsed,
    problems: problemsOf(cell, outcome),
  }));
}
