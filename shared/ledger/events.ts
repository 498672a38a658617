import * as z from 'zod/mini';

/** Who sends the events, on the account's default bus. */
export const SOURCE = 'cache-ops';

const text = z.optional(z.string());
const time = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/));

const runFields = {
  /** The name of the stack, which tells several of one account apart. */
  stack: z.string(),
  /** `<operation>/<execution name>`. */
  run: z.string(),
  operation: z.string(),
  target: text,
  service: text,
  /** `schedule <name>`, `S3`, `event <name>` or `person`. */
  startedBy: text,
  startedAt: z.optional(time),
  executionArn: text,
  /** The run that this one is a part of. */
  parent: text,
};

const extent = { xmin: z.number(), ymin: z.number(), xmax: z.number(), ymax: z.number() };

/** What each event says; readers ignore what they do not know. */
export const eventDetails = {
  'Run Started': z.looseObject({
    ...runFields,
    /** Left out where it is larger than 10 kB. */
    input: z.optional(z.record(z.string(), z.unknown())),
  }),
  'Run Paused': z.looseObject({ ...runFields, pausedAt: time, pausedUntil: time, reason: z.string() }),
  'Run Ended': z.looseObject({
    ...runFields,
    status: z.enum(['succeeded', 'partly', 'failed', 'cancelled', 'stopped', 'submitted', 'uncertain']),
    finishedAt: time,
    jobId: text,
    /** The name of the error, and its message: at most 4,000 characters of it. */
    error: text,
    message: text,
    result: z.optional(z.record(z.string(), z.unknown())),
    /** The equal run whose end it shares. */
    attachedTo: text,
    /** US dollars, estimated. */
    watchingCost: z.optional(z.number()),
    input: z.optional(z.record(z.string(), z.unknown())),
  }),
  'Tiles Renewed': z.looseObject({
    stack: z.string(),
    run: z.string(),
    target: z.string(),
    service: z.string(),
    /** Denominators. */
    scales: z.array(z.number()),
    /** In the reference of the service; left out where the service does not tell how far it reaches. */
    extent: z.optional(z.looseObject({ ...extent, spatialReference: z.optional(z.looseObject({})) })),
    /** In longitudes and latitudes; left out where the service is in another reference than these and Web Mercator. */
    extent4326: z.optional(z.looseObject(extent)),
    renewedAt: time,
  }),
  'Edge Not Invalidated': z.looseObject({
    stack: z.string(),
    run: z.string(),
    target: z.string(),
    service: z.string(),
    distributionId: z.string(),
    paths: z.array(z.string()),
    /** As Step Functions names it, and what CloudFront says: at most 4,000 characters of it. */
    error: z.string(),
    message: z.string(),
  }),
};

export type EventName = keyof typeof eventDetails;

export type Event = { [N in EventName]: { name: N; detail: z.output<(typeof eventDetails)[N]> } }[EventName];

/** The whole event, as it is on the bus. */
export function eventSchema(name: EventName) {
  return z.looseObject({
    version: z.string(),
    id: z.string(),
    'detail-type': z.literal(name),
    source: z.literal(SOURCE),
    account: z.string(),
    time,
    region: z.string(),
    resources: z.array(z.string()),
    detail: eventDetails[name],
  });
}

export function eventNames(): EventName[] {
  return Object.keys(eventDetails).filter((name): name is EventName => Object.hasOwn(eventDetails, name));
}
