import { callKindOf } from './calls.ts';
import { type Cell, type Expected, expected } from './expected.ts';
import { PLANTED } from './faults.ts';
import type { Outcome } from './run-cell.ts';
import { HOSTED_SCOPE } from './scenarios.ts';
import type { Changes } from './sites.ts';

export const ADOPTED_NOTE = 'The answer to the submit was lost; the job was found on the server.';
const CONNECT_LIMIT_SECONDS = 5;
/** Undici looks at its timers twice a second. */
const CONNECT_SLACK_SECONDS = 1;
/** The limit of an answer, and what the kernel's buffers on both sides hold. */
const MAX_BYTES_TAKEN = 25_000_000;
const CLEARED = { folderName: 'Imagery', serviceName: 'Landsat', type: 'ImageServer' };
const PURGES = ['Tutorial element', 'Tutorial object', 'Sales element', 'Sales object'];
const STORED = ['Tutorial content', 'Tutorial cube', 'Sales content', 'Sales cube'];
const REPEATED = /no connection|no whole answer|refused before|gateway/;
const NEXT_STEP = /\b(check|put|correct|give|wait|try|look|start|raise|ask|mend|renew|switch)\b/i;
/** Errors that tell of a call; the others tell of a job, or of the parts that failed. */
const OF_A_CALL = /^(Vendor\w+|SubmitUncertain|PartialFailure)Error$/;

/** What is wrong with what a cell came to; nothing where the contract is kept. */
export function problemsOf(cell: Cell, outcome: Outcome): string[] {
  const rule = expected(cell);
  const { name, text, redirected } = outcome;
  return [
    ...(rule.outcomes.includes(name) ? [] : [`${name} in place of ${rule.outcomes.join(' or ')}: ${text}`]),
    ...attemptProblems(cell, outcome, rule),
    ...limitProblems(cell, outcome),
    ...leakProblems(outcome),
    ...(OF_A_CALL.test(name) ? messageProblems(cell, outcome) : []),
    ...changeProblems(cell, outcome, outcome.site.changes()),
    ...(redirected === 0 ? [] : [`${redirected} requests followed the redirect`]),
  ];
}

/** How many of these requests follow on the first, and look the same. */
export function repeatsOf([first, ...others]: readonly { method: string; path: string }[]): number {
  const end = others.findIndex(({ method, path }) => method !== first?.method || path !== first.path);
  return end < 0 ? others.length : end;
}

/** How often the call was tried in a row. */
export function attemptsAt(cell: Cell, { name, hits, proxy: { requests } }: Outcome): number {
  const { call, kind, fault, duration, scenario, follows } = cell;
  const first = requests[call];
  if (fault.place !== 'request') {
    // Of tries that did not get through only the fault knows.
    const gotThrough = duration === 'once' && first !== undefined && callKindOf(first) === kind;
    return hits + (gotThrough ? 1 : 0);
  }
  const inRow = 1 + repeatsOf(requests.slice(call));
  // What got through goes on with calls that look the same, unless it signs in anew before them.
  return duration === 'once' && name === scenario.fair ? Math.max(1, inRow - follows) : inRow;
}

function attemptProblems(cell: Cell, outcome: Outcome, { attempts }: Expected): string[] {
  const { requests } = outcome.proxy;
  const made = attemptsAt(cell, outcome);
  const problems = attempts === undefined || made === attempts ? [] : [`made ${made} times, not ${attempts}`];
  const signIns = requests.filter(({ path }) => /generateToken$|auth\/login$/.test(path)).length;
  const isRefused = cell.fault.seen === 'credentials refused' && /generateToken|login/.test(cell.kind.name);
  const before = cell.scenario.from === undefined ? 0 : 1;
  return isRefused && signIns !== 1 + before ? [...problems, `credentials tried ${signIns - before} times`] : problems;
}

function limitProblems({ kind, fault }: Cell, { elapsed, workTime, proxy, hits }: Outcome): string[] {
  const { limits, connectSeconds, bytes } = proxy;
  const limit = kind.answerSeconds * 1000;
  const [first] = limits;
  const isSlow = connectSeconds.some(
    (s) => s < CONNECT_LIMIT_SECONDS || s > CONNECT_LIMIT_SECONDS + CONNECT_SLACK_SECONDS,
  );
  return [
    ...(elapsed < workTime ? [] : [`took ${elapsed} ms, and may take ${workTime}`]),
    ...(first === undefined || first === limit ? [] : [`waited ${first} ms for an answer, not ${limit}`]),
    ...(isSlow ? [`waited ${connectSeconds.join(', ')} s for a connection`] : []),
    ...(bytes <= MAX_BYTES_TAKEN * hits ? [] : [`took ${bytes} bytes of an endless answer`]),
    ...(hits > 0 ? [] : [`${fault.name} did not happen`]),
  ];
}

function leakProblems({ text, log, secrets }: Outcome): string[] {
  const left = text + log;
  const leaked = secrets.filter((secret) => left.includes(secret) || left.includes(encodeURIComponent(secret)));
  const planted = Object.values(PLANTED).filter((words) => left.includes(words));
  return [
    ...(leaked.length > 0 ? [`${leaked.length} secrets came out: ${left}`] : []),
    ...planted.map((words) => `${words} came out: ${left}`),
  ];
}

