import { startNamed } from '../../shared/lambda/executions.ts';
import { ledgerHandler } from '../../shared/lambda/ledger-handler.ts';
import { nextUnit } from './operation.ts';

export const handler = ledgerHandler('next-unit', (event, ledger) => nextUnit(event, ledger, startNamed));
