import { environment } from '../../shared/lambda/environment.ts';
import { type Html, html, json } from '../../shared/lambda/html.ts';

interface Button {
  label: string;
  /** What it does to what, for those who hear the page. */
  says: string;
  /** What is asked before it is done. */
  asks: string;
  /** What `act-on-run` is told. */
  event: object;
}

/** A button that calls `act-on-run`, by the rights of whoever presses it. The console binds it to the element before. */
export function button({ label, says, asks, event }: Button): Html {
  const { ACT_ON_RUN_ARN: arn } = environment('ACT_ON_RUN_ARN');
  return html`<button type="button" class="btn" aria-label="${says}">${label}</button><cwdb-action action="call" display="popup" endpoint="${arn}" confirmation="${asks}">${json(event)}</cwdb-action>`;
}

/** Runs what is left of a plan. */
export function restButton(run: string): Html {
  return button({
    label: 'Run the rest',
    says: `Run the rest of ${run}`,
    asks: `Run what is left of ${run}?`,
    event: { action: 'resume-plan', run },
  });
}
