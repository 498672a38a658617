import { objectCreatedEvent, publishEvent } from './event-bus.ts';
import type { FunctionOutcome } from './function-process.ts';
import { QueuePoller } from './queue-poller.ts';
import { startStorage } from './storage.ts';
import type { StackTemplate } from './template.ts';

/** The way of a new raster: bucket, event bus, queue, function. */
export interface RasterDrop {
  /** Puts an object into the stack's bucket; tells whether a rule took its event for a new raster. */
  drop(key: string, body: Buffer): Promise<boolean>;
  close(): Promise<void>;
}

interface Options {
  invoke: (functionName: string, payload: string) => Promise<FunctionOutcome>;
  windowLimitSeconds: number;
  comeBackSeconds: number;
}

/** Starts the raster bucket of the stack, everything behind it included. */
export async function startRasterDrop(template: StackTemplate, options: Options): Promise<RasterDrop> {
  const bucketName = template.outputs['RasterBucketName'];
  const bucket = template.buckets.find(({ name }) => name === bucketName);
  if (!bucket) throw new Error('The stack makes no raster bucket');
  const storage = await startStorage();
  await storage.createBucket(bucket.name);
  for (const queue of template.queues) await storage.createQueue(queue);
  const queueMappings = template.eventSourceMappings.filter(({ EventSourceArn }) => EventSourceArn.includes(':sqs:'));
  const pollers = queueMappings.map((mapping) => new QueuePoller(mapping, { storage, ...options }));
  // A bucket without this setting tells EventBridge nothing.
  const sendsEvents = bucket.NotificationConfiguration?.EventBridgeConfiguration?.EventBridgeEnabled === true;

  return {
    async drop(key, body) {
      const created = await storage.putObject(bucket.name, key, body);
      const deliver = { sqs: storage.send };
      return sendsEvents && (await publishEvent(template.rules, objectCreatedEvent(created), deliver)) > 0;
    },
    async close() {
      await Promise.all(pollers.map((poller) => poller.close()));
      await storage.close();
    },
  };
}
