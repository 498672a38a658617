import { type Attribute, attribute, toItem } from './attributes.ts';
import { type Entry, type RunStatus, UNTOLD } from './entry.ts';

/** A named step in the life of a run: the status that it leads to and those that it may follow. */
interface Transition {
  to: RunStatus;
  after: readonly RunStatus[];
  /** The only ones that may write it. */
  by: readonly Writer[];
  /** Whether the run has ended: it waits for nothing any more, and its end is to be told. */
  ends: boolean;
}

type Writer = 'run' | 'run-job' | 'settle-run' | 'take-turn' | 'join-targets' | 'renew-rasters' | 'next-unit';

/**
 * Each status word and what may come before it. A step may be written twice, because an answer of DynamoDB can be lost; it
 * is refused after any other status, so that nothing that comes late changes how a run has ended.
 */
export const TRANSITIONS = {
  waits: { to: 'waiting', after: ['waiting', 'paused'], by: ['take-turn'], ends: false },
  pauses: {
    to: 'paused',
    after: ['waiting', 'submitting', 'running', 'paused'],
    by: ['take-turn', 'next-unit'],
    ends: false,
  },
  submits: {
    to: 'submitting',
    after: ['waiting', 'paused', 'submitting'],
    by: ['run-job', 'renew-rasters'],
    ends: false,
  },
  // A plan, between two pauses.
  goesOn: { to: 'running', after: ['waiting', 'submitting', 'running', 'paused'], by: ['next-unit'], ends: false },
  // Of several targets: none of its jobs is its own.
  begins: { to: 'running', after: ['waiting', 'paused', 'running'], by: ['join-targets'], ends: false },
  runs: { to: 'running', after: ['submitting', 'running'], by: ['run-job', 'renew-rasters'], ends: false },
  fails: {
    to: 'failed',
    after: ['waiting', 'submitting', 'running', 'paused', 'failed'],
    by: ['run', 'run-job', 'settle-run', 'renew-rasters', 'next-unit'],
    ends: true,
  },
  isCancelled: {
    to: 'cancelled',
    after: ['waiting', 'submitting', 'running', 'paused', 'failed', 'uncertain', 'cancelled'],
    by: ['settle-run'],
    ends: true,
  },
  isStopped: {
    to: 'stopped',
    after: ['submitting', 'running', 'failed', 'uncertain', 'stopped'],
    by: ['settle-run'],
    ends: true,
  },
  isUncertain: {
    to: 'uncertain',
    after: ['waiting', 'paused', 'submitting', 'running', 'failed', 'uncertain'],
    by: ['settle-run'],
    ends: true,
  },
} as const satisfies Record<string, Transition>;

/** The steps that end a run well; which of them, its own result says. */
export const GOOD_ENDS = ['succeeded', 'partly', 'submitted'] as const satisfies readonly RunStatus[];

/** The statuses in which a run ends well may be written. */
const BEFORE_A_GOOD_END = [
  'waiting',
  'paused',
  'submitting',
  'running',
  ...GOOD_ENDS,
] as const satisfies readonly RunStatus[];

export type TransitionName = keyof typeof TRANSITIONS;

export type AttributeName = Exclude<keyof Entry & string, number>;

/** What the end of a run takes out of its entry. */
const REMOVED_AT_THE_END = ['waitingFor'] as const satisfies readonly AttributeName[];

/** Changes of one item, in the words of DynamoDB's expressions. `V` is a value, or where a state machine finds it. */
export interface Change<V> {
  set: Partial<Record<AttributeName, V>>;
  remove?: readonly AttributeName[];
}

/** An update expression, with a `#` before every name and a `:` before every value, and its condition. */
export interface Expression<V> {
  UpdateExpression: string;
  ConditionExpression?: string;
  ExpressionAttributeNames: Record<string, string>;
  ExpressionAttributeValues: Record<string, V>;
}

/** A step in the life of a run as an update of its entry. `word` makes a value of a fixed text. */
export function transition<V>(name: TransitionName, change: Change<V>, word: (text: string) => V): Expression<V> {
  const { to, after, ends } = TRANSITIONS[name];
  return changeOf({ ...change, set: { status: word(to), ...change.set } }, { after, ends, word });
}

/** A change of an entry that is written only while its status is one of these. */
export function changeOf<V>(
  { set, remove = [] }: Change<V>,
  { after, ends = false, word }: { after: readonly RunStatus[]; ends?: boolean; word: (text: string) => V },
): Expression<V> {
  const removed = ends ? [...remove, ...REMOVED_AT_THE_END] : remove;
  const before = after.map((status) => [`:after_${status}`, word(status)] as const);
  return expression(
    { set: ends ? { ...set, open: word(UNTOLD) } : set, remove: removed },
    { condition: `#status IN (${before.map(([alias]) => alias).join(', ')})`, values: Object.fromEntries(before) },
  );
}

/** How a run ended well: what a function tells its state machine to write. */
export function goodEnd(
  result: { status: (typeof GOOD_ENDS)[number] } & object,
  { now, ...set }: { now: number } & Partial<Record<AttributeName, string | number>>,
): Expression<Attribute> {
  const words = {
    status: result.status,
    finishedAt: new Date(now).toISOString(),
    result: JSON.stringify(result),
    ...set,
  };
  return changeOf({ set: toItem(words) }, { after: BEFORE_A_GOOD_END, ends: true, word: attribute });
}

/** Any change of an item, with a condition where one is given. */
export function expression<V>(
  { set, remove = [] }: { set: Record<string, V | undefined>; remove?: readonly string[] },
  { condition, values = {} }: { condition?: string; values?: Record<string, V> } = {},
): Expression<V> {
  const assigned = Object.entries(set).filter((entry): entry is [string, V] => entry[1] !== undefined);
  const parts = [
    ...(assigned.length === 0 ? [] : [`SET ${assigned.map(([name]) => `#${name} = :${name}`).join(', ')}`]),
    ...(remove.length === 0 ? [] : [`REMOVE ${remove.map((name) => `#${name}`).join(', ')}`]),
  ];
  const update = parts.join(' ');
  return {
    UpdateExpression: update,
    ...(condition === undefined ? {} : { ConditionExpression: condition }),
    ExpressionAttributeNames: namesIn(update, condition ?? ''),
    ExpressionAttributeValues: {
      ...Object.fromEntries(assigned.map(([name, value]) => [`:${name}`, value])),
      ...values,
    },
  };
}

/** What stands with a `#` in the expressions: many plain words are reserved, `status` for example. */
function namesIn(...expressions: string[]): Record<string, string> {
  const found = expressions.join(' ').matchAll(/#(\w+)/g);
  return Object.fromEntries([...found].map(([alias, name = '']) => [alias, name]));
}
