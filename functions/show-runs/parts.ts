import { consoleUrl } from '../../shared/lambda/console-url.ts';
import { type Html, html, type Part } from '../../shared/lambda/html.ts';
import { runName } from '../../shared/ledger/child-runs.ts';

interface Run {
  operation: string;
  name: string;
  target?: string | undefined;
  service?: string | undefined;
  executionArn?: string | undefined;
}

/** `clear-rest-cache of city-gis`, with the service where the run has one. */
export function whatOf({ operation, target, service }: Run): string {
  const of = target === undefined ? '' : ` of ${target}`;
  return `${operation}${of}${service === undefined ? '' : `, ${service}`}`;
}

/** The name of a run, which leads to its execution. */
export function executionLink(run: Run): Part {
  const name = runName(run);
  if (run.executionArn === undefined) return name;
  return html`<a href="${consoleUrl(run.executionArn)}" target="_blank" rel="noopener" aria-label="Execution of ${name}">${run.name}</a>`;
}

const CLASSES: Record<string, string> = {
  succeeded: 'co-good',
  submitted: 'co-good',
  failed: 'co-bad',
  uncertain: 'co-bad',
  partly: 'co-warn',
  cancelled: 'co-warn',
  stopped: 'co-warn',
};

export function statusWord(status: string): Html {
  return html`<span class="co-status ${CLASSES[status] ?? ''}">${status}</span>`;
}

/** What is said in the place of rows that are left out. */
export function andMore(count: number, of: string): Html | undefined {
  return count > 0 ? html`<p class="co-soft">And ${count} more ${of}.</p>` : undefined;
}
