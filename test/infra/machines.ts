import * as z from 'zod';
import { synthesize } from './synthesize.ts';

export const IMMEDIATE = ['clear-rest-cache', 'purge-microstrategy-caches'];
export const JOBS = ['delete-map-server-cache', 'manage-map-server-cache-tiles', 'refresh-service'];
export const OPERATIONS = [...IMMEDIATE, ...JOBS];
/** What the runs of all operations are made of. */
export const SHARED_MACHINES = [
  'hold',
  'run-job',
  'run-targets',
  'run-plan',
  'run-units',
  'take-turn',
  'watch-job',
  'cancel-run',
];

const catcherSchema = z.looseObject({ ErrorEquals: z.array(z.string()), Next: z.string() });
const stateSchema = z.looseObject({
  Type: z.string(),
  Resource: z.string().default(''),
  Parameters: z.record(z.string(), z.unknown()).default({}),
  Next: z.string().optional(),
  Default: z.string().optional(),
  Choices: z.array(z.looseObject({ Next: z.string() })).default([]),
  Retry: z.array(z.looseObject({ ErrorEquals: z.array(z.string()) })).default([]),
  Catch: z.array(catcherSchema).default([]),
});
const definitionSchema = z.object({
  StartAt: z.string(),
  TimeoutSeconds: z.number().optional(),
  States: z.record(z.string(), stateSchema),
});
const strings = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const statementSchema = z.object({
  Effect: z.string(),
  Action: strings,
  Resource: strings,
  Condition: z.record(z.string(), z.record(z.string(), strings)).optional(),
});
const policySchema = z.object({
  Roles: z.array(z.string()),
  PolicyDocument: z.object({ Statement: z.array(statementSchema) }),
});

export type State = z.output<typeof stateSchema>;
export type Statement = z.output<typeof statementSchema>;

/** A state machine of the stack. */
export interface Machine {
  name: string;
  /** As it was written, without defaults. */
  json: object;
  states: Map<string, State>;
  startAt: string;
  timeoutSeconds: number | undefined;
  properties: Record<string, unknown>;
  /** Everything that its role may do. */
  statements: Statement[];
}

/** Every state machine of a stack with these settings, by name. */
export function machinesOf(settings: object = {}): Map<string, Machine> {
  const { idsOf, resources } = synthesize(settings);
  const policies = idsOf('AWS::IAM::Policy').map((id) => policySchema.parse(resources.get(id)?.Properties));
  const machines = idsOf('AWS::StepFunctions::StateMachine').map((id): Machine => {
    const properties = resources.get(id)?.Properties ?? {};
    const json = JSON.parse(String(properties['DefinitionString']));
    const { StartAt, TimeoutSeconds, States } = definitionSchema.parse(json);
    return {
      name: String(properties['StateMachineName']),
      json,
      states: new Map(Object.entries(States)),
      startAt: StartAt,
      timeoutSeconds: TimeoutSeconds,
      properties,
      statements: policies
        .filter(({ Roles }) => Roles.includes(String(properties['RoleArn'])))
        .flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
    };
  });
  return new Map(machines.map((machine) => [machine.name, machine]));
}

/** The machine, or its state, of this name. */
export function required<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`there is no ${name}`);
  return value;
}

/** The names of the states that may follow. */
export function followers({ Next: next, Default: other, Choices, Catch }: State): string[] {
  return [next, other, ...Choices.map((choice) => choice.Next), ...Catch.map((catcher) => catcher.Next)].filter(
    (name) => name !== undefined,
  );
}

/** The states that can come after this one, itself left out unless it can come again. */
export function reachableFrom({ states }: Machine, start: string): Set<string> {
  const reached = new Set<string>();
  const open = [start];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const next of followers(required(states, name))) {
      if (!reached.has(next)) open.push(next);
      reached.add(next);
    }
  }
  return reached;
}
