import { pascalCase } from '../../infra/operations.ts';
import type { Execution } from '../../local/execution.ts';
import type { LedgerEntry } from '../../local/ledger.ts';
import type { StackTemplate } from '../../local/template.ts';
import { violationsIn } from './invariants.ts';
import { type Plan, type PlannedStart, type PlannedStop, planOf, serviceOf, TILES } from './plan.ts';
import { type Plant, planted } from './plants.ts';
import { simulatedStack } from './stack.ts';
import { traceOf } from './trace.ts';
import { startWorld, type World } from './world.ts';

const HOUR = 3600;
/** Long enough for two looks of the sweep, which leaves young runs alone. */
const SWEPT_SECONDS = 2.2 * HOUR;

/** One start, and the run that came of it: none where the start itself was refused. */
export interface StartedRun {
  start: PlannedStart;
  execution?: Execution | undefined;
  /** When somebody stopped it, epoch milliseconds. */
  stoppedAt?: number;
}

/** A run that was started when all others had ended. */
export interface Probe {
  service: string;
  execution: Execution;
  askedAt: number;
}

/** All that was seen in one seed. */
export interface Evidence {
  plan: Plan;
  runs: StartedRun[];
  probes: Probe[];
  entries: LedgerEntry[];
  world: World;
}

/** What came of a seed. */
export interface Report {
  seed: number;
  runs: number;
  jobs: number;
  stops: number;
  faults: number;
  executions: number;
  /** Virtual hours, and milliseconds of the processor. */
  hours: number;
  milliseconds: number;
  /** How the runs ended, by error or status. */
  ends: string[];
  violations: string[];
  /** All that happened, in order. */
  trace: string[];
}

Object.assign(process.env, {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
  // The repetitions of the SDK pause in real time: what is left after them is what the simulation makes.
  AWS_MAX_ATTEMPTS: '1',
});

const plantedTemplates = new Map<Plant, StackTemplate>();
let count = 0;

/** Plays one seed to its end and judges it. */
export async function simulate(seed: number, plant?: Plant): Promise<Report> {
  const template = plant === undefined ? simulatedStack() : plantedIn(plant);
  const startedAt = process.cpuUsage();
  count += 1;
  // Functions keep what they know of a target: each simulation has one of its own.
  const target = `site-${count}`;
  const plan = planOf(seed, target);
  const world = await startWorld(seed, plan, target, template, plant);
  try {
    const evidence = await play(plan, world, template, target);
    return {
      seed,
      runs: evidence.runs.filter(({ execution }) => execution !== undefined).length,
      jobs: world.jobs.length,
      stops: evidence.runs.filter(({ stoppedAt }) => stoppedAt !== undefined).length,
      faults: world.faults.happened.length,
      executions: world.stateMachines.executions.length,
      hours: (world.clock.now() - world.beginsAt) / 3_600_000,
      milliseconds: milliseconds(process.cpuUsage(startedAt)),
      ends: evidence.runs.map(({ execution }) => execution?.error ?? execution?.status ?? 'not started'),
      violations: violationsIn(evidence),
      trace: traceOf(evidence).map((line) => line.replaceAll(target, 'site')),
    };
  } finally {
    await world.close();
  }
}

function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}

async function play(
  plan: Plan,
  world: World,
  { stateMachines, functions }: StackTemplate,
  target: string,
): Promise<Evidence> {
  const { clock } = world;
  const runs: StartedRun[] = plan.starts.map((start) => ({ start }));
  const arnOf = (operation: string) => stateMachines.find(({ name }) => name === operation)?.arn ?? '';
  const begin = async (run: StartedRun) => {
    const { operation, input, name, byHand } = run.start;
    if (!byHand) {
      run.execution = world.stateMachines.start({
        stateMachineArn: arnOf(operation),
        name,
        input: JSON.stringify(input),
      });
      return;
    }
    const before = world.stateMachines.executions.length;
    const prefix = `${pascalCase(operation)}Function`;
    const outcome = world.lambda.invoke(
      functions.find((one) => one.name.startsWith(prefix))?.arn ?? '',
      JSON.stringify(input),
    );
    await outcome;
    run.execution = world.stateMachines.executions
      .slice(before)
      .find(
        (one) => one.machine === operation && one.name.startsWith('by-hand-') && one.input === JSON.stringify(input),
      );
  };
  const tasks = runs.map((run) => clock.after(run.start.at, () => begin(run)));
  for (const stop of plan.stops) {
    const run = runs[stop.run];
    if (run) tasks.push(...stops(stop, run, world));
  }
  await Promise.all(tasks);
  await world.idle();
  world.calm();
  const probes = await probe(runs, world, arnOf, target);
  await world.idle();
  await clock.after(SWEPT_SECONDS, () => undefined);
  await world.idle();
  return { plan, runs, probes, entries: await world.ledger.entries(), world };
}

function stops(
  { when, silent, onlyNested }: PlannedStop,
  run: StartedRun,
  { clock, onState, silent: silentOnes }: World,
): Promise<void>[] {
  const stop = (execution: Execution | undefined) => {
    if (execution?.status !== 'RUNNING' || execution.signal.aborted) return;
    if (execution === run.execution) {
      run.stoppedAt = clock.now();
      if (silent) silentOnes.add(execution);
    }
    execution.abort();
  };
  if (typeof when === 'number') return [clock.after(run.start.at + when, () => stop(run.execution))];
  let isDone = false;
  onState(({ execution, machine, state, moment }) => {
    if (isDone || machine !== when.machine || state !== when.state || moment !== when.moment) return;
    if (rootOf(execution) !== run.execution) return;
    isDone = true;
    stop(onlyNested ? execution : run.execution);
  });
  return [];
}

/** One more run for each service that was worked on. */
async function probe(
  runs: StartedRun[],
  { stateMachines, clock }: World,
  arnOf: (operation: string) => string,
  target: string,
): Promise<Probe[]> {
  const services = new Set(runs.flatMap(({ start }) => serviceOf(start) ?? []));
  return [...services].map((service) => {
    // No other run asks for this, so that it never ends as another one does.
    const input = JSON.stringify({ target, inputService: service, updateMode: 'DELETE_TILES' });
    const name = `probe-${service.replaceAll(/\W/g, '-')}`;
    return {
      service,
      execution: stateMachines.start({ stateMachineArn: arnOf(TILES), name, input }),
      askedAt: clock.now(),
    };
  });
}

function plantedIn(plant: Plant): StackTemplate {
  const known = plantedTemplates.get(plant) ?? planted(simulatedStack(), plant);
  plantedTemplates.set(plant, known);
  return known;
}

function rootOf(execution: Execution): Execution {
  return execution.parent ? rootOf(execution.parent) : execution;
}
