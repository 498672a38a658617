import type { Construct } from 'constructs';
import { OPEN_INDEX, STARTED_INDEX, WAITING_INDEX } from '../../shared/ledger/entry.ts';
import { ownName } from '../names.ts';
import { operations } from '../operations.ts';
import type { Settings } from '../settings/settings.ts';
import type { Ledger } from './ledger.ts';
import type { OperationFunction } from './operation-function.ts';
import type { DecisionProps } from './telling.ts';

interface RunDecisionsProps {
  readonly ledger: Ledger;
  readonly settings: Pick<Settings, 'ledger' | 'sites' | 'windows'>;
  readonly add: (name: string, props: DecisionProps) => OperationFunction;
}

/** The functions that decide about every run, and see the ledger alone. */
export function runDecisions(scope: Construct, { ledger, settings, add }: RunDecisionsProps) {
  const kept = String(settings.ledger.keepDays);
  const sites = JSON.stringify(settings.sites);
  const takeTurn = add('take-turn', {
    description: 'Decides whether a run may start.',
    environment: { LEDGER_TABLE: ledger.tableName, KEEP_DAYS: kept, SITES: sites },
    access: ledger.decisionAccess(['GetItem', 'BatchGetItem', 'UpdateItem'], WAITING_INDEX),
  });
  const windows = JSON.stringify(settings.windows);
  const nextUnit = add('next-unit', {
    description: 'Decides how a plan of tiles goes on.',
    environment: { LEDGER_TABLE: ledger.tableName, KEEP_DAYS: kept, SITES: sites, WINDOWS: windows },
    access: ledger.decisionAccess(['GetItem', 'BatchGetItem', 'UpdateItem'], STARTED_INDEX),
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
  return { takeTurn, nextUnit, joinTargets, settleRun, sweepRuns };
}
