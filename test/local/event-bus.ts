import { randomUUID } from 'node:crypto';
import { matchesPattern } from './event-pattern.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from './intrinsics.ts';
import type { CreatedObject } from './storage.ts';
import type { RuleResource } from './template.ts';

/** An event on the default event bus. */
export interface BusEvent {
  version: string;
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: object;
}

/** Hands an event, as JSON, to every queue that an enabled rule sends it to; gives their number. */
export async function publishEvent(
  rules: RuleResource[],
  event: BusEvent,
  send: (queueArn: string, body: string) => Promise<void>,
): Promise<number> {
  const targets = rules
    .filter(({ State, EventPattern }) => State !== 'DISABLED' && EventPattern && matchesPattern(EventPattern, event))
    .flatMap((rule) => rule.Targets.map(({ Arn }) => Arn))
    .filter((arn) => arn.startsWith('arn:aws:sqs:'));
  await Promise.all(targets.map((arn) => send(arn, JSON.stringify(event))));
  return targets.length;
}

/** S3's "Object Created" event; in EventBridge, unlike in S3's own notifications, the key is not URL-encoded. */
export function objectCreatedEvent({ bucket, key, sizeBytes, etag }: CreatedObject): BusEvent {
  const now = new Date();
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: LOCAL_ACCOUNT,
    time: now.toISOString().replace(/\.\d+Z$/, 'Z'),
    region: LOCAL_REGION,
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: { key, size: sizeBytes, etag, sequencer: now.getTime().toString(16).toUpperCase().padStart(18, '0') },
      'request-id': randomUUID().replaceAll('-', '').toUpperCase().slice(0, 16),
      requester: LOCAL_ACCOUNT,
      'source-ip-address': '127.0.0.1',
      reason: 'PutObject',
    },
  };
}
