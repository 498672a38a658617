import { environment } from '../../shared/lambda/environment.ts';
import { operationHandler } from '../../shared/lambda/operation-handler.ts';
import { publish } from '../../shared/lambda/publish.ts';
import { NoticeTable } from '../../shared/ledger/notice-table.ts';
import { sendNotices } from './operation.ts';

export const handler = operationHandler('send-notices', (event) =>
  sendNotices(event, new NoticeTable(environment('LEDGER_TABLE').LEDGER_TABLE), publish),
);