function messageProblems(cell: Cell, { name, text, proxy }: Outcome): string[] {
  const { host } = new URL(proxy.origin);
  const isFair = name === cell.scenario.fair;
  // What is uncertain is the submit, whatever went wrong in looking for its job.
  const submit = proxy.requests.find(({ path: each }) => /\/(submitJob|updateTiles)$/.test(each));
  const told = name === 'SubmitUncertainError' ? submit : proxy.requests[cell.call];
  const { method = '', path: address = '' } = told ?? {};
  const [path = ''] = address.split('?');
  const isPlaced = path === '' ? text.includes(`${host}/`) : text.includes(`${method} ${host}${path}`);
  return [
    ...(isPlaced || isFair || cell.fault.place !== 'request' ? [] : [`no method, host and path: ${text}`]),
    ...(text.includes(host) ? [] : [`no host: ${text}`]),
    ...(NEXT_STEP.test(text) ? [] : [`no next step: ${text}`]),
  ];
}

function changeProblems(cell: Cell, outcome: Outcome, changes: Changes): string[] {
  const { failedLogins, others } = changes;
  return [
    ...jobProblems(cell, outcome, changes),
    ...cacheProblems(cell, outcome, changes),
    ...(changes.openSessions <= sessionsThatMayStay(cell) ? [] : [`${changes.openSessions} sessions are open`]),
    ...(failedLogins === 0 ? [] : [`${failedLogins} logins failed`]),
    ...(others ? ['something else has changed on the site'] : []),
  ];
}

function isToCancel({ operation, situation }: Cell['scenario']): boolean {
  return operation === 'cancel-job' && !/search/.test(String(situation));
}

function isAskedAgain(name: string, text: string): boolean {
  return name !== 'ok' || text.includes('"jobStatus":"not known: the server could not be asked"');
}

function jobProblems(
  { scenario, kind, fault }: Cell,
  { name, text }: Outcome,
  { started, cancelled }: Changes,
): string[] {
  const { operation, situation, vendor } = scenario;
  const isSubmit = vendor === 'arcgis' && !/clear|check|cancel|count/.test(operation);
  const isUnseen = name === 'SubmitUncertainError' && (fault.works || situation === 'answer lost');
  const jobs = isSubmit && (name === 'ok' || isUnseen) ? 1 : 0;
  // Where the server is down, or the last way to cancel is shut, the job runs on, and the state machine asks again.
  const isCancelled = !isToCancel(scenario) || isAskedAgain(name, text) || cancelled === 1;
  const isTold = kind.safeToRepeat || !fault.works || text.includes(ADOPTED_NOTE);
  return [
    ...(isTold ? [] : ['the result does not say that the job was adopted']),
    ...(started.length === jobs ? [] : [`${started.length} jobs were started, not ${jobs}`]),
    ...(isCancelled || /^(admin|hosted) cancel$/.test(kind.name) ? [] : ['the job was not cancelled']),
    ...(operation === 'cancel-job' || cancelled === 0 ? [] : ['a job was cancelled']),
  ];
}

function cacheProblems({ scenario }: Cell, { name }: Outcome, { cleared, purged }: Changes): string[] {
  const isDone = name === 'ok';
  const { operation } = scenario;
  const wanted = JSON.stringify(scenario.isHosted ? HOSTED_SCOPE : CLEARED);
  const isMore = cleared.some((scope) => JSON.stringify(scope) !== wanted);
  const isLess = operation === 'clear-rest-cache' && isDone && cleared.length === 0;
  const meant = scenario.situation === 'stored' ? STORED : PURGES;
  const arePurged = operation !== 'purge-microstrategy-caches' || meant.every((purge) => purged.includes(purge));
  return [
    ...(isMore || isLess ? [`cleared ${JSON.stringify(cleared)}`] : []),
    ...((arePurged || !isDone) && purged.every((purge) => meant.includes(purge))
      ? []
      : [`purged ${purged.join(', ')}`]),
  ];
}

/** A session can end only where its token came through, and a logout got through. */
function sessionsThatMayStay(cell: Cell): number {
  const { kind, fault, duration } = cell;
  const isForEver = duration === 'for ever';
  const isReplaced = fault.seen === 'failure without a word of its own';
  const isAnswerLost = fault.works === true && (isReplaced || fault.seen === 'no whole answer');
  if (kind.name === 'login') return isAnswerLost ? triesOf(cell) : 0;
  if (fault.place !== 'request' && isForEver) return 1;
  // A load balancer's new cookie was in an answer that was lost, and again in its repetitions: no logout gets through.
  if (/^(projects|nodes|content caches|cube caches)$/.test(kind.name))
    return isAnswerLost && (isForEver || isReplaced) ? 1 : 0;
  return kind.name === 'logout' && !fault.works ? logoutsThatFail(cell) : 0;
}

function logoutsThatFail({ fault, duration, scenario }: Cell): number {
  if (duration === 'for ever') return scenario.situation === 'session ended' ? 2 : 1;
  return REPEATED.test(fault.seen) ? 0 : 1;
}

function triesOf({ duration }: Cell): number {
  return duration === 'once' ? 1 : 3;
}
