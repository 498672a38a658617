import { type Html, html } from '../../shared/lambda/html.ts';
import type { SeenRuns } from '../../shared/ledger/seen-runs.ts';
import type { ScheduleList } from '../../shared/schedules/schedule-list.ts';
import { failures, failuresOf, lastRuns } from './ended.ts';
import { running } from './running.ts';
import { schedules } from './schedules.ts';
import { STYLE } from './style.ts';
import { pausesNow, targets } from './targets.ts';
import { at, type Clock } from './times.ts';

export interface Page {
  seen: SeenRuns;
  list: ScheduleList;
  clock: Clock;
  dark: boolean;
}

/** All that is known of runs, as HTML without script: what is at work first, then what somebody has to look at. */
export function pageOf({ seen, list, clock, dark }: Page): Html {
  const scheduled = list.schedules.map(({ target }) => target);
  return html`${STYLE}<div class="co cwdb-no-default-styles${dark ? ' co-dark' : ''}" lang="en">
<p role="status"><strong>${summary(seen, clock)}</strong> <span class="co-soft">As of ${at(new Date(clock.now).toISOString(), clock)}. All times in ${clock.zone}.</span></p>
${running(seen, clock)}
${failures(seen, clock)}
${targets(seen, scheduled, clock)}
${schedules(list, clock)}
${lastRuns(seen, clock)}
</div>`;
}

function summary(seen: SeenRuns, clock: Clock): string {
  const open = seen.open.filter(({ tiles }) => tiles === undefined).length + seen.moreOpen;
  const failed = failuresOf(seen, clock).length;
  const paused = pausesNow(seen, clock).length;
  const counts = [
    open === 0 ? 'Nothing runs' : `${open} ${open === 1 ? 'run has' : 'runs have'} not ended`,
    ...(failed > 0 ? [`${failed} ${failed === 1 ? 'failure' : 'failures'}`] : []),
    ...(paused > 0 ? [`${paused} ${paused === 1 ? 'target is' : 'targets are'} paused`] : []),
  ];
  return `${counts.join(', ')}.`;
}
