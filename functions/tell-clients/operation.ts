import * as z from 'zod/mini';
import { channelOf } from '../../shared/clients/channel.ts';
import { parseInput } from '../../shared/lambda/parse-input.ts';
import { eventDetails } from '../../shared/ledger/events.ts';

const eventSchema = z.looseObject({ 'detail-type': z.literal('Tiles Renewed'), detail: eventDetails['Tiles Renewed'] });

/**
 * Tells the map clients that listen to a service what was renewed: the detail of the event `Tiles Renewed` as it is on the
 * bus. Telling it twice does no harm, a map draws twice.
 *
 * @param event `Tiles Renewed`, whole
 * @param publish sends it to everybody who listens to a channel
 */
export async function tellClients(
  event: unknown,
  publish: (channel: string, told: object) => Promise<void>,
): Promise<{ channel: string }> {
  const { detail } = parseInput('tell-clients', eventSchema, event);
  const channel = await channelOf(detail.target, detail.service);
  await publish(channel, detail);
  return { channel };
}
