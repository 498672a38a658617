import * as z from 'zod/mini';
import { type Html, html, type Part } from '../../shared/lambda/html.ts';
import { runName } from '../../shared/ledger/child-runs.ts';
import type { Entry } from '../../shared/ledger/entry.ts';
import { parsed } from '../../shared/ledger/parsed.ts';
import type { SeenRuns } from '../../shared/ledger/seen-runs.ts';
import { button } from './buttons.ts';
import { executionLink, whatOf } from './parts.ts';
import { at, atWithDistance, type Clock } from './times.ts';

const planSchema = z.looseObject({ units: z.number(), done: z.number(), failed: z.number() });

/** In the order in which they are shown. */
const WORDS: Record<string, string> = {
  running: 'is at work',
  submitting: 'is being started',
  paused: 'is paused',
  waiting: 'waits for its turn',
};

/** What has not ended: a row for each run that somebody asked for, its parts within it. */
export function running({ open, moreOpen }: Pick<SeenRuns, 'open' | 'moreOpen'>, clock: Clock): Html {
  const names = new Set(open.map(runName));
  const isPart = ({ parent }: Entry) => parent !== undefined && names.has(parent);
  const parts = Map.groupBy(open.filter(isPart), ({ parent }) => parent);
  const runs = open.filter((entry) => !isPart(entry)).toSorted((one, other) => placeOf(one) - placeOf(other));
  const more = moreOpen > 0 ? html`<p class="co-soft">And ${moreOpen} more, which started later.</p>` : undefined;
  if (runs.length === 0) return html`<h2>Running</h2><p>Nothing runs.</p>${more}`;
  const rows = runs.map((run) => row(run, parts.get(runName(run)) ?? [], clock));
  return html`<h2>Running</h2>
<table><caption class="co-hidden">Runs that have not ended</caption><thead><tr><th scope="col">Run</th><th scope="col">Progress</th><th scope="col">Expected end</th><th scope="col" class="co-act">Action</th></tr></thead>
<tbody>${rows}</tbody></table>${more}`;
}

function placeOf({ status = 'waiting' }: Entry): number {
  return Object.keys(WORDS).indexOf(status);
}

function row(run: Entry, parts: readonly Entry[], clock: Clock): Html {
  const name = runName(run);
  const what = whatOf(run);
  const stop = button({
    label: 'Stop',
    says: `Stop ${what}, run ${name}`,
    asks: `Stop ${what}? A job that is at work is cancelled on the server.`,
    event: { action: 'stop', run: name },
  });
  const started = [at(run.startedAt, clock), run.startedBy === undefined ? '' : `by ${run.startedBy}`].join(' ');
  return html`<tr><th scope="row"><strong>${what}</strong><br>${executionLink(run)}<br><span class="co-soft">since ${started}</span></th>
<td class="co-progress">${progress(run, what, clock)}${atWork(parts)}</td>
<td>${run.expectedEnd === undefined ? html`<span class="co-soft">not known</span>` : atWithDistance(run.expectedEnd, clock)}</td>
<td class="co-act">${run.parent === undefined ? stop : html`<span class="co-soft">part of ${run.parent}</span>`}</td></tr>
`;
}

function progress(run: Entry, what: string, clock: Clock): Part {
  const words = [statusWords(run, clock), ...unitWords(run)].join(', ');
  if (run.percent === undefined) return words;
  const percent = Math.min(100, Math.max(0, Math.floor(run.percent)));
  return html`<div class="co-bar" role="progressbar" aria-label="Progress of ${what}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${percent}"><span style="width:${percent}%"></span></div><strong>${percent} %</strong>, ${words}`;
}

function statusWords({ status, pausedUntil, pausedFor = '', attachedTo }: Entry, clock: Clock): string {
  if (status === 'paused') return `paused until ${at(pausedUntil, clock)}: ${pausedFor}`;
  if (attachedTo !== undefined) return `shares the job of ${attachedTo}`;
  return WORDS[status ?? ''] ?? status ?? 'has just begun';
}

function unitWords({ plan }: Entry): string[] {
  const { data } = planSchema.safeParse(parsed(plan));
  if (data === undefined) return [];
  const failed = data.failed > 0 ? [`${data.failed} failed`] : [];
  return [`${data.done} of ${data.units} units done`, ...failed];
}

/** Units of a plan, or targets of a list, that are at work now. */
function atWork(parts: readonly Entry[]): Html | undefined {
  if (parts.length === 0) return undefined;
  const targets = parts.flatMap(({ target, tiles }) => (tiles === undefined && target !== undefined ? [target] : []));
  const units = parts.length - targets.length;
  const texts = [...targets, ...(units > 0 ? [`${units} ${units === 1 ? 'unit' : 'units'}`] : [])];
  return html`<br><span class="co-soft">now: ${texts.join(', ')}</span>`;
}
