import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { AwsUnavailableError } from '../errors.ts';
import { awsRequestHandler } from '../http/aws-request-handler.ts';
import { type Event, SOURCE } from '../ledger/events.ts';

let kept: EventBridgeClient | undefined;

/**
 * Puts events on the account's default bus, ten at most.
 *
 * @throws AwsUnavailableError where EventBridge did not take all of them
 */
export async function putEvents(events: readonly Event[]): Promise<void> {
  if (events.length === 0) return;
  kept ??= new EventBridgeClient({ requestHandler: awsRequestHandler });
  const answer = await kept.send(
    new PutEventsCommand({
      Entries: events.map(({ name, detail }) => ({
        Source: SOURCE,
        DetailType: name,
        Detail: JSON.stringify(detail),
        ...(typeof detail['executionArn'] === 'string' ? { Resources: [detail['executionArn']] } : {}),
      })),
    }),
  );
  if ((answer.FailedEntryCount ?? 0) === 0) return;
  const reasons = (answer.Entries ?? []).map(({ ErrorCode }) => ErrorCode).filter((code) => code !== undefined);
  throw new AwsUnavailableError(`EventBridge did not take every event: ${[...new Set(reasons)].join(', ')}`);
}
