import { ledgerHandler } from '../../shared/lambda/ledger-handler.ts';
import { settleRun } from './operation.ts';

export const handler = ledgerHandler('settle-run', (event, ledger) => settleRun(event, ledger));
