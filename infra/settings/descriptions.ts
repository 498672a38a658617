/** What an editor shows beside a key. */
interface Description {
  readonly description: string;
  readonly examples?: readonly unknown[];
}

const d = (description: string, ...examples: unknown[]): Description =>
  examples.length === 0 ? { description } : { description, examples };

/** By the key's path of names, or by its own name where it means the same everywhere. */
const DESCRIPTIONS: Readonly<Record<string, Description>> = {
  name: d(
    'Tells this stack from others in the account and region: it stands in the names of what is deployed.',
    'test',
  ),
  secretPrefix: d('The start of the names of all secrets: a target is the secret <prefix><target>.', 'cache-ops/'),
  schedules: d('When operations run by themselves.'),
  'schedules.name': d(
    'Of the schedule; unique. The executions that it starts are named after it.',
    'nightly-rest-cache',
  ),
  operation: d('What is run.'),
  expression: d(
    'When: cron(…), rate(…) or at(…) of EventBridge Scheduler.',
    'cron(0 3 * * ? *)',
    'rate(6 hours)',
    'at(2030-01-31T03:00:00)',
  ),
  timezone: d(
    'In whose time, an IANA name. A local time that the clocks skip has no start, a doubled one has one.',
    'Europe/Paris',
  ),
  enabled: d('False switches it off, and keeps it.'),
  input: d('The input of the operation, as it is given by hand too.'),
  rasters: d('New rasters in S3 that refresh a live image service.'),
  bucket: d('An existing bucket by its name; without it the stack makes one.', 'my-rasters'),
  'rasters.name': d('Of the source; unique. Its runs are named after it.', 'landsat'),
  together: d('How long rasters are waited for, so that one refresh covers all that come together.'),
  quiet: d('Seconds without a new raster before the work starts.', 60),
  longest: d('Seconds after the first raster: the start is not put off any longer.', 900),
  'rasters.keyArn': d(
    'The key that the objects of the bucket are encrypted with, where it is one of your own.',
    'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  ),
  ready: d('What must be there before anything is refreshed: all that is named.', { marker: '_SUCCESS' }),
  marker: d('A file in the folder of each raster.', '_SUCCESS'),
  manifest: d('A file in the folder of each raster: a JSON array of all keys that belong together.', 'manifest.json'),
  sidecar: d('The end of the name of a file beside each raster, in the place of its suffix.', '.json'),
  visible: d(
    'A clause by which the image service itself must find all rasters; {names}: their names without suffix, quoted.',
    'Name IN ({names})',
  ),
  'ready.longest': d('Seconds after which nothing is refreshed, and somebody is told.', 3600),
  tiles: d('Renews the tiles that the rasters touch, and no others: keys of manage-map-server-cache-tiles.'),
  unreadable: d(
    'What becomes of rasters whose place nobody knows: fail (dead letter), skip (a note), whole (all tiles are renewed).',
    'fail',
  ),
  clear: d('True clears what the REST cache holds of the service afterwards.', true),
  prefix: d('The start of the keys that count; taken literally.', 'landsat/'),
  suffixes: d('The ends of the keys that count; small and capital letters alike.', ['.tif', '.tiff']),
  refresh: d('The input of refresh-service for a raster that arrives.'),
  jobs: d('Limits of the job operations.'),
  maxDuration: d('Days after which a job is cancelled, 300 at most.', 14),
  maxWaiting: d('How many runs may wait for one service; more are refused.', 10),
  ledger: d('The table with an entry for every run.'),
  keepDays: d('Days that the entries of past runs are kept, 30 at least.', 400),
  logDays: d('Days that logs are kept: one of the numbers that CloudWatch Logs takes.', 365),
  tags: d('Tags of everything that is deployed.', { team: 'gis', 'cost-center': '4711' }),
  permissionsBoundary: d(
    'The managed policy that no role of the stack goes beyond, by its ARN.',
    'arn:aws:iam::111122223333:policy/boundary',
  ),
  network: d('The VPC that the functions run in which talk to a vendor.'),
  vpcId: d('The VPC.', 'vpc-0123456789abcdef0'),
  subnetIds: d('Its subnets, 16 at most.', ['subnet-0123456789abcdef0']),
  securityGroupIds: d('Security groups of the functions, 5 at most.', ['sg-0123456789abcdef0']),
  endpoints: d('False where others use Secrets Manager or Step Functions in that VPC.'),
  encryption: d('A key of yours in the place of the one that the stack makes.'),
  keyArn: d(
    'The ARN of the key, no alias.',
    'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  ),
  notifications: d('Who is told when an operation fails.'),
  topicArn: d('An SNS topic of yours that is told too.', 'arn:aws:sns:eu-west-1:111122223333:gis'),
  chat: d('A topic for chat alone: Amazon Q reads it.', { topicArn: 'arn:aws:sns:eu-west-1:111122223333:gis-chat' }),
  tell: d('Which ends of runs are told.', ['failed', 'partly', 'uncertain']),
  digest: d('When one mail tells of all runs since the last.', 'rate(1 day)'),
  email: d('An address that mail is sent to; it must be confirmed once.', 'gis-team@example.org'),
  target: d('The site: the name of its secret without the prefix.', 'city-gis'),
  folderName: d('Clears one folder only.', 'CachedServices'),
  serviceName: d('The bare name of a service, without folder and type.', 'Landsat'),
  type: d('The type of the service that serviceName names.', 'MapServer'),
  serviceType: d('The type of the service.', 'ImageServer'),
  serviceFolder: d('The folder of the service; none for the root.', 'Imagery'),
  refreshOptions: d('Handed on to the Refresh Service task; Esri does not document its values.'),
  inputService: d('The cached service.', 'Basemaps/City.MapServer'),
  confirm: d('Repeats inputService: the deletion cannot be undone.', 'Basemaps/City.MapServer'),
  waitForJobCompletion: d('DO_NOT_WAIT submits, and nobody watches the job.', 'WAIT'),
  updateMode: d('Which tiles are made, or deleted.', 'RECREATE_EMPTY_TILES'),
  scales: d('Scales of the service, or ALL: every cached one.', 'ALL', [9027.977411, 4513.988705]),
  areaOfInterest: d('Only tiles that touch this area: an Esri FeatureSet of polygons, or GeoJSON in WGS 84.'),
  updateExtent: d('Only tiles of this rectangle, in the reference of the service.', '2.2 48.8 2.5 48.9'),
  numOfCachingServiceInstances: d('How many instances of CachingTools work; -1: all.', -1),
  projects: d('Ids and names of projects, or ALL.', 'ALL', ['Sales']),
  cacheTypes: d('Which caches are purged.', ['element', 'object']),
  dryRun: d('True sends nothing that changes anything, and says what would be sent.', true),
  plan: d('Cuts the work into units, each one job of the vendor.', { jobsAtOnce: 2, window: 'nights' }),
  maxTilesPerJob: d('How many touched tiles a unit has at most.', 100_000),
  jobsAtOnce: d('How many tile jobs may run at once.', 2),
  window: d('The name of a window of the settings; units start only while it is open.', 'nights'),
  reason: d('Why no window is kept to, where window is "none".', 'urgent correction'),
  allowedFailures: d('How many units may fail: a number, or a share of them.', '2%'),
  confirmTiles: d('The exact number of tiles of the plan, where it is over the limit of the site.'),
  verify: d('How many tiles of each scale are looked at before and after, 50 at most.', 10),
  resume: d('A run whose remaining units are to be done.'),
  where: d('Which content and cube caches: all given keys must fit.', { whTables: ['SALES'] }),
  whTables: d('Names of warehouse tables that a cache reads.', ['SALES']),
  connectionIds: d('Ids of database connections that a cache reads.'),
  status: d('The status of a cache, in the words of the server.'),
  contentTypes: d('The types of content that a cache is of.'),
  ids: d('Ids of what a cache is of.'),
  invalidate: d('True invalidates content caches in the place of deleting them.', true),
  events: d('Events of other systems that start an operation.'),
  'events.name': d('Of the source of events; unique.', 'after-nightly-load'),
  pattern: d('The pattern of EventBridge that an event must fit.', { source: ['aws.glue'] }),
  edges: d('What keeps tiles before the server: paths of it are invalidated when the service has changed.'),
  service: d('The service, as inputService names it.', 'Basemaps/City.MapServer'),
  cloudFront: d('A distribution of Amazon CloudFront in this account.'),
  distributionId: d('The id of the distribution.', 'E2EXAMPLE1ABCD'),
  paths: d('What is invalidated, 15 paths at most; * stands at the end only.', [
    '/arcgis/rest/services/Basemaps/City/MapServer/*',
  ]),
  clients: d('How map clients are told that tiles were renewed, beside the event on the bus.', { websocket: true }),
  websocket: d(
    'True makes an AppSync Events API, on which map pages listen with a key that may do nothing else.',
    true,
  ),
  sites: d('What holds for one target.', { 'city-gis': { jobsAtOnce: 2, window: 'nights' } }),
  maxTiles: d('How many tiles a plan may have without confirmTiles.', 10_000_000),
  windows: d('Times in which a site may be worked on.', {
    nights: { timezone: 'Europe/Paris', from: '20:00', to: '06:00' },
  }),
  days: d('The days on which it opens.', ['mon', 'tue']),
  from: d('When it opens, local time.', '20:00'),
  to: d('When it closes; at or before from: on the next day.', '06:00'),
  except: d('Dates on which it stays closed.', ['2026-12-24']),
};

type Json = Record<string, unknown>;

/** Puts the descriptions beside the keys of a JSON Schema, however deep. */
export function describeKeys(schema: unknown, path: readonly string[] = []): unknown {
  if (Array.isArray(schema)) return schema.map((each) => describeKeys(each, path));
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([word, value]) =>
    word === 'properties' ? [word, describedProperties(value, path)] : [word, describeKeys(value, path)],
  );
  return Object.fromEntries(entries);
}

function describedProperties(properties: Json, path: readonly string[]): Json {
  const entries = Object.entries(properties).map(([key, schema]) => {
    const at = [...path, key];
    const known = DESCRIPTIONS[at.join('.')] ?? (at.length > 1 ? DESCRIPTIONS[key] : undefined);
    return [key, Object.assign({}, known, describeKeys(schema, at))];
  });
  return Object.fromEntries(entries);
}
