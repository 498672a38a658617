import { type Html, html } from '../../shared/lambda/html.ts';
import { runName } from '../../shared/ledger/child-runs.ts';
import { FAILED_DAYS, FAILURES, type LastRun, resumedBy } from '../../shared/ledger/last-runs.ts';
import { nextStep } from '../../shared/ledger/next-steps.ts';
import type { SeenRuns } from '../../shared/ledger/seen-runs.ts';
import { restButton } from './buttons.ts';
import { logLinesUrl } from './log-lines.ts';
import { andMore, executionLink, statusWord, whatOf } from './parts.ts';
import { at, atWithDistance, type Clock } from './times.ts';

const MAX_FAILURES = 10;
const MAX_LAST_RUNS = 60;
const MAX_MESSAGE_CHARACTERS = 300;
const DAY_MS = 86_400_000;

const newestFirst = (one: LastRun, other: LastRun) => (one.finishedAt < other.finishedAt ? 1 : -1);

/** The failures of the last days, the newest first. */
export function failuresOf({ failed }: Pick<SeenRuns, 'failed'>, { now }: Clock): LastRun[] {
  const since = now - FAILED_DAYS * DAY_MS;
  return failed
    .filter(({ status, finishedAt }) => FAILURES.some((word) => word === status) && Date.parse(finishedAt) > since)
    .sort(newestFirst);
}

/** What failed, why, and what to do about it. */
export function failures(seen: SeenRuns, clock: Clock): Html {
  const found = failuresOf(seen, clock);
  if (found.length === 0) return html`<h2>Failures</h2><p>Nothing has failed in ${FAILED_DAYS} days.</p>`;
  const rows = found.slice(0, MAX_FAILURES).map((run) => failure(run, { seen, clock }));
  return html`<h2>Failures</h2>
<table><caption class="co-hidden">Runs of the last ${FAILED_DAYS} days that did not end well</caption><thead><tr><th scope="col">Run</th><th scope="col">Ended</th><th scope="col">Why, and what to do</th><th scope="col" class="co-act">Action</th></tr></thead>
<tbody>${rows}</tbody></table>${andMore(found.length - MAX_FAILURES, `in ${FAILED_DAYS} days`)}`;
}

function failure(run: LastRun, { seen, clock }: { seen: SeenRuns; clock: Clock }): Html {
  const { status, error, message = '', finishedAt } = run;
  const cut = message.length > MAX_MESSAGE_CHARACTERS ? `${message.slice(0, MAX_MESSAGE_CHARACTERS)} …` : message;
  const why = [error, cut].filter((part) => part !== undefined && part !== '').join(': ');
  const since = isMended(run, seen.last)
    ? html`<br><span class="co-good co-status">A later run succeeded.</span>`
    : undefined;
  return html`<tr><th scope="row"><strong>${whatOf(run)}</strong><br>${executionLink(run)}${logLines(run)}</th><td class="co-time">${statusWord(status)}<br>${at(finishedAt, clock)}</td>
<td>${why}${why === '' ? undefined : html`<br>`}<strong>Next:</strong> ${nextStep({ word: status, error })}${since}</td><td class="co-act">${rest(run, seen)}</td></tr>
`;
}

/** What its functions have said; none where nobody knows in which region. */
function logLines(run: LastRun): Html | undefined {
  if (run.executionArn === undefined) return undefined;
  return html`<br><a href="${logLinesUrl(run)}" target="_blank" rel="noopener" aria-label="Log lines of ${runName(run)}">log lines</a>`;
}

/** What can be done about a plan that is not done, or who does it. */
function rest(run: LastRun, { open, last, failed }: SeenRuns): Html | undefined {
  if (!run.hasRest) return undefined;
  const name = runName(run);
  const other =
    open.find((entry) => resumedBy(entry) === name) ?? [...last, ...failed].find(({ restOf }) => restOf === name);
  return other === undefined ? restButton(name) : html`<span class="co-soft">its rest:</span> ${executionLink(other)}`;
}

/** Whether the last run of the same on the same has ended well since. */
function isMended({ operation, target, service, finishedAt }: LastRun, last: readonly LastRun[]): boolean {
  const same = last.find((run) => run.operation === operation && run.target === target);
  return same?.status === 'succeeded' && same.service === service && same.finishedAt > finishedAt;
}

/** How the last run of each operation on each target ended. */
export function lastRuns(seen: SeenRuns, clock: Clock): Html {
  const { last } = seen;
  if (last.length === 0)
    return html`<h2>Last runs</h2><p>No run has ended here yet. Those of versions before this page are in the ledger.</p>`;
  const rows = last.toSorted(newestFirst).slice(0, MAX_LAST_RUNS);
  const count = last.length - rows.length;
  return html`<h2>Last runs</h2>
<table><caption class="co-hidden">The last run of each operation on each target</caption><thead><tr><th scope="col">Operation</th><th scope="col">Target</th><th scope="col">Service</th><th scope="col">Ended</th><th scope="col">Status</th><th scope="col">Execution</th><th scope="col" class="co-act">Action</th></tr></thead>
<tbody>${rows.map((run) => lastRun(run, { seen, clock }))}</tbody></table>${andMore(count, 'operations and targets')}`;
}

function lastRun(run: LastRun, { seen, clock }: { seen: SeenRuns; clock: Clock }): Html {
  const { operation, target, service, status, finishedAt, attachedTo } = run;
  const shared = attachedTo === undefined ? undefined : html` <span class="co-soft">with ${attachedTo}</span>`;
  return html`<tr><th scope="row">${operation}</th><td>${target}</td><td>${service}</td><td class="co-time">${atWithDistance(finishedAt, clock)}</td><td>${statusWord(status)}${shared}</td><td>${executionLink(run)}</td><td class="co-act">${rest(run, seen)}</td></tr>
`;
}
