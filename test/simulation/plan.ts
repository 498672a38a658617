import type { JobFate } from '../../local/emulators/arcgis/gp-jobs.ts';
import { Random } from './random.ts';

/** A start of an operation. */
export interface PlannedStart {
  at: number;
  operation: string;
  input: object;
  name: string;
  /** Whether somebody invokes the function itself, with the input. */
  byHand: boolean;
}

/** Somebody stops a run, or its execution dies: `run` counts the starts. */
export interface PlannedStop {
  run: number;
  /** Seconds after the start of the run, or before or after a state of one of its machines. */
  when: number | { machine: string; state: string; moment: 'before' | 'after' };
  /** Nobody is told of the end. */
  silent: boolean;
  /** Not the run is stopped but the execution of it that is in this state. */
  onlyNested: boolean;
}

/** What happens in one seed. Times are seconds since the beginning. */
export interface Plan {
  jobSeconds: number;
  starts: PlannedStart[];
  stops: PlannedStop[];
  fates: JobFate[];
  serverDown: { from: number; to: number; how: 'busy' | 'reset' | 'refused' } | undefined;
  /** When the secret cannot be used. */
  secretUnfit: { from: number; to: number } | undefined;
  /** By how much Lambda's clock is ahead of Step Functions', and the server's. */
  lambdaSkewMs: number;
  serverSkewMs: number;
  /** When the machines of version 0.1.0 give way to the present ones; until then they call the present functions. */
  deployedAt: number | undefined;
  /** From then on nothing goes wrong any more. */
  calmFrom: number;
}

export const TILES = 'manage-map-server-cache-tiles';
export const REFRESH = 'refresh-service';
export const CLEAR = 'clear-rest-cache';
export const PURGE = 'purge-microstrategy-caches';
export const DELETE = 'delete-map-server-cache';

const MACHINE_STATES: Record<string, readonly string[]> = {
  hold: ['Take a turn', 'Whose turn is it?', 'Do the work', 'Is the service free?', 'Free the service'],
  'take-turn': ['Take a turn', 'Does it wait?', 'Wait'],
  'run-job': [
    'Note the submit',
    'Submit',
    'What came of it?',
    'Record the job',
    'Renew the lease',
    'Watch',
    'Note the watch',
    'How is the job?',
    'Write the result',
    'Record the failure',
    'Wait for the lost submit',
    'Find the lost job',
  ],
  'watch-job': ['Wait', 'Check', 'Is it still running?', 'Note the progress', 'Done'],
};
const RUN_STATES = ['Enter the ledger', 'Prepare', 'Note what it asks for', 'Hold and run', 'How did it end?'];

const HOUR = 3600;

/** The plan of a seed. */
export function planOf(seed: number, target: string): Plan {
  const random = new Random(`plan ${seed}`);
  const jobSeconds = random.pick([20, 60, 150, 300, 600, 1800]);
  const planned = plannedStarts(random, target, jobSeconds);
  const last = Math.max(...planned.map(({ at }) => at));
  const stops = Array.from({ length: random.whole(0, 3) }, () => plannedStop(random, planned, jobSeconds));
  const during = (probability: number, longest: number) => {
    const from = random.between(0, last + jobSeconds);
    const to = from + random.between(20, longest);
    return random.chance(probability) ? { from, to } : undefined;
  };
  const down = during(0.3, HOUR);
  const plan = {
    jobSeconds,
    fates: Array.from({ length: 16 }, () =>
      random.weighted({ succeeds: 80, fails: 8, timesOut: 3, neverEnds: 3, isDeleted: 2, isLost: 2 }),
    ),
    serverDown: down && { ...down, how: random.pick(['busy', 'reset', 'refused'] as const) },
    secretUnfit: during(0.1, 0.25 * HOUR),
    lambdaSkewMs: random.whole(-2000, 2000),
    serverSkewMs: random.whole(-2000, 2000),
    calmFrom: last + 3 * HOUR,
  };
  const deployedAt = random.chance(0.2) ? random.between(0, last + jobSeconds) : undefined;
  return {
    ...plan,
    deployedAt,
    stops: [...stops, ...lateStops(seed, planned)],
    starts: planned.map((start) => startedAfter(deployedAt ?? 0, start)),
  };
}

