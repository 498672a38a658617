import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import * as z from 'zod';
import { plainRule } from './choice-rules.ts';

/** The longest delay of a Node.js timer; the interpreter's would fire at once. */
const LONGEST_TIMER_SECONDS = Math.floor((2 ** 31 - 1) / 1000);

/** Resources that only the local platform knows; they have to look like ARNs. */
const ENTRANCE = 'arn:aws:states:::local:entrance';
const PAUSE = 'arn:aws:states:::local:pause';

const retrierSchema = z.object({
  ErrorEquals: z.array(z.string()),
  IntervalSeconds: z.number().default(1),
  BackoffRate: z.number().default(2),
  MaxDelaySeconds: z.number().optional(),
});
const referenceSchema = z.looseObject({ Next: z.string().optional() });
const stateSchema = referenceSchema.extend({
  Type: z.string(),
  Resource: z.string().optional(),
  TimeoutSeconds: z.number().optional(),
  Retry: z.array(retrierSchema).optional(),
  Catch: z.array(referenceSchema).optional(),
  Choices: z.array(referenceSchema).optional(),
  Default: z.string().optional(),
});
const definitionSchema = z.looseObject({
  StartAt: z.string(),
  States: z.record(z.string(), z.looseObject({ Type: z.string() })),
  TimeoutSeconds: z.number().optional(),
});

type State = z.output<typeof stateSchema>;

/** What the platform plays of a state. */
export interface PlayedState {
  name: string;
  type: string;
  resource: string;
  retriers: z.output<typeof retrierSchema>[];
}

/** A definition made ready for the interpreter. */
export interface MachineDefinition {
  runnable: StateMachineDefinition;
  /** By state name; the interpreter runs tasks and waits through a handler of this name. */
  states: Map<string, PlayedState>;
  timeoutSeconds: number | undefined;
}

/**
 * Reads a definition and makes up for what the interpreter cannot do. Before every state stands an entrance, a task by
 * which the platform knows where the execution is: the interpreter tells that late, and the context object has to be
 * right. A wait is a task too, so that its length can be of another clock. The interpreter's time-outs are put right:
 * it stops a task after 60 seconds where AWS waits for ever.
 */
export function readDefinition(definition: unknown): MachineDefinition {
  const states = new Map<string, PlayedState>();
  const prepare = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(prepare);
    if (typeof part !== 'object' || part === null) return part;
    const parsed = definitionSchema.safeParse(part);
    if (!parsed.success) return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, prepare(value)]));
    const { TimeoutSeconds: _onTheClockOfThePlatform, ...machine } = parsed.data;
    const prepared = Object.entries(machine.States).flatMap(([name, raw]) => {
      const state = stateSchema.parse(raw);
      const { Type: type, Resource: resource = '', Retry: retriers = [] } = state;
      if (type === 'Fail' && String(raw['Error']).startsWith('States.')) {
        throw new Error(`The state "${name}" must not fail by the reserved name ${raw['Error']}`);
      }
      states.set(name, { name, type, resource, retriers });
      return [
        [entranceOf(name), task({ Type: 'Task', Resource: ENTRANCE, ResultPath: null, Next: name })],
        [name, prepare(type === 'Wait' ? waitAsTask(raw) : withEntrances(raw, state))],
      ];
    });
    return { ...machine, StartAt: entranceOf(machine.StartAt), States: Object.fromEntries(prepared) };
  };
  const runnable = prepare(withStartTime(definition));
  if (!isDefinition(runnable)) throw new Error('not a state machine definition');
  return { runnable, states, timeoutSeconds: definitionSchema.parse(definition).TimeoutSeconds };
}

/** The name of the task that stands before a state. */
export function entranceOf(name: string): string {
  return `before ${name}`;
}

/** The interpreter replaces the start time in the context object by one of its own. */
function withStartTime(definition: unknown): unknown {
  const json = JSON.stringify(definition).replaceAll('$$.Execution.StartTime', () => '$$.Execution.StartedAt');
  return JSON.parse(json);
}

/** The state as it was written, no defaults of the schema in it, leading to the entrances. */
function withEntrances(raw: object, { Type: type, Next: next, Default: other, ...state }: State): object {
  const lead = (list: z.output<typeof referenceSchema>[]) =>
    list.map((one) => (one.Next === undefined ? one : { ...one, Next: entranceOf(one.Next) }));
  const prepared = {
    ...raw,
    ...(next !== undefined && { Next: entranceOf(next) }),
    ...(other !== undefined && { Default: entranceOf(other) }),
    ...(state.Catch && { Catch: lead(state.Catch) }),
    ...(state.Choices && { Choices: lead(state.Choices).map(plainRule) }),
  };
  return type === 'Task' ? task(prepared, state.TimeoutSeconds) : prepared;
}

function task(state: object, timeoutSeconds = LONGEST_TIMER_SECONDS): object {
  return { ...state, TimeoutSeconds: Math.min(timeoutSeconds, LONGEST_TIMER_SECONDS) };
}

function waitAsTask(raw: Record<string, unknown>): object {
  const { Seconds, SecondsPath, Timestamp, TimestampPath, Next: next, ...state } = raw;
  const lengths = { seconds: Seconds, 'seconds.$': SecondsPath, until: Timestamp, 'until.$': TimestampPath };
  const given = Object.fromEntries(Object.entries(lengths).filter(([, value]) => value !== undefined));
  if ('InputPath' in state) throw new Error('The local platform does not know a wait with InputPath');
  const pause = { ...state, Type: 'Task', Resource: PAUSE, Parameters: given, ResultPath: null };
  return task({ ...pause, ...(typeof next === 'string' && { Next: entranceOf(next) }) });
}

function isDefinition(value: unknown): value is StateMachineDefinition {
  return definitionSchema.safeParse(value).success;
}
