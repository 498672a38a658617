import { ledgerHandler } from '../../shared/lambda/ledger-handler.ts';
import { stopExecution } from '../../shared/lambda/stop-execution.ts';
import { pauseSite } from './operation.ts';

export const handler = ledgerHandler('pause-site', (event, ledger) => pauseSite(event, ledger, stopExecution));
