import * as z from 'zod';
import { examples } from './machines/examples.ts';
import { operations } from './operations.ts';

/** Events by name. */
type Events = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const target = 'city-gis';
const STREETS = 'CachedServices/Streets.MapServer';
const TASK = 'rest/services/System/PublishingTools/GPServer/Refresh%20Service';
const SINCE = '2026-01-31T03:00:00.000Z';

/** Inputs of the operations, to be sent as dry runs. The first of each is also in its machine's comment. */
const INPUTS: Readonly<Record<string, Events>> = {
  'clear-rest-cache': {
    folder: { target, folderName: 'CachedServices' },
    service: { target, folderName: 'CachedServices', serviceName: 'Streets', type: 'MapServer' },
    everything: { target },
  },
  'delete-map-server-cache': { service: { target, inputService: STREETS, confirm: STREETS } },
  'manage-map-server-cache-tiles': {
    'missing-tiles': { target, inputService: STREETS, updateMode: 'RECREATE_EMPTY_TILES' },
    'some-scales': {
      target,
      inputService: STREETS,
      updateMode: 'RECREATE_ALL_TILES',
      scales: [9027.977411, 4513.988705],
    },
    area: {
      target,
      inputService: STREETS,
      updateMode: 'RECREATE_ALL_TILES',
      areaOfInterest: {
        type: 'Polygon',
        coordinates: [
          [
            [2.2, 48.8],
            [2.5, 48.8],
            [2.5, 48.9],
            [2.2, 48.9],
            [2.2, 48.8],
          ],
        ],
      },
    },
  },
  'refresh-service': {
    'image-service': { target, serviceFolder: 'Imagery', serviceName: 'Landsat', serviceType: 'ImageServer' },
  },
  'purge-microstrategy-caches': {
    'all-projects': { target: 'bi', projects: 'ALL' },
    'one-project': { target: 'bi', projects: ['Sales'], cacheTypes: ['element', 'object'] },
  },
};

/** Events of the other functions: they read, or find nothing to do. */
const OTHERS: Readonly<Record<string, Events>> = {
  'check-target': { arcgis: { target }, microstrategy: { target: 'bi' } },
  'check-job': { clock: { clock: { since: SINCE } } },
  'cancel-job': {
    find: {
      find: { target, sought: { taskPath: TASK, inputs: { serviceName: 'Landsat' } }, since: SINCE },
      attempt: { attempts: 0 },
    },
  },
  'settle-run': { 'unknown-run': { run: { operation: 'refresh-service', name: 'test-event' }, ended: 'ABORTED' } },
  // A run that is not there.
  'join-targets': { 'unknown-run': { end: { operation: 'refresh-service', name: 'test-event' } } },
  'sweep-runs': { 'as-every-hour': {} },
  // A plan that there is not: the answer says so.
  'next-unit': {
    'unknown-plan': {
      lane: {
        run: { operation: 'manage-map-server-cache-tiles', name: 'test-event', id: 'test-event' },
        claim: `${target}/${STREETS}`,
        submitSeconds: 150,
        number: 0,
        told: {},
        ended: {},
      },
    },
  },
  'tell-of-runs': { 'no-change': { Records: [] } },
  // Of a target that there is not: nobody listens.
  'tell-clients': {
    'nobody-listens': {
      'detail-type': 'Tiles Renewed',
      detail: {
        stack: 'CacheOps',
        run: 'manage-map-server-cache-tiles/test-event',
        target: 'test-event',
        service: STREETS,
        scales: [9027.977411],
        renewedAt: SINCE,
      },
    },
  },
  // A part of another run: nobody is told of it.
  'send-notices': {
    'part-of-a-run': {
      'detail-type': 'Run Ended',
      detail: {
        stack: 'CacheOps',
        run: 'refresh-service/test-event',
        operation: 'refresh-service',
        parent: 'refresh-service/test-event',
        status: 'succeeded',
        finishedAt: SINCE,
      },
    },
  },
  'show-runs': { page: { widgetContext: { theme: 'light' } }, 'what-it-is': { describe: true } },
  // A run that is not there.
  'act-on-run': { 'unknown-run': { action: 'stop', run: 'refresh-service/test-event' } },
  // It claims a place that no run asks for.
  'take-turn': { 'place-of-nobody': { ...examples['take-turn'], claim: 'test-event' } },
  // Ends a pause that is not there.
  'pause-site': { 'no-pause': { ...examples['pause-site'], target: 'test-event', until: '2000-01-01T00:00:00Z' } },
  // A source that there is not.
  'renew-rasters': {
    'unknown-source': {
      state: { source: 'test-event' },
      execution: { id: 'test-event', name: 'test-event', startedAt: SINCE },
    },
  },
  'read-footprint': { 'unknown-source': { ask: 'missing', source: 'test-event', generation: 0 } },
  'count-rasters': {
    landsat: {
      target,
      service: { folder: 'Imagery', name: 'Landsat', type: 'ImageServer' },
      where: 'Name IN ({names})',
      names: ['scene-001'],
    },
  },
  'start-refresh': {
    's3-test-message': {
      Records: [{ messageId: 'test-event', eventSource: 'aws:sqs', body: JSON.stringify({ Event: 's3:TestEvent' }) }],
    },
  },
};

/** Before the names of ours: people's own are beside them. */
const PREFIX = 'cache-ops-';

/** The test events of a function of `functions`, by their names; those of operations change nothing. */
export function testEventsOf(functionName: string): Events {
  const isOperation = Object.hasOwn(INPUTS, functionName);
  const events = Object.entries(INPUTS[functionName] ?? OTHERS[functionName] ?? {});
  return Object.fromEntries(
    events.map(([name, event]) => [`${PREFIX}${name}`, isOperation ? dryRunOf(functionName, event) : event]),
  );
}

/** An input to begin with, for the comment of an operation's machine. */
export function exampleOf(operation: string): object {
  const [event = {}] = Object.values(testEventsOf(operation));
  return event;
}

function dryRunOf(operation: string, input: Events[string]): Events[string] {
  const schema = operations.find(({ name }) => name === operation)?.inputSchema;
  const dryRun = { ...input, dryRun: true };
  return schema !== undefined && z.safeParse(schema, dryRun).success ? dryRun : input;
}
