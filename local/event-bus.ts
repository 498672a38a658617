import { randomUUID } from 'node:crypto';
import type { PutEvent } from './aws-endpoint.ts';
import { matchesPattern } from './event-pattern.ts';
import type { Execution } from './execution.ts';
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

/** How events are sent, by the service that an ARN names; others are left out. */
export type Delivery = Record<string, (arn: string, event: string) => unknown>;

/** Hands an event, as JSON, to the targets of every enabled rule that fits; gives the number of the deliveries. */
export async function publishEvent(rules: RuleResource[], event: BusEvent, deliver: Delivery): Promise<number> {
  const deliveries = rules
    .filter(({ State, EventPattern }) => State !== 'DISABLED' && EventPattern && matchesPattern(EventPattern, event))
    .flatMap(({ Targets }) => Targets)
    .flatMap(({ Arn: arn, InputTransformer: transformer }) => {
      const send = deliver[arn.split(':')[2] ?? ''];
      const input = transformer === undefined ? JSON.stringify(event) : transformed(event, transformer);
      return send ? [async () => await send(arn, input)] : [];
    });
  await Promise.all(deliveries.map((send) => send()));
  return deliveries.length;
}

/** What a target is told in the place of the event. Paths lead to keys, as `$.id` and `$.detail.run` do. */
function transformed(
  event: BusEvent,
  { InputPathsMap: paths, InputTemplate: template }: { InputPathsMap: Record<string, string>; InputTemplate: string },
): string {
  const valueAt = (path = '$') => {
    const [, ...keys] = path.split('.');
    return keys.reduce((value: unknown, key) => Object(value)[key], event);
  };
  return template.replaceAll(/<([^<>]+)>/g, (_, name: string) => String(valueAt(paths[name])));
}

/** S3's "Object Created" event; in EventBridge, unlike in S3's own notifications, the key is not URL-encoded. */
export function objectCreatedEvent({ bucket, key, sizeBytes, etag }: CreatedObject): BusEvent {
  const now = Date.now();
  return busEvent('aws.s3', 'Object Created', now, {
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: { key, size: sizeBytes, etag, sequencer: now.toString(16).toUpperCase().padStart(18, '0') },
      'request-id': randomUUID().replaceAll('-', '').toUpperCase().slice(0, 16),
      requester: LOCAL_ACCOUNT,
      'source-ip-address': '127.0.0.1',
      reason: 'PutObject',
    },
  });
}

/** An event that a program puts on the bus. */
export function ownEvent({ Source, DetailType, Detail, Resources }: PutEvent, now: number): BusEvent {
  return busEvent(Source, DetailType, now, { resources: Resources, detail: JSON.parse(Detail) });
}

/** The event by which Step Functions tells that an execution has ended. */
export function statusChangeEvent(execution: Execution): BusEvent {
  const { arn, machineArn, name, status, startedAt, stoppedAt = startedAt, input, output, error, cause } = execution;
  return busEvent('aws.states', 'Step Functions Execution Status Change', stoppedAt, {
    resources: [arn],
    detail: {
      executionArn: arn,
      stateMachineArn: machineArn,
      name,
      status,
      startDate: startedAt,
      stopDate: stoppedAt,
      input,
      output: status === 'SUCCEEDED' ? JSON.stringify(output) : null,
      inputDetails: { included: true },
      outputDetails: status === 'SUCCEEDED' ? { included: true } : null,
      error: error ?? null,
      cause: cause ?? null,
    },
  });
}

function busEvent(
  source: string,
  detailType: string,
  at: number,
  content: Pick<BusEvent, 'resources' | 'detail'>,
): BusEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source,
    account: LOCAL_ACCOUNT,
    time: new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'),
    region: LOCAL_REGION,
    ...content,
  };
}
