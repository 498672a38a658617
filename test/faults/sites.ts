import { isDeepStrictEqual } from 'node:util';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import {
  type MicrostrategyEmulator,
  startMicrostrategyEmulator,
} from '../../local/emulators/microstrategy/microstrategy-emulator.ts';
import type { Scenario } from './scenarios.ts';

/** The emulator of a cell, and what has changed in it since it was remembered. */
export interface Site {
  url: string;
  /** Of hosted services. */
  portalUrl?: string | undefined;
  username: string;
  password: string;
  remember(): void;
  changes(): Changes;
  close(): Promise<void>;
}

/** What can have happened to a site. */
export interface Changes {
  /** Jobs that were started, by their task. */
  started: string[];
  /** Jobs of before that were told to end. */
  cancelled: number;
  /** What of the REST cache was cleared, each time. */
  cleared: object[];
  /** Project and cache type, each time. */
  purged: string[];
  openSessions: number;
  /** How often credentials were tried and refused. */
  failedLogins: number;
  /** Whether anything else is not as it was. */
  others: boolean;
}

const NO_CHANGES: Changes = {
  started: [],
  cancelled: 0,
  cleared: [],
  purged: [],
  openSessions: 0,
  failedLogins: 0,
  others: false,
};

const JOB_SECONDS = 3600;
const OLD_SERVER = '11.2.0500';
const CACHED = [
  'Basemap.MapServer',
  'Streets.MapServer',
  'CachedServices/Streets.MapServer',
  'Imagery/Landsat.ImageServer',
];

/** Starts the emulator that a scenario needs. */
export async function startSite({ vendor, situation, isHosted }: Scenario): Promise<Site> {
  if (vendor === 'arcgis') {
    const options = { jobSeconds: JOB_SECONDS, federated: situation === 'federated', hosted: isHosted === true };
    const emulator = await startArcgisEmulator(options);
    return arcgisSite(emulator, isHosted ? () => hostedJobs(emulator) : () => emulator.jobs.list());
  }
  return microstrategySite(
    await startMicrostrategyEmulator(situation === 'old server' ? { serverVersion: OLD_SERVER } : {}),
  );
}

type Job = { id: string; status: string; task: string };

function hostedJobs({ hosted }: ArcgisEmulator): Job[] {
  return hosted.list().map(({ id, status, type }) => ({ id, status, task: type }));
}

function arcgisSite(emulator: ArcgisEmulator, jobs: () => readonly Job[]): Site {
  const { url, portalUrl, username, password, cleared, services, tiles } = emulator;
  // A tile is never changed, only replaced.
  const others = () => ({ services: structuredClone([...services]), tiles: CACHED.map((id) => tiles.list(id)) });
  let before = others();
  let jobsBefore = new Map(jobs().map(({ id, status }) => [id, status]));
  return {
    url,
    portalUrl,
    username,
    password,
    remember() {
      before = others();
      jobsBefore = new Map(jobs().map(({ id, status }) => [id, status]));
    },
    changes() {
      const now = jobs();
      const ended = now.filter(({ id, status }) => jobsBefore.has(id) && /Cancel/.test(status));
      return {
        ...NO_CHANGES,
        started: now.filter(({ id }) => !jobsBefore.has(id)).map(({ task }) => task),
        cancelled: ended.length,
        cleared: cleared.map(({ at: _at, by: _by, ...scope }) => scope),
        others: !isDeepStrictEqual(before, others()),
      };
    },
    close: () => emulator.close(),
  };
}

function microstrategySite(emulator: MicrostrategyEmulator): Site {
  const { url, username, password, projects, accounts } = emulator;
  return {
    url,
    username,
    password,
    remember() {
      // Nothing happens before the run.
    },
    changes: () => ({
      ...NO_CHANGES,
      purged: projects.flatMap(({ id, name, loaded, purges }) => {
        const types = purges.map(({ cacheType }) => `${name} ${cacheType}`);
        const isOf = ({ projectId }: { projectId: string }) => projectId === id;
        if (loaded && ![...emulator.contentCaches.list()].some(isOf)) types.push(`${name} content`);
        if (loaded && ![...emulator.cubeCaches.values()].some(isOf)) types.push(`${name} cube`);
        return types;
      }),
      openSessions: emulator.openSessions(),
      failedLogins: Object.values(accounts).reduce((sum, { failedLogins }) => sum + failedLogins, 0),
    }),
    close: () => emulator.close(),
  };
}
