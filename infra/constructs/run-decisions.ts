import type { Construct } from 'constructs';
import { OPEN_INDEX, WAITING_INDEX } from '../../shared/ledger/entry.ts';
import { ownName } from '../names.ts';
import { operations } from '../operations.ts';
import type { Ledger } from './ledger.ts';
import type { OperationFunction } from './operation-function.ts';
import type { DecisionProps } from './telling.ts';

interface RunDecisionsProps {
  readonly ledger: Ledger;
  /** How long an entry is kept after its run has ended. */
  readonly keepDays: number;
  readonly add: (name: string, props: DecisionProps) => OperationFunction;
}

/** The functions that decide about every run, and see the ledger alone. */
export function runDecisions(scope: Construct, { ledger, keepDays, add }: RunDecisionsProps) {
  const kept = String(keepDays);
  const takeTurn = add('take-turn', {
    description: 'Decides whether a run may start.',
    environment: { LEDGER_TABLE: ledger.tableName, KEEP_DAYS: kept },
    access: ledger.decisionAccess(['GetItem', 'BatchGetItem', 'UpdateItem'], WAITING_INDEX),
  });
  const joinTargets = add('join-targets', {
    description: 'Joins what became of the targets of a run.',
    environment: { LEDGER_TABLE: ledger.tableName },
    access: ledger.decisionAccess(['GetItem', 'BatchGetItem', 'UpdateItem']),
  });
  const settleRun = add('settle-run', {
    description: 'Decides what is left to do for a run that was stopped.',
    environment: { LEDGER_TABLE: ledger.tableName, KEEP_DAYS: kept, MACHINE_PREFIX: ownName(scope, '') },
    access: ledger.decisionAccess(['GetItem', 'BatchGetItem', 'UpdateItem']),
  });
  settleRun.allowStopping(operations.map(({ name }) => name));
  const sweepRuns = add('sweep-runs', {
    description: 'Looks for runs whose end nobody told.',
    environment: { LEDGER_TABLE: ledger.tableName },
    access: ledger.decisionAccess(['BatchGetItem'], OPEN_INDEX),
  });
  return { takeTurn, joinTargets, settleRun, sweepRuns };
}
