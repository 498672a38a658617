import assert from 'node:assert/strict';
import { handler as cancelJob } from '../../functions/cancel-job/handler.ts';
import { handler as checkJob } from '../../functions/check-job/handler.ts';
import { handler as clearRestCache } from '../../functions/clear-rest-cache/handler.ts';
import { handler as deleteCache } from '../../functions/delete-map-server-cache/handler.ts';
import { handler as manageTiles } from '../../functions/manage-map-server-cache-tiles/handler.ts';
import { handler as purge } from '../../functions/purge-microstrategy-caches/handler.ts';
import { handler as refresh } from '../../functions/refresh-service/handler.ts';
import { isArea, isName, isScales, isTarget, isText, optional, serviceSegments } from './contract-values.ts';
import { type Counted, type CountingSite, PROJECT } from './counting-site.ts';
import { adminJobs, isJob, jobSegments, TASK_PATH } from './job-paths.ts';
import { watchOf } from './watch.ts';

// The contract's rules for inputs, written a second time and without the schemas: what an input must at least be before
// anything of it may reach a vendor, and which paths it may ask for.

type Fields = Record<string, unknown>;

/** A function, good events of it, and what holds of every event that reaches a vendor or starts an execution. */
export interface Subject {
  name: string;
  handler: typeof clearRestCache;
  events: (site: CountingSite) => object[];
  mayRun: (event: Fields, site: CountingSite) => boolean;
  /** Each path by its decoded segments, below the site. */
  paths: (event: Fields, site: CountingSite) => unknown[][];
}

function hasOnly(event: Fields, ...keys: string[]): boolean {
  return Object.keys(event).every((key) => keys.includes(key));
}

const INFO_AND_TOKEN = [
  ['rest', 'info'],
  ['admin', 'generateToken'],
];
const task = (folder: string, name: string) => ['rest', 'services', 'System', folder, 'GPServer', name];

/** What an operation's machine or a person hands over: the input, wrapped or not. */
function inputOf(event: Fields): Fields {
  return Object.hasOwn(event, 'submit') ? Object(event['submit']) : event;
}

function wrapped(...inputs: object[]): object[] {
  const execution = { id: 'arn:nightly', name: 'nightly', startedAt: '2026-01-01T00:00:00Z' };
  const run = { operation: 'any', name: 'by-hand-1' };
  return inputs.flatMap((input) => [
    { submit: input },
    { submit: input, run, attempts: 0 },
    { prepare: input, execution },
    input,
  ]);
}

/** A job that nobody waits for too. */
function wrappedJob(...inputs: object[]): object[] {
  return inputs.flatMap((input) => [...wrapped(input), { ...input, waitForJobCompletion: 'DO_NOT_WAIT' }]);
}

/** Something narrows, and nothing empty. */
function isWhere(given: unknown): boolean {
  const { status, ...lists } = Object(given);
  const words = [status].flat();
  return (
    hasOnly(Object(given), 'whTables', 'connectionIds', 'status', 'contentTypes', 'ids') &&
    Object.keys(Object(given)).length > 0 &&
    (status === undefined || (words.length > 0 && words.every(isText))) &&
    Object.values(lists).every((list) => Array.isArray(list) && list.length > 0 && list.every(isText))
  );
}

const isWaiting = (value: unknown) => optional(value, (text) => text === 'WAIT' || text === 'DO_NOT_WAIT');

