/**
 * An ArcGIS Server site on loopback with state of its own: accounts, tokens, services, jobs, and a tile store.
 *
 * Faithful, with how sure it is (D documentation, S a server's own metadata, C independent clients, I inferred, ? untested):
 * - token endpoints, their fields, `expires` in milliseconds and capped, referer binding, exchange at a portal (D, C);
 *   no credentials in addresses (C); the token of an Admin POST in the body (D) or in `X-Esri-Authorization` (C)
 * - the two error envelopes with HTTP 200, HTML without `f=json`, codes 400, 403, 404, 498, 499, 500 "may be stopped" (D, C)
 * - a portal's own pages: versions, `portals/self`, its servers, accounts (D, C); its OAuth sign-in with name and password
 *   and the fields that Esri's Python client reads there (C); none of it on a stand-alone site (I)
 * - the Admin API's root with `resources` (C); layers of map and feature services (D, C)
 * - task names in addresses, parameters with display names, defaults and choices (S); `in_delete_options`, and
 *   `area_of_interest` beside `jobid` in CachingControllers (C); empty optional parameters are left out ones (C)
 * - `service_url` as `Folder/Name:MapServer` (S, C); scales separated by semicolons (D, C), an unknown one fails the job
 *   (I); `area_of_interest` as a FeatureSet, `constraining_extent` as JSON (C) or four numbers (D)
 * - job states, cumulative messages, `progress` only while executing and for `f=json`, cancel only from Waiting or
 *   Executing, the admin twin also from Submitted, tiles of a cancelled job stay (D); records vanish after 6 hours (?)
 * - the Admin API's job list in both documented forms: paged, keyed by job id, required filters, units of its times (D, C);
 *   which unit a server really reads, the order of its entries, its codes, and that a page holds ten at most (?)
 * - update modes, deletion of tiles with the scheme and the restart after it, `hasLiveData` for image services, both
 *   caching services started (D)
 * - `ReportCacheStatus`: run at once (S), the fields of its report, a level's words Empty and Complete (C)
 * - hosted services: admin resources, the fields and answers of Update Tiles, Delete Tiles, Delete All Tiles, Rebuild Cache,
 *   Job Statistics, Rerun and Cancel Job (D); levels as numbers, whole bundles overwritten unless they are merged (D);
 *   that a task is a bundle of a level, which words are in capitals, the fields of the job list, and the credits (I)
 * - Clear REST cache with either success answer (D, C); refused for an unknown folder or service (?)
 *
 * Open: whether a real report's value is an object or the text of one, the name of that output, its modes, the word for
 * a level that is neither empty nor complete, what `job_id` selects, whether a level's percent falls while its tiles are
 * made again; what the job modes of CachingControllers do (here they fail); what `cacheExecutionStatus` says while a job
 * runs (here as on ArcGIS Online); what a refused sign-in page looks like; whether `out_service_url` is an address.
 *
 * Invented: the accounts, services, layers and tiles; how long jobs take, and that all run at once; the texts of messages
 * and most refusals; that exactly the tiles that touch an area are done unless whole supertiles are chosen, as a real
 * server does them (D); that a place that cannot be drawn fails its job as a whole; the shape of `refreshResults`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen, newServer, type ServerCertificate } from '../listen.ts';
import type { JobListKind } from './admin-jobs.ts';
import { type ArcgisRequest, readArcgisRequest } from './arcgis-request.ts';
import { defaultServices, fillCaches, hostedServices, type Service } from './catalogue.ts';
import { type Fault, sendFault, takeFault } from './faults.ts';
import type { Extent } from './geometry.ts';
import { GpJobs } from './gp-jobs.ts';
import { HostedJobs } from './hosted-jobs.ts';
import { htmlPage, type Reply } from './replies.ts';
import { answer } from './routes.ts';
import type { ClearedCache, Site } from './site.ts';
import { TileStore } from './tile-store.ts';
import { Tokens } from './tokens.ts';

/** What can be chosen about an emulated site. */
export interface ArcgisEmulatorOptions {
  /** @defaultValue 0: any free port */
  port?: number;
  /** Serves https with it. @defaultValue plain http */
  certificate?: ServerCertificate;
  /** Whether a portal at `<origin>/portal` owns the site and hands out its tokens. @defaultValue false */
  federated?: boolean;
  /**
   * Whether the site is the hosted services of an organization in place of a server, as ArcGIS Online has them; the portal is
   * on another host (`localhost`). @defaultValue false
   */
  hosted?: boolean;
  /** Epoch ms; every time in the emulator comes from it. @defaultValue Date.now */
  now?: () => number;
  /** The longest life of a token. @defaultValue 60 */
  tokenLifeMinutes?: number;
  /** How long a job without tiles takes; 1000 tiles double the part in which it executes. @defaultValue 2.5 */
  jobSeconds?: number;
  /** Which part of that it waits before it executes. @defaultValue 0.2 */
  waitingShare?: number;
  /** Which of its two documented successes Clear REST cache answers with. @defaultValue "status" */
  clearAnswer?: 'status' | 'success';
  /** The code for a service that does not exist; it differs by version. @defaultValue 404 */
  unknownServiceCode?: 404 | 500;
  /** Which of the two documented job lists the Admin API has. @defaultValue "server" */
  jobList?: JobListKind;
  /** How many pixels a job draws at once, in each direction: a real server draws 2048 or 4096. @defaultValue 256, one tile */
  supertilePixels?: 256 | 2048 | 4096;
}

