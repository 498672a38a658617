import type { TestContext } from 'node:test';
import type { Execution } from '../../local/execution.ts';
import type { FunctionOutcome } from '../../local/function-process.ts';
import { type Orchestration, startOrchestration } from '../../local/orchestration.ts';
import type { StackTemplate } from '../../local/template.ts';

/** A table as the stack's: two keys, and an index in which entries with `waitingFor` stand. */
export const TABLE: StackTemplate['tables'][number] = {
  name: 'Entries',
  definition: {
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [
      { AttributeName: 'operation', KeyType: 'HASH' },
      { AttributeName: 'name', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: ['operation', 'name', 'waitingFor', 'ticket'].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S',
    })),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'waiting',
        KeySchema: [
          { AttributeName: 'waitingFor', KeyType: 'HASH' },
          { AttributeName: 'ticket', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  },
};

type Options = Omit<Parameters<typeof startOrchestration>[1], 'invoke'> & {
  rules?: StackTemplate['rules'];
  /** What a function answers; what it throws is the function's error. */
  answer?: (functionName: string, payload: unknown) => unknown;
};

export interface HandMadeMachines extends Orchestration {
  start(machine: string, input?: unknown): Execution;
}

/** The ARN that a machine of this name has. */
export function machineArn(name: string): string {
  return `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`;
}

/** Runs machines that a test has written, each given by its name, with one table. */
export async function startMachines(
  t: TestContext,
  definitions: Record<string, object>,
  { rules = [], answer = () => ({}), ...options }: Options = {},
): Promise<HandMadeMachines> {
  const template: StackTemplate = {
    functions: [],
    stateMachines: Object.entries(definitions).map(([name, definition]) => ({
      name,
      arn: machineArn(name),
      definition,
    })),
    tables: [TABLE],
    queues: [],
    rules,
    buckets: [],
    schedules: [],
    eventSourceMappings: [],
    asyncInvocations: [],
    eventApi: undefined,
    outputs: {},
  };
  const invoke = async (functionName: string, payload: string): Promise<FunctionOutcome> => {
    try {
      return { payload: JSON.stringify(await answer(functionName, JSON.parse(payload))) };
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      return { error: { errorType: name, errorMessage: message, trace: [] }, log: [] };
    }
  };
  const orchestration = await startOrchestration(template, { ...options, invoke });
  t.after(() => orchestration.close());
  return {
    ...orchestration,
    start: (machine, input = {}) =>
      orchestration.stateMachines.start({ stateMachineArn: machineArn(machine), input: JSON.stringify(input) }),
  };
}

/** A machine of tasks that follow each other, ended by the last. */
export function sequence(states: Record<string, object>): object {
  const names = Object.keys(states);
  const linked = Object.entries(states).map(([name, state], index) => {
    const next = names[index + 1];
    return [name, { ...state, ...(next === undefined ? { End: true } : { Next: next }) }];
  });
  return { StartAt: names[0], States: Object.fromEntries(linked) };
}
