import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { Entry, EntryKey } from './entry.ts';

/** The run of one target of a list. */
export interface ChildRun extends EntryKey {
  target: string;
  executionArn: string;
}

/** An execution's name has 80 characters: 45 are the run's own id, and three the place in the list. */
const TARGET_CHARACTERS = 31;

const inputSchema = z.looseObject({ target: z.array(z.string()) });

/** What the names of a run's nested executions begin with: readable, and only this run's. */
export function idOf(executionArn: string, name: string): string {
  const hash = createHash('sha256').update(executionArn).digest('hex').slice(0, 12);
  return `${name.replaceAll(/[^A-Za-z0-9_-]/g, '-').slice(0, 32)}-${hash}`;
}

/** The runs of the single targets, in the order of the list, whether they have begun or not; none where the run has one target. */
export function childRunsOf({ operation, name, executionArn, input }: Entry): ChildRun[] {
  if (executionArn === undefined || input === undefined) return [];
  const { target: targets } = inputSchema.safeParse(JSON.parse(input)).data ?? { target: [] };
  const id = idOf(executionArn, name);
  return targets.map((target, index) => {
    const child = `${id}-${index + 1}-${target.slice(0, TARGET_CHARACTERS)}`;
    return { operation, name: child, target, executionArn: `${machineOf(executionArn, 'execution')}:${child}` };
  });
}

/** The machine of an execution; `as`: what its executions' names follow. */
export function machineOf(executionArn: string, as: 'execution' | 'stateMachine' = 'stateMachine'): string {
  return executionArn.replace(/:[^:]*$/, '').replace(':execution:', `:${as}:`);
}

/** `<operation>/<name>`: what people and entries call a run. */
export function runName({ operation, name }: EntryKey): string {
  return `${operation}/${name}`;
}
