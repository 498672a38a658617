import { pascalCase } from '../../infra/operations.ts';
import type { Execution } from '../../local/execution.ts';
import type { JobPlatform } from '../support/job-platform.ts';
import { BASEMAP, startTiles, TILES } from '../support/tile-runs.ts';
import { LARGER_SCENARIOS } from './larger-scenarios.ts';
import { RASTER_SCENARIOS } from './raster-scenarios.ts';
import type { Scenario } from './scenario.ts';

/** Longer than an outage of two hours. */
const JOB_SECONDS = 9_000;
const DAYS_OF_THREE_HOURS = 0.125;
const REFRESH = { serviceName: 'Basemap', serviceType: 'MapServer' };

const SCHEDULED = {
  schedules: [
    {
      name: 'nightly',
      operation: 'refresh-service',
      expression: 'cron(0 3 * * ? *)',
      input: { target: 'set-by-the-scenario', ...REFRESH },
    },
  ],
};

/** Stops the run when it comes to a state of a machine. */
function stopping({ onState }: JobPlatform, run: Execution, machine: string, state: string): void {
  const stop = onState((at) => {
    if (at.machine !== machine || at.state !== state || at.moment !== 'after') return;
    stop();
    run.abort();
  });
}

export const SCENARIOS: readonly Scenario[] = [
  { name: 'a run', jobSeconds: JOB_SECONDS, jobs: 1, begin: async (platform) => [startTiles(platform, 'run')] },
  {
    name: 'a run that only submits',
    jobSeconds: JOB_SECONDS,
    jobs: 1,
    begin: async (platform) => [startTiles(platform, 'only', { waitForJobCompletion: 'DO_NOT_WAIT' })],
  },
  {
    name: 'a run that waits behind another',
    jobSeconds: 1_200,
    jobs: 2,
    async begin(platform) {
      const first = startTiles(platform, 'first');
      await platform.clock.after(30, () => undefined);
      return [first, startTiles(platform, 'second', { updateMode: 'RECREATE_ALL_TILES' })];
    },
  },
  {
    name: 'an equal run that attaches',
    jobSeconds: 1_200,
    jobs: 1,
    async begin(platform) {
      const first = startTiles(platform, 'first');
      await platform.clock.after(30, () => undefined);
      return [first, startTiles(platform, 'equal')];
    },
  },
  {
    name: 'a run that is refused',
    jobSeconds: JOB_SECONDS,
    jobs: 0,
    begin: async (platform) => [startTiles(platform, 'refused', { inputService: 'Nowhere.MapServer' })],
  },
  {
    name: 'a run whose job fails',
    jobSeconds: 300,
    jobs: 1,
    async begin(platform) {
      platform.emulator.jobs.nextFates.push('fails');
      return [startTiles(platform, 'fails')];
    },
  },
  {
    name: 'a run whose submit breaks off',
    jobSeconds: JOB_SECONDS,
    jobs: 1,
    async begin(platform) {
      const end = platform.onInvoke(({ functionName, event, moment }) => {
        if (functionName !== TILES || moment !== 'after' || !Object.hasOwn(Object(event), 'submit')) return;
        end();
        throw Object.assign(new Error('it broke off'), { name: 'Runtime.ExitError' });
      });
      return [startTiles(platform, 'broken')];
    },
  },
  {
    name: 'a run that is stopped while it watches',
    jobSeconds: 100_000,
    jobs: 1,
    async begin(platform) {
      const run = startTiles(platform, 'stopped');
      stopping(platform, run, 'run-job', 'Renew the lease');
      return [run];
    },
  },
  {
    name: 'a run that is stopped while it submits',
    jobSeconds: 100_000,
    jobs: 1,
    async begin(platform) {
      const run = startTiles(platform, 'stopped');
      stopping(platform, run, 'run-job', 'Submit');
      return [run];
    },
  },
  {
    name: 'a run at its deadline',
    jobSeconds: JOB_SECONDS,
    options: { settings: { jobs: { [TILES]: { maxDuration: DAYS_OF_THREE_HOURS } } } },
    jobs: 1,
    async begin(platform) {
      platform.emulator.jobs.nextFates.push('neverEnds');
      return [startTiles(platform, 'overdue')];
    },
  },
  {
    name: 'a run that is stopped, whose end is told to nobody',
    jobSeconds: 100_000,
    options: { events: 'lost' },
    jobs: 1,
    async begin(platform) {
      const run = startTiles(platform, 'unheard');
      stopping(platform, run, 'run-job', 'Renew the lease');
      return [run];
    },
  },
  {
    name: 'a scheduled run',
    jobSeconds: 300,
    options: { settings: SCHEDULED },
    jobs: 1,
    async begin({ stateMachines, template, target }) {
      const arnOf = (name: string) => template.stateMachines.find((one) => one.name === name)?.arn ?? '';
      const input = {
        name: 'nightly',
        scheduledTime: '2026-01-01T00:00:00Z',
        stateMachineArn: arnOf('refresh-service'),
        input: { target, ...REFRESH },
      };
      return [stateMachines.start({ stateMachineArn: arnOf('start-scheduled-job'), input: JSON.stringify(input) })];
    },
  },
  {
    name: 'an immediate run',
    jobSeconds: JOB_SECONDS,
    jobs: 0,
    begin: async ({ start, target }) => [start('clear-rest-cache', { target }, 'immediate')],
  },
  {
    name: 'a run that is started by hand in the Lambda console',
    jobSeconds: 300,
    jobs: 1,
    async begin({ template, invoke, target, stateMachines }) {
      const prefix = `${pascalCase(TILES)}Function`;
      const input = { target, inputService: BASEMAP, updateMode: 'RECREATE_EMPTY_TILES' };
      await invoke(template.functions.find(({ name }) => name.startsWith(prefix))?.name ?? '', input);
      return stateMachines.executions.filter(({ machine }) => machine === TILES);
    },
  },
  ...RASTER_SCENARIOS,
  ...LARGER_SCENARIOS,
];
