import { describeExecution, startMachine } from '../../shared/lambda/executions.ts';
import { ledgerHandler } from '../../shared/lambda/ledger-handler.ts';
import { sweepRuns } from './operation.ts';

export const handler = ledgerHandler('sweep-runs', (_event, ledger) =>
  sweepRuns(ledger, { describeExecution, startMachine }),
);
