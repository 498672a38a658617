import type { GpJob } from '../../local/emulators/arcgis/gp-jobs.ts';
import type { JobPlatform } from '../support/job-platform.ts';
import { addCountry, COUNTRY, startPlan } from '../support/plan-platform.ts';
import { BASEMAP, startTiles, TILES } from '../support/tile-runs.ts';
import type { Scenario } from './scenario.ts';

const UNITS = 3;
const TILES_OF_A_UNIT = 128;
const UNIT_SECONDS = 1_200;
/** Where AWS failed for so long that nobody can say how a job has ended, its unit is run again. */
const MOST_JOBS = 2 * UNITS;

const HOUR = 3600;
const PAUSE_SECONDS = 4 * HOUR;

/** The settings are read before a platform has a target of its own. */
const EDGE_TARGET = 'city-gis';
const DISTRIBUTION = 'E2EXAMPLE1ABCD';

/** Runs that have others do their work, and what stands before or after a run. */
export const LARGER_SCENARIOS: readonly Scenario[] = [
  {
    name: 'a plan of three units',
    jobSeconds: UNIT_SECONDS,
    jobs: MOST_JOBS,
    async begin(platform) {
      addCountry(platform, COUNTRY);
      return [startPlan(platform, 'plan', UNITS, { verify: 2 })];
    },
    check: isWhole,
  },
  {
    name: 'a plan with two jobs at once',
    jobSeconds: UNIT_SECONDS,
    jobs: MOST_JOBS,
    async begin(platform) {
      addCountry(platform, COUNTRY);
      return [startPlan(platform, 'lanes', UNITS, { plan: { jobsAtOnce: 2 } })];
    },
    check: isWhole,
  },
  {
    name: 'a plan that is stopped during its second unit',
    jobSeconds: UNIT_SECONDS,
    jobs: 2,
    async begin(platform) {
      addCountry(platform, COUNTRY);
      const run = startPlan(platform, 'stopped', UNITS);
      let jobs = 0;
      const end = platform.onState(({ machine, state, moment }) => {
        if (machine !== 'run-job' || state !== 'Renew the lease' || moment !== 'after') return;
        jobs += 1;
        if (jobs < 2) return;
        end();
        run.abort();
      });
      return [run];
    },
  },
  {
    name: 'a run of two targets',
    jobSeconds: UNIT_SECONDS,
    jobs: 2,
    async begin(platform) {
      const { url, username, password } = platform.emulator;
      const target = [1, 2].map((n) =>
        platform.newTarget({ vendor: 'arcgis', url, username, password }, `site-${platform.clock.now()}-${n}`),
      );
      return [platform.start(TILES, { target, inputService: BASEMAP, updateMode: 'RECREATE_ALL_TILES' }, 'targets')];
    },
  },
  {
    name: 'a run on a paused site',
    jobSeconds: UNIT_SECONDS,
    jobs: 1,
    async begin(platform) {
      const { target, clock } = platform;
      const until = new Date(clock.now() + PAUSE_SECONDS * 1000).toISOString();
      const pause = platform.start('pause-site', { target, until, reason: 'maintenance' }, 'pause');
      await clock.after(HOUR / 2, () => undefined);
      return [pause, startTiles(platform, 'paused')];
    },
    check: waitsForThePause,
  },
  {
    name: 'a run behind an edge',
    options: {
      tells: true,
      settings: {
        edges: [
          {
            target: EDGE_TARGET,
            service: BASEMAP,
            cloudFront: { distributionId: DISTRIBUTION, paths: ['/arcgis/rest/services/Basemap/MapServer/*'] },
          },
        ],
      },
    },
    jobSeconds: UNIT_SECONDS,
    jobs: 1,
    async begin(platform) {
      const { url, username, password } = platform.emulator;
      platform.newTarget({ vendor: 'arcgis', url, username, password }, EDGE_TARGET);
      return [startTiles(platform, 'behind', { target: EDGE_TARGET })];
    },
    check: isToldToTheEdge,
  },
];

/**
 * Every tile of a plan that has succeeded was made, by as many units as it has; a unit whose run did not end well was run
 * again, but never while its job was at work.
 */
async function isWhole({ ledger, emulator }: JobPlatform): Promise<string[]> {
  const runs = await ledger.runs();
  const plan = runs.find(({ operation, parent }) => operation === TILES && parent === undefined);
  const units = runs.filter(({ parent }) => parent !== undefined && parent === `${TILES}/${plan?.['name']}`);
  const ended = units.filter(({ status }) => status === 'succeeded').length;
  const jobs = emulator.jobs.list();
  const made = emulator.tiles.list(COUNTRY).filter(({ madeAt }) => madeAt > Date.parse(String(plan?.['startedAt'])));
  const isDone = made.length === UNITS * TILES_OF_A_UNIT && ended === UNITS;
  return [
    ...(plan?.['status'] !== 'succeeded' || isDone
      ? []
      : [`the plan succeeded with ${ended} units and ${made.length} new tiles`]),
    ...(jobs.length > units.length ? [`${jobs.length} jobs for ${units.length} runs of units`] : []),
    ...jobs.filter((job) => isTwiceAtWork(job, jobs)).map(({ id }) => `${id} does what another job does meanwhile`),
  ];
}

function isTwiceAtWork(job: GpJob, jobs: readonly GpJob[]): boolean {
  const { endedAt = Number.POSITIVE_INFINITY } = job;
  const isSame = (other: GpJob) => JSON.stringify(other.inputs) === JSON.stringify(job.inputs);
  return jobs.some(
    (other) => other !== job && isSame(other) && job.submittedAt <= other.submittedAt && other.submittedAt < endedAt,
  );
}

async function waitsForThePause({ stateMachines, emulator, clock }: JobPlatform): Promise<string[]> {
  const pause = stateMachines.executions.find(({ machine }) => machine === 'pause-site');
  if (pause?.status !== 'SUCCEEDED') return [];
  const until = Date.parse(Object(JSON.parse(pause.input)).until);
  const early = emulator.jobs.list().filter(({ submittedAt }) => submittedAt < Math.min(until, clock.now()));
  return early.length === 0 ? [] : ['a job was submitted during the pause'];
}

/** Its tiles are forgotten after the run, or an alarm says that they are not. */
async function isToldToTheEdge({ stateMachines, ledger }: JobPlatform): Promise<string[]> {
  const [run] = await ledger.runs();
  if (run?.['status'] !== 'succeeded') return [];
  const { executions, cloudFront } = stateMachines;
  const isForgotten = cloudFront.invalidations.some(
    ({ createdAt }) => createdAt > Date.parse(String(run['finishedAt'])),
  );
  const isAlarmed = executions.some(({ machine, status }) => machine === 'invalidate-edge' && status === 'FAILED');
  return isForgotten || isAlarmed ? [] : ['the edge keeps its old tiles, and nobody knows'];
}
