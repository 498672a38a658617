import { type Database, startDatabase } from './database.ts';
import { publishEvent, statusChangeEvent } from './event-bus.ts';
import type { Execution } from './execution.ts';
import { StateMachines } from './state-machines.ts';
import type { StackTemplate } from './template.ts';

type MachineOptions = Omit<ConstructorParameters<typeof StateMachines>[1], 'database' | 'onEnd'>;

/** The state machines of the stack, with the tables that they write and the rules that their ends set off. */
export interface Orchestration {
  stateMachines: StateMachines;
  database: Database;
  /** Aborts what was started from outside and waits for all that follows from it. */
  stop(): Promise<void>;
  /** Aborts everything; nothing follows. */
  close(): Promise<void>;
}

/** Starts the tables; the machines start when they are asked. */
export async function startOrchestration(template: StackTemplate, options: MachineOptions): Promise<Orchestration> {
  const database = await startDatabase(template.tables);
  let closing = false;
  const startedByRules = new Set<Execution>();
  const stateMachines = new StateMachines(template.stateMachines, {
    ...options,
    database,
    async onEnd(execution) {
      if (closing) return;
      await publishEvent(template.rules, statusChangeEvent(execution), {
        states: (stateMachineArn, input) => startedByRules.add(stateMachines.start({ stateMachineArn, input })),
      });
    },
  });
  return {
    stateMachines,
    database,
    async stop() {
      for (const execution of stateMachines.executions) {
        if (!startedByRules.has(execution) && !execution.parent) execution.abort();
      }
      await stateMachines.idle();
    },
    async close() {
      closing = true;
      await stateMachines.close();
      await database.close();
    },
  };
}
