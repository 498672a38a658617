import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import * as z from 'zod';

/** The longest delay of a Node.js timer; a longer one fires at once. */
const LONGEST_TIMER_SECONDS = Math.floor((2 ** 31 - 1) / 1000);

const stateSchema = z.looseObject({ Type: z.string(), TimeoutSeconds: z.number().optional() });
const definitionSchema = z.looseObject({
  StartAt: z.string(),
  States: z.record(z.string(), stateSchema),
  TimeoutSeconds: z.number().optional(),
});

/** A definition made ready for the interpreter, with the names and resources of the states that the platform plays. */
export interface MachineDefinition {
  runnable: StateMachineDefinition;
  /** Resource by state name. */
  tasks: Map<string, string>;
  waits: string[];
}

/**
 * Reads a definition. The interpreter's time-outs are put right: it stops a task after 60 seconds where AWS waits
 * for ever, and a time-out of over 24 days would end the execution at once.
 */
export function readDefinition(definition: unknown): MachineDefinition {
  const tasks = new Map<string, string>();
  const waits: string[] = [];
  const prepare = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(prepare);
    if (typeof part !== 'object' || part === null) return part;
    const parsed = definitionSchema.safeParse(part);
    if (!parsed.success) return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, prepare(value)]));
    const { TimeoutSeconds: timeoutSeconds, ...machine } = parsed.data;
    const states = Object.entries(machine.States).map(([name, state]) => {
      if (state.Type === 'Wait') waits.push(name);
      if (state.Type !== 'Task') return [name, prepare(state)];
      tasks.set(name, String(state['Resource']));
      const taskSeconds = Math.min(state.TimeoutSeconds ?? LONGEST_TIMER_SECONDS, LONGEST_TIMER_SECONDS);
      return [name, { ...state, TimeoutSeconds: taskSeconds }];
    });
    const fits = timeoutSeconds !== undefined && timeoutSeconds <= LONGEST_TIMER_SECONDS;
    return { ...machine, States: Object.fromEntries(states), ...(fits && { TimeoutSeconds: timeoutSeconds }) };
  };
  const isDefinition = (value: unknown): value is StateMachineDefinition => definitionSchema.safeParse(value).success;
  const runnable = prepare(definition);
  if (!isDefinition(runnable)) throw new Error('not a state machine definition');
  return { runnable, tasks, waits };
}
