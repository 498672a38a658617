import { showRuns } from '../../functions/show-runs/operation.ts';
import type { Entry } from '../../shared/ledger/entry.ts';
import type { LastRun } from '../../shared/ledger/last-runs.ts';
import type { SeenRuns } from '../../shared/ledger/seen-runs.ts';
import { packed, type ScheduleOfList } from '../../shared/schedules/schedule-list.ts';

const TILES = 'manage-map-server-cache-tiles';
const CLEAR = 'clear-rest-cache';
const REFRESH = 'refresh-service';
const PURGE = 'purge-microstrategy-caches';
const HOUR = 3600;
const DAY = 24 * HOUR;
const HOSTILE = `<img src=x onerror=alert(1)><script>alert(2)</script>"'&</td></table>`;

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
const arnOf = (operation: string, name: string) =>
  `arn:aws:states:eu-west-1:111122223333:execution:${operation}:${name}`;

function run(operation: string, name: string, startedSecondsAgo: number, more: Partial<Entry> = {}): Entry {
  const entry = { operation, name, startedAt: inSeconds(-startedSecondsAgo), status: 'running' as const, open: 'yes' };
  return { ...entry, target: 'city-gis', startedBy: 'person', executionArn: arnOf(operation, name), ...more };
}

function ended(operation: string, name: string, endedSecondsAgo: number, more: Partial<LastRun> = {}): LastRun {
  const finishedAt = inSeconds(-endedSecondsAgo);
  const times = { startedAt: inSeconds(-endedSecondsAgo - 90), finishedAt };
  const whole = { operation, name, target: 'city-gis', status: 'succeeded', hasRest: false, ...times };
  return { ...whole, executionArn: arnOf(operation, name), ...more };
}

const schedule = (name: string, operation: string, expression: string, target = 'city-gis'): ScheduleOfList => ({
  name,
  operation,
  expression,
  target,
  timezone: 'Europe/Paris',
  enabled: true,
});

const SCHEDULES = [
  schedule('nightly-rest-cache', CLEAR, 'cron(0 3 * * ? *)'),
  schedule('nightly-purge', PURGE, 'cron(30 4 ? * MON-FRI *)', 'bi'),
  schedule('imagery', REFRESH, 'rate(6 hours)'),
  { ...schedule('quarterly-tiles', TILES, 'cron(0 20 1 1,4,7,10 ? *)'), enabled: false },
];
const STREETS = 'Basemaps/Streets.MapServer';
const LANDSAT = 'Imagery/Landsat.ImageServer';

const LAST = [
  ended(CLEAR, 'nightly-rest-cache-2026-11-26T02-00-00Z', 9 * HOUR),
  ended(PURGE, 'nightly-purge-2026-11-26T03-30-00Z', 8 * HOUR, { target: 'bi' }),
  ended(REFRESH, 'rasters-landsat-41', 2 * HOUR, { service: LANDSAT }),
  ended(TILES, 'streets-again', 3 * DAY, { service: STREETS }),
];
const NOTHING: SeenRuns = { open: [], moreOpen: 0, last: LAST, failed: [], pauses: [] };

const plan = (units: number, done: number, failed = 0) =>
  JSON.stringify({ tiles: 4_812_000, units, done, failed, scales: [] });

const FIVE_RUNS: SeenRuns = {
  ...NOTHING,
  open: [
    run(TILES, 'streets-november', 3 * HOUR, { service: STREETS, percent: 61.4, expectedEnd: inSeconds(6_900) }),
    run(REFRESH, 'rasters-landsat-42', 50, { service: LANDSAT, startedBy: 'S3' }),
    run(TILES, 'parks', 1_500, {
      target: 'county-gis',
      service: 'Parks.MapServer',
      percent: 8.2,
      expectedEnd: inSeconds(4 * HOUR),
    }),
    run(TILES, 'streets-area-7', HOUR, { service: STREETS, status: 'waiting' }),
    run(PURGE, 'after-the-load', 600, {
      target: 'bi',
      status: 'paused',
      startedBy: 'event after-nightly-load',
      pausedUntil: inSeconds(2 * HOUR),
      pausedFor: 'upgrade of the server',
    }),
  ],
  failed: [
    ended(CLEAR, 'by-hand-3', 20 * HOUR, {
      target: 'county-gis',
      status: 'failed',
      error: 'VendorAuthError',
      message: 'The portal of target "county-gis" refused the credentials.',
    }),
  ],
  pauses: [{ name: 'bi', until: inSeconds(2 * HOUR), reason: 'upgrade of the server' }],
};

