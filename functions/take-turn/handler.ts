import { ledgerHandler } from '../../shared/lambda/ledger-handler.ts';
import { takeTurn } from './operation.ts';

export const handler = ledgerHandler('take-turn', takeTurn);
