import { handler as manageTiles } from '../../functions/manage-map-server-cache-tiles/handler.ts';
import { operations } from '../../infra/operations.ts';
import { invoke } from '../support/invoke.ts';
import { callKindOf } from './calls.ts';
import { CA, type FaultProxy, type Plan, startFaultProxy, WRONG_CERTIFICATE } from './fault-proxy.ts';
import { type Fault, faultNamed } from './faults.ts';
import { EARLIER_JOB, HOSTED_SERVICE, type Scenario, type Submitted } from './scenarios.ts';
import { type Site, startSite } from './sites.ts';
import type { World } from './world.ts';

/** What a function did in one cell, and what it left behind. */
export interface Outcome {
  /** `ok` or the error's name. */
  name: string;
  /** The result as JSON, or the error's message. */
  text: string;
  log: string;
  /** Virtual milliseconds that it took. */
  elapsed: number;
  /** Virtual milliseconds that it may take. */
  workTime: number;
  proxy: FaultProxy;
  site: Site;
  secrets: string[];
  /** How often the fault happened. */
  hits: number;
  /** How many requests followed a redirect. */
  redirected: number;
}

const MINUTE_MS = 60_000;

/** The time-out that functions have in AWS; the state machines' own two are not among the operations. */
function timeoutOf(operation: string): number {
  return (operations.find(({ name }) => name === operation)?.timeoutMinutes ?? 2) * MINUTE_MS;
}

/** How long an operation may be at work: an immediate one has a minute more, for those who wait for it by hand. */
export function workTimeOf(operation: string): number {
  const isImmediate = operations.some(({ name, kind }) => name === operation && kind === 'immediate');
  return timeoutOf(operation) - (isImmediate ? MINUTE_MS : 0);
}

/** Runs one scenario from its start, with the faults that are planned; `read` looks at what there is after it. */
export async function runScenario<T>(
  world: World,
  scenario: Scenario,
  plan: Plan | undefined,
  read: (outcome: Outcome) => T,
): Promise<T> {
  const { aws, time, elsewhere } = world;
  const { vendor, operation } = scenario;
  const site = await startSite(scenario);
  const log = captureLog();
  let proxy: FaultProxy | undefined;
  try {
    const submitted = await submitEarlier(world, scenario, site);
    site.remember();
    const plans = [...before(scenario), ...(plan === undefined ? [] : [plan])];
    const kindOf = (request: { path: string }) => callKindOf(request).name;
    proxy = await startFaultProxy({ vendor, upstream: site.url, plans, time, elsewhere: elsewhere.url, kindOf });
    const { url, username, password } = site;
    const target = aws.newTarget({
      vendor,
      url: proxy.origin + new URL(url).pathname,
      username,
      password,
      ...trusted(plan?.fault),
      ...(scenario.isHosted && { hosted: true, portalUrl: `${proxy.origin}/portal` }),
    });
    const event = scenario.event(target, moved(submitted, target));
    const startedAt = time.now();
    log.clear();
    elsewhere.requests = 0;
    const { name, text } = await outcomeOf(
      invoke(scenario.handler, event, { getRemainingTimeInMillis: () => timeoutOf(operation) }),
    );
    const elapsed = time.now() - startedAt;
    const secrets = secretsOf(proxy, password);
    const hits = (plan && proxy.hits.get(plan)) ?? 0;
    return read({
      name,
      text,
      log: log.text(),
      elapsed,
      workTime: workTimeOf(operation),
      proxy,
      site,
      secrets,
      hits,
      redirected: elsewhere.requests,
    });
  } finally {
    log.restore();
    await proxy?.close();
    await site.close();
  }
}

async function outcomeOf(run: Promise<unknown>): Promise<{ name: string; text: string }> {
  try {
    return { name: 'ok', text: JSON.stringify(await run) ?? '' };
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    // A defect of ours shows where it is.
    return { name, text: name.endsWith('Error') && message !== '' ? message : `${message} ${stack}` };
  }
}

function before({ before: planned }: Scenario): Plan[] {
  return planned === undefined ? [] : [{ fault: faultNamed(planned.fault), call: planned.call, duration: 'once' }];
}

function trusted(fault: Fault | undefined): { caCertificate?: string } {
  if (fault?.place === 'certificate' && fault.trusts === 'the wrong certificate too') {
    return { caCertificate: `${CA}\n${WRONG_CERTIFICATE}` };
  }
  return fault?.place === 'certificate' || fault?.place === 'no certificate' ? { caCertificate: CA } : {};
}

const NO_JOB: Submitted = { job: { taskPath: '', jobId: '', submittedAt: '' } };

/** A job that was submitted in fair weather, some time ago. */
async function submitEarlier({ aws, time }: World, scenario: Scenario, site: Site): Promise<Submitted> {
  const { vendor, jobAge, isHosted } = scenario;
  if (jobAge === undefined) return NO_JOB;
  const { url, username, password, portalUrl } = site;
  const target = aws.newTarget({ vendor, url, username, password, ...(isHosted && { hosted: true, portalUrl }) });
  const more = isHosted ? { inputService: HOSTED_SERVICE } : {};
  const watch = Object(await invoke(manageTiles, { submit: { target, ...EARLIER_JOB, ...more } }));
  time.pass(jobAge * 1000);
  return watch;
}

/** The same job, on the target that leads through the proxy. */
function moved({ job, ...watch }: Submitted, target: string): Submitted {
  return { ...watch, job: { ...job, ...('target' in job && { target }) } };
}

/** Everything that the function sent as a credential, or may have been given as one. */
function secretsOf({ requests }: FaultProxy, password: string): string[] {
  const sent = requests.flatMap(({ headers, body }) => {
    const cookies = (headers.cookie ?? '').split('; ').map((cookie) => cookie.slice(cookie.indexOf('=') + 1));
    const inHeaders = [
      headers['x-mstr-authtoken'],
      String(headers['x-esri-authorization'] ?? '').slice('Bearer '.length),
    ];
    return [new URLSearchParams(body).get('token') ?? '', ...inHeaders.map((value) => String(value ?? '')), ...cookies];
  });
  return [...new Set([password, ...sent])].filter((secret) => secret !== '');
}

/** Functions log to stdout, which belongs to the table or to the test runner. */
function captureLog() {
  const { write } = process.stdout;
  let lines = '';
  process.stdout.write = (chunk: string | Uint8Array) => {
    const isLine = typeof chunk === 'string' && chunk.startsWith('{"level"');
    if (!isLine) return write.call(process.stdout, chunk);
    lines += chunk;
    return true;
  };
  return {
    text: () => lines,
    clear() {
      lines = '';
    },
    restore() {
      process.stdout.write = write;
    },
  };
}
