import { realClock } from './clock.ts';
import { type Database, startDatabase } from './database.ts';
import { publishEvent, statusChangeEvent } from './event-bus.ts';
import type { Execution } from './execution.ts';
import { type LedgerEntry, LocalLedger } from './ledger.ts';
import { LedgerStream } from './ledger-stream.ts';
import { StateMachines } from './state-machines.ts';
import type { StackTemplate } from './template.ts';

type Options = Omit<ConstructorParameters<typeof StateMachines>[1], 'database' | 'onEnd'> & {
  /** Is not closed with the machines. @defaultValue one with the tables of the template, which is */
  database?: Database;
  /** Has an execution's end told to the rules. @defaultValue once, at once */
  deliver?: ((tell: () => Promise<void>, execution: Execution) => Promise<void> | void) | undefined;
  /** False: nobody is told of what is written into the ledger. @defaultValue true */
  tells?: boolean;
  /** What the ledger holds from the beginning; nobody is told of it. */
  entries?: readonly LedgerEntry[] | undefined;
  /** Told of everything else that is written into it. */
  onWrite?: ((entry: LedgerEntry) => void) | undefined;
};

/** The state machines of the stack, with the tables that they write and the rules that their ends set off. */
export interface Orchestration {
  stateMachines: StateMachines;
  database: Database;
  /** Waits for its end, and for what rules start because of it. */
  settled(execution: Execution): Promise<void>;
  /** Aborts what was started from outside and waits for all that follows from it; nothing else can be started any more. */
  stop(): Promise<void>;
  /** Waits until all that was written into the ledger is told. */
  told(): Promise<void>;
  /** Aborts everything; nothing follows. */
  close(): Promise<void>;
}

/** Starts the tables; the machines start when they are asked. */
export async function startOrchestration(
  template: StackTemplate,
  { database: given, deliver = (tell) => tell(), ...options }: Options,
): Promise<Orchestration> {
  const raw = given ?? (await startDatabase(template.tables));
  if (options.entries) await new LocalLedger(raw, template.tables[0]?.name ?? '').load(options.entries);
  let closing = false;
  const stream = new LedgerStream({
    tables: template.tables,
    mappings: options.tells === false ? [] : template.eventSourceMappings,
    invoke: options.invoke,
    onWrite: options.onWrite,
    hold: () => (options.clock ?? realClock).hold(),
  });
  const database = stream.follow(raw);
  const followUps = new Map<Execution, Execution[]>();
  const stateMachines = new StateMachines(template.stateMachines, {
    ...options,
    database,
    async onEnd(execution) {
      if (closing) return;
      const started: Execution[] = [];
      followUps.set(execution, started);
      await deliver(async () => {
        await publishEvent(template.rules, statusChangeEvent(execution), {
          states: (stateMachineArn, input) => started.push(stateMachines.startFollowUp({ stateMachineArn, input })),
        });
      }, execution);
    },
  });
  return {
    stateMachines,
    database,
    async settled(execution) {
      await execution.ended;
      await Promise.all((followUps.get(execution) ?? []).map(({ ended }) => ended));
    },
    async stop() {
      stateMachines.refuseStarts();
      for (const execution of stateMachines.executions) {
        if (!execution.isFollowUp && !execution.parent) execution.abort();
      }
      await stateMachines.idle();
      await stream.idle();
    },
    told: () => stream.idle(),
    async close() {
      closing = true;
      await stateMachines.close();
      await stream.idle();
      if (given === undefined) await database.close();
    },
  };
}
