import { type Column, textTable } from '../../cli/text-table.ts';
import { Random } from '../simulation/random.ts';
import { alone } from './alone.ts';
import { type IsKilled, type KillPoint, titleOf } from './killer.ts';
import { type Burst, type Played, playBurst } from './play-burst.ts';

/** One burst, and where something was killed in it. */
export interface Killed extends Omit<Played, 'platform' | 'points'> {
  title: string;
  what?: KillPoint['what'];
}

const SMALL: Burst = { objects: 100, seconds: 600, seed: 1, poisonedOf: 100 };
/** "At most two runs": a kill may cut one off, whose rasters are left to the next. */
const MOST_RUNS = { function: 2, execution: 3, 'whole run': 3 };

/** Every place on the path where something can be killed. */
export async function killPoints(): Promise<KillPoint[]> {
  return await alone(async (t) => [...(await playBurst(t, SMALL)).points.values()]);
}

/** Plays a small burst in which the first that comes there is killed. */
export async function killedAt(point: KillPoint): Promise<Killed> {
  const title = titleOf(point);
  let isDone = false;
  const isKilled = (met: KillPoint) => {
    const isMeant = !isDone && titleOf(met) === title;
    isDone ||= isMeant;
    return isMeant;
  };
  return await alone(async (t) => {
    const { platform: _platform, points: _points, ...told } = await playBurst(t, { ...SMALL, isKilled });
    return { ...told, title, what: point.what };
  });
}

/** Of the calls of functions, and of the steps at which one is then killed; and of the steps of executions. */
const SHARES = { calls: 1 / 12, steps: 1 / 8, executions: 1 / 500 };

/** Kills at random: some calls of functions, and now and then an execution. */
export function randomKills(seed: number): IsKilled {
  const random = new Random(seed);
  return ({ what }, invocation) => {
    if (what !== 'function') return random.chance(SHARES.executions);
    return new Random(`${seed} ${invocation}`).chance(SHARES.calls) && random.chance(SHARES.steps);
  };
}

/** What is wrong with what became of a burst. */
export function problemsOf({
  uncovered,
  doubled,
  missingLetters,
  wrongLetters,
  refreshes,
  kills,
  what,
}: Killed): string[] {
  const most = what === undefined ? undefined : MOST_RUNS[what];
  return [
    ...(kills > 0 || what === undefined ? [] : ['nothing was killed']),
    ...(uncovered.length === 0 ? [] : [`not covered: ${uncovered.slice(0, 5).join(', ')} of ${uncovered.length}`]),
    ...(doubled === 0 ? [] : [`${doubled} refreshes for nothing new`]),
    ...(missingLetters.length === 0 ? [] : [`in no dead letter: ${missingLetters.join(', ')}`]),
    ...(wrongLetters.length === 0 ? [] : [`dead letters of rasters that can be read: ${wrongLetters.join(', ')}`]),
    ...(most === undefined || refreshes <= most ? [] : [`${refreshes} refreshes, at most ${most} are expected`]),
  ];
}

const COLUMNS: Column[] = [
  { title: 'killed' },
  { title: 'runs', align: 'right' },
  { title: 'refreshes', align: 'right' },
  { title: 'uncovered', align: 'right' },
  { title: 'doubled', align: 'right' },
  { title: 'letters', align: 'right' },
  { title: 'transitions', align: 'right' },
  { title: 'dollars', align: 'right' },
];

/** One row for each burst. */
export function tableOf(all: readonly Killed[]): string {
  return textTable(
    COLUMNS,
    all.map(({ title, runs, refreshes, uncovered, doubled, letters, transitions, dollars }) => [
      title,
      ...[runs, refreshes, uncovered.length, doubled, letters, transitions].map(String),
      dollars.toFixed(3),
    ]),
  );
}