/** A running emulator, and its state for tests to look at and to change. */
export interface ArcgisEmulator {
  /** The site: `http://127.0.0.1:<port>/arcgis` */
  url: string;
  /** Only when federated or hosted. */
  portalUrl?: string;
  /** The administrator's account. */
  username: string;
  password: string;
  /** The newest requests, the oldest first. */
  requests: ArcgisRequest[];
  tokens: Tokens;
  /** By `Folder/Name.Type`. */
  services: Map<string, Service>;
  tiles: TileStore;
  jobs: GpJobs;
  /** Only when hosted. */
  hosted: HostedJobs;
  cleared: ClearedCache[];
  faults: Fault[];
  /** In map units: what cannot be drawn there fails each job that makes tiles of it. */
  badPlaces: Extent[];
  close(): Promise<void>;
}

const REQUESTS_KEPT = 5000;

/** Starts an ArcGIS Server emulator on 127.0.0.1. */
export async function startArcgisEmulator(options: ArcgisEmulatorOptions = {}): Promise<ArcgisEmulator> {
  const server = newServer(options.certificate);
  const { origin, close } = await listen(server, options.port ?? 0);
  const portalServer = options.hosted ? newServer(options.certificate) : undefined;
  const portal = portalServer && (await listen(portalServer, 0));
  const site = createSite(origin, options, portal?.origin.replace('127.0.0.1', 'localhost'));
  const requests: ArcgisRequest[] = [];
  const faults: Fault[] = [];
  const answers = (root: string[]) => (incoming: IncomingMessage, response: ServerResponse) => {
    serve(site, { requests, faults, root }, incoming, response).catch((error: unknown) => {
      const { message } = error instanceof Error ? error : { message: String(error) };
      send(htmlPage(500, `HTTP Status 500: ${message}`), response);
    });
  };
  server.on('request', answers([]));
  portalServer?.on('request', answers(['portal']));
  const { url, portalUrl, tokens, tiles, jobs, cleared } = site;
  const { username, password } = tokens.users.siteadmin;
  return {
    url,
    ...(portalUrl !== undefined && { portalUrl }),
    username,
    password,
    requests,
    tokens,
    get services() {
      jobs.advance();
      return site.services;
    },
    tiles,
    jobs,
    get hosted() {
      if (!site.hosted) throw new Error('the emulator was not started with `hosted`');
      return site.hosted;
    },
    cleared,
    faults,
    badPlaces: site.badPlaces,
    async close() {
      await Promise.all([close(), portal?.close()]);
    },
  };
}

/** Whose tiles are those of an organization. */
const ORGANIZATION = '0123456789ABCDEF';

function createSite(origin: string, options: ArcgisEmulatorOptions, hostedBy: string | undefined): Site {
  const { federated = false, now = Date.now, tokenLifeMinutes = 60, jobSeconds = 2.5, waitingShare } = options;
  const isHosted = hostedBy !== undefined;
  const jobs = new GpJobs({ now, jobSeconds, ...(waitingShare === undefined ? {} : { waitingShare }) });
  const tiles = new TileStore(() => (hosted ? hosted.advance() : jobs.advance()));
  const hosted = isHosted ? new HostedJobs({ now, jobSeconds, tiles }) : undefined;
  const services = isHosted ? hostedServices() : defaultServices();
  fillCaches(services, tiles, now());
  return {
    url: isHosted ? `${origin}/tiles/${ORGANIZATION}/arcgis` : `${origin}/arcgis`,
    portalUrl: hostedBy ?? (federated ? `${origin}/portal` : undefined),
    now,
    tokenLifeMinutes,
    clearAnswer: options.clearAnswer ?? 'status',
    unknownServiceCode: options.unknownServiceCode ?? 404,
    jobList: options.jobList ?? 'server',
    supertilePixels: options.supertilePixels ?? 256,
    badPlaces: [],
    tokens: new Tokens({ now, lifeMinutes: tokenLifeMinutes, federated: federated || isHosted }),
    services,
    tiles,
    jobs,
    hosted,
    cleared: [],
    signIns: new Map(),
  };
}

interface Served {
  requests: ArcgisRequest[];
  faults: Fault[];
  /** What stands before every path: the portal of hosted services is at the root of its host. */
  root: string[];
}

async function serve(
  site: Site,
  { requests, faults, root }: Served,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = await readArcgisRequest(incoming);
  if (!request) {
    response.once('finish', () => incoming.destroy());
    response.setHeader('connection', 'close');
    send(htmlPage(413, 'HTTP Status 413: the body is too large'), response);
    return;
  }
  request.segments.unshift(...root);
  requests.push(request);
  requests.splice(0, requests.length - REQUESTS_KEPT);
  const fault = takeFault(faults, request);
  if (fault && !fault.afterWork) {
    sendFault(fault, response);
    return;
  }
  site.jobs.advance();
  site.hosted?.advance();
  const reply = answer(site, request);
  if (fault) sendFault(fault, response);
  else send(reply, response);
}

function send(reply: Reply, response: ServerResponse): void {
  if (response.headersSent || response.destroyed) return;
  if (reply.kind === 'json') {
    response.writeHead(200, { 'content-type': 'application/json;charset=utf-8' }).end(JSON.stringify(reply.value));
  } else {
    response.writeHead(reply.status, reply.headers).end(reply.body);
  }
}
