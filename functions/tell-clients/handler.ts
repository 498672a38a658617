import { operationHandler } from '../../shared/lambda/operation-handler.ts';
import { publishToChannel } from '../../shared/lambda/publish-to-channel.ts';
import { tellClients } from './operation.ts';

export const handler = operationHandler('tell-clients', (event) => tellClients(event, publishToChannel));
