import type { JobListKind } from './admin-jobs.ts';
import type { Service } from './catalogue.ts';
import type { Extent } from './geometry.ts';
import type { GpJobs } from './gp-jobs.ts';
import type { HostedJobs } from './hosted-jobs.ts';
import type { TileStore } from './tile-store.ts';
import type { Tokens } from './tokens.ts';

/** One call of the Clear REST cache operation that was obeyed. */
export interface ClearedCache {
  at: number;
  by: string;
  folderName?: string;
  serviceName?: string;
  type?: string;
}

/** What a client wants of its OAuth sign-in at the portal. */
export interface BegunSignIn {
  redirectUri: string;
  minutes: number;
  /** Goes back to the client as it is. */
  state: string | undefined;
}

/** Everything that the emulated site remembers. */
export interface Site {
  /** `http://127.0.0.1:<port>/arcgis` */
  url: string;
  /** Only a federated site has a portal. */
  portalUrl: string | undefined;
  now: () => number;
  tokenLifeMinutes: number;
  clearAnswer: 'status' | 'success';
  unknownServiceCode: 404 | 500;
  jobList: JobListKind;
  /** How many pixels are drawn at once, in each direction. */
  supertilePixels: number;
  /** Jobs that make tiles which touch one of these fail. */
  badPlaces: Extent[];
  tokens: Tokens;
  services: Map<string, Service>;
  tiles: TileStore;
  jobs: GpJobs;
  /** Only where the site is a portal's hosted services. */
  hosted: HostedJobs | undefined;
  cleared: ClearedCache[];
  /** The sign-ins at the portal's pages that have begun, by their `oauth_state`. */
  signIns: Map<string, BegunSignIn>;
}
