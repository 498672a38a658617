import { type Column, textTable } from '../../cli/text-table.ts';
import { Random } from '../simulation/random.ts';
import { withoutLog } from '../support/without-log.ts';
import { type KillPoint, titleOf } from './killer.ts';
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
  return await played(SMALL, ({ points }) => [...points.values()]);
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
  return await played({ ...SMALL, isKilled }, (told) => ({ ...told, title, what: point.what }));
}

/** Kills at random: one call of a function in 60, and now and then an execution. */
export function randomKills(seed: number): (point: KillPoint) => boolean {
  const random = new Random(seed);
  const shares = { function: 1 / 60, execution: 1 / 500, 'whole run': 1 / 500 };
  return ({ what }) => random.chance(shares[what]);
}

/** What a burst came to, once its platform is gone. */
async function played<T>(burst: Burst, toldOf: (played: Played) => T): Promise<T> {
  const ends: (() => unknown)[] = [];
  const shown = withoutLog();
  try {
    return toldOf(await playBurst({ after: (end) => ends.push(end as () => unknown) }, burst));
  } finally {
    for (const end of ends.toReversed()) await end();
    shown();
  }
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
