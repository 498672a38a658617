import { ledgerHandler } from '../../shared/lambda/ledger-handler.ts';
import { joinTargets } from './operation.ts';

export const handler = ledgerHandler('join-targets', joinTargets);
