import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { type Column, textTable } from '../../cli/text-table.ts';
import { readEnds, readVersion } from '../support/recorded-version.ts';
import { type RecordedVisit, visitsOf } from '../support/recorded-visits.ts';
import { type Began, END_WORDS, type End, replay } from '../support/replay.ts';
import { INTENDED } from '../support/replay-intended.ts';
import { withoutLog } from '../support/without-log.ts';

/** All of them: `npm run test:upgrade`. */
const ALL = process.argv.includes('--all');
const JOBS = ['delete-map-server-cache', 'manage-map-server-cache-tiles', 'refresh-service'];
/** From these `cancel-run` has asked the server nothing yet: whatever it was begun with, it begins again. */
const BEFORE_THE_FIRST_QUESTION = [
  'Did it end by itself?',
  'Which run?',
  'Let it settle',
  'Read its entry',
  'What was it doing?',
];

const version = readVersion();
const ends = readEnds();
const visits = visitsOf(version);
const rows: string[][] = [];
const reasons = new Map<string, number>();
const COLUMNS: Column[] = [
  { title: 'machine' },
  { title: 'began with' },
  ...['visits', 'as 0.1.0', 'otherwise, as intended', 'wrong'].map((title): Column => ({ title, align: 'right' })),
];

/** These wait for hundreds of looks. */
const isLong = ({ scenario }: RecordedVisit) => Number(/whole window|one too many/.test(scenario));

/** One visit of each state and one of each end of a machine; the machines of the operations count as one. */
function sampleOf(all: RecordedVisit[]): RecordedVisit[] {
  if (ALL) return all;
  const met = new Set<string>();
  const shortFirst = all.toSorted((one, other) => isLong(one) - isLong(other));
  const taken = new Set<RecordedVisit>();
  // Those that show a state and an end at once go first: fewer are enough.
  for (const atLeast of [2, 1]) {
    for (const visit of shortFirst) {
      const fresh = shownBy(visit).filter((key) => !met.has(key));
      if (fresh.length < atLeast) continue;
      taken.add(visit);
      for (const key of fresh) met.add(key);
    }
  }
  return all.filter((visit) => taken.has(visit));
}

function shownBy({ machine, state, number }: RecordedVisit): string[] {
  const kind = JOBS.includes(machine) ? 'an operation' : machine;
  return [`${kind}, ${state}`, `${kind}: ${ends.get(number)?.join()}`];
}

function expectedEnd(visit: RecordedVisit, began: Began): { end: End; reason?: string } {
  const words = ends.get(visit.number) ?? [];
  const end = Object.fromEntries(END_WORDS.map((word, index) => [word, words[index] ?? ''])) as End;
  const intended = INTENDED.find(({ applies }) => applies(visit, end, began));
  return intended === undefined ? { end } : { end: { ...end, ...intended.now }, reason: intended.reason };
}

async function carry(machine: string, began: Began, chosen: RecordedVisit[]): Promise<void> {
  const wrong: object[] = [];
  let others = 0;
  for (const visit of chosen) {
    const { number, scenario, state } = visit;
    const { end: expected, reason } = expectedEnd(visit, began);
    const actual = await replay(visit, began, version.definitions);
    const isRight = JSON.stringify(actual) === JSON.stringify(expected);
    if (!isRight) wrong.push({ number, scenario, state, expected, actual });
    else if (reason !== undefined) {
      others += 1;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  const counts = [chosen.length, chosen.length - wrong.length - others, others, wrong.length].map(String);
  rows.push([machine, began === 'old' ? '0.1.0' : 'this version', ...counts]);
  assert.deepEqual(wrong, []);
}

describe('what version 0.1.0 has begun, carried on by the functions and machines of this version', () => {
  const restored = withoutLog();
  after(() => {
    restored();
    process.stdout.write(`${textTable(COLUMNS, rows)}\n`);
    for (const [reason, count] of reasons) process.stdout.write(`${count} otherwise: ${reason}\n`);
  });

  for (const [name, chosen] of Map.groupBy(sampleOf(visits), ({ machine }) => machine)) {
    it(`comes to its right end from ${chosen.length} visits of states of ${name}`, async () => {
      await carry(name, 'old', chosen);
    });
  }

  it('is cleaned up after by the present cancel-run, from the entries as 0.1.0 wrote them', async () => {
    const told = visits.filter(
      ({ machine, state }) => machine === 'cancel-run' && BEFORE_THE_FIRST_QUESTION.includes(state),
    );
    await carry('cancel-run', 'new', sampleOf(told));
  });
});