/** Version 0.1.0 has machines for jobs alone, and starts none of them by hand. */
function startedAfter(deployedAt: number, start: PlannedStart): PlannedStart {
  const isFormer = [TILES, REFRESH, DELETE].includes(start.operation) && !start.byHand;
  return isFormer ? start : { ...start, at: Math.max(start.at, deployedAt) };
}

function plannedStarts(random: Random, target: string, jobSeconds: number): PlannedStart[] {
  const count = random.whole(4, 9);
  let at = 0;
  return Array.from({ length: count }, (_, index) => {
    // In bursts and alone.
    at += random.chance(0.5) ? random.between(0, 5) : random.between(5, jobSeconds * 1.5);
    const operation = random.weighted({ [TILES]: 50, [REFRESH]: 32, [CLEAR]: 8, [DELETE]: 4, [PURGE]: 6 });
    const name = operation === REFRESH && random.chance(0.6) ? `rasters-${index}` : `run-${index}`;
    return { at, operation, input: inputOf(random, operation, target), name, byHand: random.chance(0.08) };
  });
}

/** The target of the MicroStrategy server beside an ArcGIS site. */
export function libraryOf(target: string): string {
  return `${target}-library`;
}

function inputOf(random: Random, operation: string, target: string): object {
  if (operation === CLEAR) return { target };
  if (operation === PURGE) return { target: libraryOf(target), projects: 'ALL' };
  const isStreets = random.chance(0.15);
  const inputService = isStreets ? 'CachedServices/Streets.MapServer' : 'Basemap.MapServer';
  if (operation === DELETE) return { target, inputService, confirm: inputService };
  if (operation === REFRESH) {
    const service = isStreets
      ? { serviceFolder: 'CachedServices', serviceName: 'Streets' }
      : { serviceName: 'Basemap' };
    return { target, ...service, serviceType: 'MapServer' };
  }
  return { target, inputService, updateMode: random.pick(['RECREATE_EMPTY_TILES', 'RECREATE_ALL_TILES']) };
}

/** The service that a run works on, as the ledger names it; undefined where it works on the whole target. */
export function serviceOf({ operation, input }: Pick<PlannedStart, 'operation' | 'input'>): string | undefined {
  const { inputService, serviceFolder, serviceName } = Object(input);
  if (operation !== REFRESH) return inputService;
  return `${serviceFolder === undefined ? '' : `${serviceFolder}/`}${serviceName}.MapServer`;
}

function plannedStop(random: Random, starts: PlannedStart[], jobSeconds: number): PlannedStop {
  const run = random.whole(0, starts.length - 1);
  const silent = random.chance(0.15);
  const onlyNested = random.chance(0.15);
  const inState = random.chance(0.5);
  const seconds = random.between(0, jobSeconds * 2);
  const machine = random.pick([...Object.keys(MACHINE_STATES), 'run']);
  const state = random.pick(MACHINE_STATES[machine] ?? RUN_STATES);
  const named = machine === 'run' ? (starts[run]?.operation ?? '') : machine;
  const moment = random.pick(['before', 'after'] as const);
  return { run, when: inState ? { machine: named, state, moment } : seconds, silent, onlyNested };
}

/** In every fifth seed an execution dies that has its result and has not handed it on. By chance of its own. */
function lateStops(seed: number, starts: PlannedStart[]): PlannedStop[] {
  const random = new Random(`late stop ${seed}`);
  if (!random.chance(0.2)) return [];
  const [machine, state] = random.pick([
    ['run-job', 'Write the result'],
    ['hold', 'Is the service free?'],
  ] as const);
  const when = { machine, state, moment: 'after' } as const;
  return [{ run: random.whole(0, starts.length - 1), when, silent: false, onlyNested: true }];
}