export const SUBJECTS: Subject[] = [
  {
    name: 'clear-rest-cache',
    handler: clearRestCache,
    events: ({ arcgis: target }) =>
      wrapped(
        { target },
        { target, folderName: 'Imagery' },
        { target, folderName: 'Imagery', serviceName: 'Landsat', type: 'ImageServer' },
      ),
    mayRun(event) {
      const { target, folderName, serviceName, type, ...more } = inputOf(event);
      return (
        hasOnly(more) &&
        isTarget(target) &&
        optional(folderName, isName) &&
        optional(serviceName, isName) &&
        optional(type, (text) => /^[A-Za-z]+Server$/.test(String(text))) &&
        (serviceName === undefined) === (type === undefined)
      );
    },
    paths: () => [
      ...INFO_AND_TOKEN,
      ['admin', 'services', 'exists'],
      ['admin', 'system', 'handlers', 'rest', 'cache', 'clear'],
    ],
  },
  {
    name: 'delete-map-server-cache',
    handler: deleteCache,
    events: ({ arcgis: target }) =>
      wrappedJob({ target, inputService: 'Folder/Streets.MapServer', confirm: 'Folder/Streets.MapServer' }),
    mayRun(event) {
      const { target, inputService, confirm, waitForJobCompletion, ...more } = inputOf(event);
      const isConfirmed = serviceSegments(inputService) !== undefined && confirm === inputService;
      return hasOnly(more) && isTarget(target) && isConfirmed && isWaiting(waitForJobCompletion);
    },
    paths: (event) => [
      ...INFO_AND_TOKEN,
      ['rest', 'services', ...(serviceSegments(inputOf(event)['inputService']) ?? [])],
      [...task('CachingTools', 'DeleteCache'), 'submitJob'],
    ],
  },
  {
    name: 'manage-map-server-cache-tiles',
    handler: manageTiles,
    events: ({ arcgis: target }) => {
      const tiles = { target, inputService: 'Basemap.MapServer', updateMode: 'RECREATE_ALL_TILES' };
      const ring = [[0, 0], [0, 9], [9, 9], [0, 0]]; // biome-ignore format: a ring reads better in one line
      const updateExtent = { xmin: 0, ymin: 0, xmax: 1, ymax: 1, spatialReference: { wkid: 3857 } };
      const polygon = { type: 'Polygon', coordinates: [ring] };
      return wrappedJob(
        { ...tiles, scales: [1000, 500], updateExtent },
        { ...tiles, scales: '1000;500', areaOfInterest: { rings: [ring], spatialReference: { wkid: 3857 } } },
        { ...tiles, areaOfInterest: { type: 'FeatureCollection', features: [{ type: 'Feature', geometry: polygon }] } },
        { ...tiles, areaOfInterest: polygon, numOfCachingServiceInstances: 2 },
        { ...tiles, areaOfInterest: { features: [{ geometry: { rings: [ring] } }] }, updateExtent: '0 0 1 1' },
      );
    },
    mayRun(event) {
      const { target, inputService, updateMode, scales, areaOfInterest, waitForJobCompletion, ...more } =
        inputOf(event);
      const modes: unknown[] = ['RECREATE_EMPTY_TILES', 'RECREATE_ALL_TILES', 'DELETE_TILES'];
      return (
        hasOnly(more, 'updateExtent', 'numOfCachingServiceInstances') &&
        Object.values(more).every((value) => value !== null && value !== '' && JSON.stringify(value) !== '{}') &&
        isTarget(target) &&
        modes.includes(updateMode) &&
        serviceSegments(inputService) !== undefined &&
        optional(scales, isScales) &&
        optional(areaOfInterest, isArea) &&
        isWaiting(waitForJobCompletion)
      );
    },
    paths: (event) => [
      ...INFO_AND_TOKEN,
      ['rest', 'services', ...(serviceSegments(inputOf(event)['inputService']) ?? [])],
      [...task('ReportingTools', 'ReportCacheStatus'), 'execute'],
      [...task('CachingTools', 'Manage Map Cache Tiles'), 'submitJob'],
    ],
  },
  {
    name: 'refresh-service',
    handler: refresh,
    events: ({ arcgis: target }) =>
      wrappedJob(
        { target, serviceFolder: 'Imagery', serviceName: 'Landsat', serviceType: 'ImageServer' },
        { target, serviceName: 'Landsat', serviceType: 'MapServer', refreshOptions: 'UPDATE_EXTENT' },
      ),
    mayRun(event) {
      const { target, serviceName, serviceType, serviceFolder, refreshOptions, waitForJobCompletion, ...more } =
        inputOf(event);
      return (
        hasOnly(more) &&
        isTarget(target) &&
        isName(serviceName) &&
        /^(Image|Feature|Map|Scene)Server$/.test(String(serviceType)) &&
        optional(serviceFolder, isName) &&
        optional(refreshOptions, isText) &&
        isWaiting(waitForJobCompletion)
      );
    },
    paths(event) {
      const { serviceFolder, serviceName, serviceType } = inputOf(event);
      const folder = serviceFolder === undefined ? [] : [serviceFolder];
      return [
        ...INFO_AND_TOKEN,
        ['rest', 'services', ...folder, serviceName, serviceType],
        [...task('PublishingTools', 'Refresh Service'), 'submitJob'],
      ];
    },
  },
  {
    name: 'purge-microstrategy-caches',
    handler: purge,
    events: ({ microstrategy: target }) =>
      wrapped(
        { target, projects: 'ALL' },
        { target, projects: ['Tutorial', PROJECT], cacheTypes: ['element', 'object'] },
        { target, projects: ['00000000000000000000000000000001'], cacheTypes: ['object'] },
        { target, projects: [PROJECT], cacheTypes: ['content', 'cube'], where: { whTables: ['T'], status: 'ready' } },
        { target, projects: [PROJECT], cacheTypes: ['content'], where: { ids: ['a'] }, invalidate: true },
      ),
    mayRun(event) {
      const { target, projects, cacheTypes, where, invalidate, ...more } = inputOf(event);
      return (
        hasOnly(more) &&
        optional(where, (given) => isWhere(given) && /content|cube/.test(String(cacheTypes))) &&
        optional(invalidate, (flag) => flag === false || (flag === true && /content/.test(String(cacheTypes)))) &&
        isTarget(target) &&
        (projects === 'ALL' || (Array.isArray(projects) && projects.length > 0 && projects.every(isText))) &&
        optional(
          cacheTypes,
          (list) => Array.isArray(list) && list.every((type) => /^(element|object|content|cube)$/.test(type)),
        )
      );
    },
    paths(event) {
      const { projects } = inputOf(event);
      const given = Array.isArray(projects) ? projects.filter((project) => /^[0-9a-f]{32}$/i.test(project)) : [];
      return [
        ...[
          ['api', 'auth', 'login'],
          ['api', 'projects'],
          ['api', 'auth', 'logout'],
          ['api', 'monitors', 'iServer', 'nodes'],
          ['api', 'monitors', 'caches', 'contents'],
          ['api', 'v2', 'monitors', 'caches', 'contents'],
          ['api', 'monitors', 'caches', 'cubes'],
          ['api', 'monitors', 'caches', 'cubes', 'K:1'],
        ],
        ...[PROJECT, ...given].flatMap((id) =>
          ['element', 'object'].map((type) => ['api', 'monitors', 'projects', id, 'caches', type]),
        ),
      ];
    },
  },
  {
    name: 'check-job',
    handler: checkJob,
    events: (site) => [
      watchOf({ operation: 'refresh-service', target: site.arcgis, service: 'A.MapServer', taskPath: TASK_PATH }),
      watchOf(
        {
          operation: 'refresh-service',
          target: site.arcgis,
          service: 'A.MapServer',
          taskUrl: `https://a/${TASK_PATH}`,
        },
        { percent: 7, trouble: { kind: 'odd', since: '2026-01-01T00:00:00.000Z', polls: 1 }, notes: ['a note'] },
      ),
      { clock: { since: '2026-01-01T00:00:00.000Z' } },
    ],
    mayRun: ({ job }) => isTarget(Object(job).target) && isJob(Object(job)),
    paths: ({ job }) => [...INFO_AND_TOKEN, jobSegments(Object(job))],
  },
  {
    name: 'cancel-job',
    handler: cancelJob,
    events: (site) => [
      { cancel: { target: site.arcgis, taskPath: TASK_PATH, jobId: 'j1' }, attempt: { attempts: 0 } },
      {
        find: {
          target: site.arcgis,
          sought: { taskPath: TASK_PATH, inputs: { service_url: 'A:MapServer' } },
          since: '2026-01-01T00:00:00.000Z',
        },
        attempt: { attempts: 0 },
      },
    ],
    mayRun: ({ cancel, find }) =>
      isTarget(Object(find ?? cancel).target) && (find !== undefined || isJob(Object(cancel))),
    paths({ cancel, find }) {
      if (find !== undefined)
        return [...INFO_AND_TOKEN, [...adminJobs(String(Object(Object(find).sought).taskPath).split('/')), 'query']];
      const job = jobSegments(Object(cancel));
      return [...INFO_AND_TOKEN, job, [...job, 'cancel'], [...adminJobs(job), job.at(-1), 'cancel']];
    },
  },
];

/** What a run has asked for is what the contract allows for its event: nothing, or only paths of the event's own. */
export function assertAllowed({ mayRun, paths }: Subject, event: unknown, counted: Counted, site: CountingSite): void {
  const { requests, executions, error } = counted;
  if (requests.length === 0 && executions === 0) return;
  assert.ok(mayRun(Object(event), site), `an invalid input was let through${error ? ` and then was ${error}` : ''}`);
  const allowed = paths(Object(event), site).map((segments) => JSON.stringify(segments));
  for (const { path: whole, body } of requests) {
    // Only lists are asked for by a query, and a node is named in one.
    const path = whole.replace(/(?<=\.GPServer\/jobs\/query|\/caches\/(?:contents|cubes))\?[\w=&-]*$/, '');
    assert.doesNotMatch(path, /[?#\\]/);
    const [start, root, ...segments] = path.split('/').map(decodeURIComponent);
    assert.equal(start, '');
    assert.match(root ?? '', /^(arcgis|MicroStrategyLibrary)$/);
    assert.ok(allowed.includes(JSON.stringify(segments)), `${path} is none of ${allowed.join()}`);
    assert.doesNotMatch(body, /undefined|NaN|Infinity|%5Bobject/);
  }
}
