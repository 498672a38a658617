import { setTimeout as sleep } from 'node:timers/promises';
import { type Source, sourcesIn } from '../shared/rasters/sources.ts';
import { objectCreatedEvent, publishEvent } from './event-bus.ts';
import type { FunctionOutcome } from './function-process.ts';
import { QueuePoller } from './queue-poller.ts';
import type { Storage } from './storage.ts';
import type { StackTemplate } from './template.ts';

/** The way of a new raster: bucket, event bus, queue, function. */
export interface RasterDrop {
  /** Puts an object into the bucket of a source; tells whether a rule took its event for a new raster. */
  drop(bucket: string, key: string, body: Buffer): Promise<boolean>;
  /** Waits until every message of the queues was taken. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

interface Options {
  storage: Storage;
  invoke: (functionName: string, payload: string) => Promise<FunctionOutcome>;
  windowLimitSeconds: number;
  comeBackSeconds: number;
}

const LOOK_MS = 200;

/** The raster sources that the stack was made with. */
export function sourcesOf({ functions }: StackTemplate): Source[] {
  const variable = functions.find(({ Environment }) => Environment.Variables['RASTERS'])?.Environment.Variables;
  return variable?.['RASTERS'] === undefined ? [] : sourcesIn(variable['RASTERS']);
}

/** Starts the buckets of the raster sources, everything behind them included. */
export async function startRasterDrop(template: StackTemplate, options: Options): Promise<RasterDrop> {
  const { storage } = options;
  for (const bucket of new Set(sourcesOf(template).map((source) => source.bucket))) await storage.createBucket(bucket);
  for (const queue of template.queues) await storage.createQueue(queue);
  const queueMappings = template.eventSourceMappings.filter(({ EventSourceArn }) => EventSourceArn.includes(':sqs:'));
  const pollers = queueMappings.map((mapping) => new QueuePoller(mapping, options));
  // A bucket of the stack without this setting tells EventBridge nothing; others are for their owners to set.
  const sendsEvents = (bucket: string) => {
    const own = template.buckets.find(({ name }) => name === bucket);
    return own === undefined || own.NotificationConfiguration?.EventBridgeConfiguration?.EventBridgeEnabled === true;
  };

  return {
    async drop(bucket, key, body) {
      const created = await storage.putObject(bucket, key, body);
      const deliver = { sqs: storage.send };
      return sendsEvents(bucket) && (await publishEvent(template.rules, objectCreatedEvent(created), deliver)) > 0;
    },
    async idle() {
      for (const { EventSourceArn } of queueMappings) {
        while ((await storage.messagesIn(EventSourceArn)) > 0) await sleep(LOOK_MS);
      }
    },
    async close() {
      await Promise.all(pollers.map((poller) => poller.close()));
    },
  };
}