const PLAN: SeenRuns = {
  ...NOTHING,
  open: [
    run(TILES, 'five-nights', 2.6 * DAY, {
      service: STREETS,
      percent: 47.3,
      expectedEnd: inSeconds(2.4 * DAY),
      plan: plan(168, 79, 2),
    }),
    run(TILES, 'five-nights-unit-80-1', 900, { service: STREETS, parent: `${TILES}/five-nights`, tiles: 29_000 }),
    run(TILES, 'five-nights-unit-81-1', 600, { service: STREETS, parent: `${TILES}/five-nights`, tiles: 29_000 }),
  ],
};

const FAILURES: SeenRuns = {
  ...NOTHING,
  last: [
    ...LAST,
    ended(TILES, 'old-town', 12 * HOUR, {
      target: 'county-gis',
      status: 'stopped',
      service: 'OldTown.MapServer',
      hasRest: true,
    }),
  ],
  failed: [
    ended(PURGE, 'nightly-purge-2026-11-25T03-30-00Z', 30 * HOUR, {
      target: 'bi',
      status: 'failed',
      error: 'VendorAuthError',
      message: 'The MicroStrategy server of target "bi" refused the credentials (ERR003).',
    }),
    ended(TILES, 'river', 5 * HOUR, {
      target: 'county-gis',
      service: 'Rivers.MapServer',
      status: 'partly',
      hasRest: true,
      error: 'PartialFailureError',
      message: '3 units failed twice, and 2 may.',
    }),
    ended(REFRESH, 'rasters-landsat-40', 7 * HOUR, {
      service: LANDSAT,
      status: 'uncertain',
      error: 'SubmitUncertainError',
      message: 'The answer to the submit was lost, and the job list does not show whether the job exists.',
    }),
    ended(CLEAR, 'nightly-rest-cache-2026-11-25T02-00-00Z', 33 * HOUR, {
      status: 'failed',
      error: 'VendorUnreachableError',
      message: 'gis.example.org did not answer within 30 s.',
    }),
  ],
};

const NAMES: SeenRuns = {
  open: [
    run(TILES, HOSTILE, 60, { target: HOSTILE, service: HOSTILE, startedBy: HOSTILE, percent: 30 }),
    run(CLEAR, 'a'.repeat(80), 60, {
      service: `${'Very_long_folder_name_'.repeat(6)}/Name.MapServer`,
      status: 'waiting',
    }),
  ],
  moreOpen: 12,
  last: [ended(CLEAR, HOSTILE, 60, { target: HOSTILE, service: HOSTILE })],
  failed: [ended(TILES, HOSTILE, 60, { target: HOSTILE, status: 'failed', error: 'JobFailedError', message: HOSTILE })],
  pauses: [{ name: HOSTILE, until: inSeconds(HOUR), reason: HOSTILE }],
};

const SCENES: Record<string, SeenRuns> = {
  'nothing-running': NOTHING,
  'five-runs': FIVE_RUNS,
  'five-nights': PLAN,
  failures: FAILURES,
  'a-name-full-of-html': NAMES,
};

export const sceneNames = Object.keys(SCENES);

/** The HTML that the widget answers for a scene. */
export async function pageOfScene(name: string, theme: 'light' | 'dark'): Promise<string> {
  const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:CacheOps-ActOnRun';
  Object.assign(process.env, {
    ACT_ON_RUN_ARN: arn,
    SCHEDULES: packed(SCHEDULES, 3000),
    LOG_GROUPS: 'ClearRestCacheLogs',
  });
  const widgetContext = { theme, timezone: { offsetISO: '+01:00' } };
  return String(await showRuns({ widgetContext }, { read: async () => SCENES[name] ?? NOTHING }));
}
