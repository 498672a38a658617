import type { TestContext } from 'node:test';
import { handler as cancelJob } from '../../functions/cancel-job/handler.ts';
import { handler as deleteCache } from '../../functions/delete-map-server-cache/handler.ts';
import { handler as manageTiles } from '../../functions/manage-map-server-cache-tiles/handler.ts';
import { handler as refresh } from '../../functions/refresh-service/handler.ts';
import type { JobListKind } from '../../local/emulators/arcgis/admin-jobs.ts';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { signIn } from '../../local/emulators/arcgis/emulator-caller.ts';
import { invoke, type TestAws } from './invoke.ts';
import { startWeatherServer, type WeatherServer } from './weather-server.ts';

export const TOOLS = '/rest/services/System/CachingTools/GPServer';
export const TILES_TASK = `${TOOLS}/Manage%20Map%20Cache%20Tiles`;
export const STREETS = 'CachedServices/Streets.MapServer';
export const ALL_SCALES = '591657527.591555;295828763.795777;147914381.897889;73957190.948944;36978595.474472';
/** What a person submits who wants the tiles of Streets; each test changes some of it. */
export const TILES_OF_STREETS = {
  service_url: 'CachedServices/Streets:MapServer',
  levels: ALL_SCALES,
  thread_count: '-1',
  update_mode: 'RECREATE_ALL_TILES',
};

const HANDLERS = {
  'manage-map-server-cache-tiles': manageTiles,
  'delete-map-server-cache': deleteCache,
  'refresh-service': refresh,
};
type Operation = keyof typeof HANDLERS;

/** A site whose jobs take a day, and what a run that lost its job does there. */
export interface LostJobs {
  emulator: ArcgisEmulator;
  weather: WeatherServer;
  target: string;
  /** Does something so many seconds ago, by the server's clock. */
  ago<T>(seconds: number, act: () => Promise<T>): Promise<T>;
  /** Submits as a person does, so many seconds ago; gives the job's id. */
  personSubmits(fields: Record<string, string>, how?: { secondsAgo?: number; task?: string }): Promise<string>;
  /** The operation's own submit; the job's id is the emulator's newest. */
  submit(operation: Operation, input: object): Promise<unknown>;
  /** What the run has put into the ledger to find its job by. */
  sought(operation: Operation, input: object): Promise<object>;
  /** What `cancel-run` asks for a run that was stopped in its submit, which began just now or so many seconds ago. */
  find(sought: object, startedSecondsAgo?: number): Promise<unknown>;
}

export async function openLostJobs(t: TestContext, aws: TestAws, jobList: JobListKind = 'server'): Promise<LostJobs> {
  let offset = 0;
  const emulator = await startArcgisEmulator({ jobList, jobSeconds: 86_400, now: () => Date.now() + offset });
  const weather = await startWeatherServer({ upstream: emulator.url });
  t.after(() => Promise.all([weather.close(), emulator.close()]));
  const { username, password } = emulator;
  const target = aws.newTarget({ vendor: 'arcgis', url: `${weather.origin}/arcgis`, username, password });
  const ago: LostJobs['ago'] = async (seconds, act) => {
    offset = -seconds * 1000;
    return await act().finally(() => {
      offset = 0;
    });
  };
  return {
    emulator,
    weather,
    target,
    ago,
    personSubmits: async (fields, { secondsAgo = 0, task = TILES_TASK } = {}) =>
      await ago(secondsAgo, async () => {
        const person = await signIn(emulator, 'publisher');
        await person.submit(task, fields);
        return emulator.jobs.list().at(-1)?.id ?? '';
      }),
    submit: (operation, input) => invoke(HANDLERS[operation], { submit: { target, ...input } }),
    async sought(operation, input) {
      const execution = { name: 'lost', startedAt: new Date().toISOString() };
      return Object(await invoke(HANDLERS[operation], { prepare: { target, ...input }, execution })).sought;
    },
    find(sought, startedSecondsAgo = 0) {
      const since = new Date(Date.now() - startedSecondsAgo * 1000).toISOString();
      // As the machine hands it over: from the ledger, where it is text.
      const find = { target, sought: JSON.parse(JSON.stringify(sought)), since };
      return invoke(cancelJob, { find, attempt: { attempts: 0 } });
    },
  };
}
