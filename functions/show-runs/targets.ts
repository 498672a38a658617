import { type Html, html } from '../../shared/lambda/html.ts';
import { EVERY_TARGET, type Pause } from '../../shared/ledger/pauses.ts';
import type { SeenRuns } from '../../shared/ledger/seen-runs.ts';
import { button } from './buttons.ts';
import { andMore } from './parts.ts';
import { atWithDistance, type Clock } from './times.ts';

const MAX_TARGETS = 60;
/** For how long the buttons pause. */
const HOURS = [1, 12];

/** The pauses that hold now. */
export function pausesNow({ pauses }: SeenRuns, { now }: Clock): Pause[] {
  return pauses.filter(({ until }) => Date.parse(until) > now);
}

/** Every target that anything is known of, with its pause, after that of all targets. Paused ones come first. */
export function targets(seen: SeenRuns, scheduled: readonly string[], clock: Clock): Html {
  const paused = new Map(pausesNow(seen, clock).map((pause) => [pause.name, pause]));
  const named = [...seen.open, ...seen.last].flatMap(({ target }) => target ?? []);
  const single = [...named, ...scheduled].flatMap((text) => text.split(/,\s*/)).filter((name) => name !== '');
  const names = [...new Set([...paused.keys(), ...single.toSorted()])].filter((name) => name !== EVERY_TARGET);
  const rows = [EVERY_TARGET, ...names.slice(0, MAX_TARGETS)].map((name) => row(name, paused.get(name), clock));
  return html`<h2>Targets</h2>
<table><caption class="co-hidden">Targets, and which of them are paused</caption><thead><tr><th scope="col">Target</th><th scope="col">State</th><th scope="col" class="co-act">Action</th></tr></thead>
<tbody>${rows}</tbody></table>${andMore(names.length - MAX_TARGETS, 'targets')}`;
}

function row(name: string, pause: Pause | undefined, clock: Clock): Html {
  const who = name === EVERY_TARGET ? 'all targets' : name;
  const state =
    pause === undefined
      ? html`<span class="co-soft">not paused</span>`
      : html`<span class="co-warn co-status">paused</span> until ${atWithDistance(pause.until, clock)}: ${pause.reason}`;
  const buttons = pause === undefined ? HOURS.map((hours) => pauseButton(name, who, hours)) : resumeButton(name, who);
  return html`<tr><th scope="row"><strong>${who}</strong></th><td>${state}</td><td class="co-act">${buttons}</td></tr>
`;
}

function pauseButton(target: string, who: string, hours: number): Html {
  return button({
    label: `Pause ${hours} h`,
    says: `Pause ${who} for ${hours} ${hours === 1 ? 'hour' : 'hours'}`,
    asks: `Pause ${who} for ${hours} ${hours === 1 ? 'hour' : 'hours'}? Nothing new starts meanwhile; jobs that run go on.`,
    event: { action: 'pause', target, hours },
  });
}

function resumeButton(target: string, who: string): Html {
  return button({
    label: 'Resume',
    says: `End the pause of ${who}`,
    asks: `End the pause of ${who} now?`,
    event: { action: 'resume', target },
  });
}
