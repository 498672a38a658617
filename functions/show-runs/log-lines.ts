import { environment } from '../../shared/lambda/environment.ts';
import type { LastRun } from '../../shared/ledger/last-runs.ts';

const MARGIN_MS = 5 * 60_000;
/** What a run's own parts are called begins with this much of its name. */
const SHARED_CHARACTERS = 32;

/**
 * Where the console shows the log lines of a run and its parts: a query of Logs Insights that is ready to be run.
 * The form of the address is the console's own, as it stands there when such a query is shared.
 */
export function logLinesUrl({ name, executionArn = '', startedAt, finishedAt }: LastRun): string {
  const region = executionArn.split(':')[3];
  const end = Date.parse(finishedAt);
  const begin = Date.parse(startedAt ?? '') || end;
  // A quote would end the text of the query.
  const [shared = ''] = /^[^"\\]*/.exec(name.slice(0, SHARED_CHARACTERS).toWellFormed()) ?? [];
  const query = `fields @timestamp, operation, message, error, reason
| filter execution like "${shared}"
| sort @timestamp desc
| limit 500`;
  const groups = environment('LOG_GROUPS')
    .LOG_GROUPS.split(',')
    .map((group) => `~${text(group)}`);
  const detail = [
    `end~${time(end + MARGIN_MS)}`,
    `start~${time(begin - MARGIN_MS)}`,
    "timeType~'ABSOLUTE",
    "tz~'UTC",
    `editorString~${text(query)}`,
    `source~(${groups.join('')})`,
  ];
  return `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#logsV2:logs-insights$3FqueryDetail$3D~(${detail.join('~')})`;
}

const time = (ms: number) => text(new Date(ms).toISOString());

/** A text in that address: encoded as in any, by `*` in the place of `%`, and what has a meaning there too. */
function text(value: string): string {
  const code = (character: string) => `%${character.charCodeAt(0).toString(16)}`;
  return `'${encodeURIComponent(value)
    .replaceAll(/[!'()*~]/g, code)
    .replaceAll('%', '*')}`;
}
