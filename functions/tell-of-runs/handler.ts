import { ledgerHandler } from '../../shared/lambda/ledger-handler.ts';
import { putEvents } from '../../shared/lambda/put-events.ts';
import { tellOfRuns } from './operation.ts';

export const handler = ledgerHandler('tell-of-runs', (event, ledger) => tellOfRuns(event, ledger, putEvents));
