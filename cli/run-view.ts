import { LOCAL_ACCOUNT } from '../local/intrinsics.ts';
import type { KeptEntry } from '../local/ledger.ts';
import { consoleUrl } from '../shared/lambda/console-url.ts';
import { messageOf } from '../shared/ledger/message-of.ts';
import { progressText, timeText, unitsText } from './run-words.ts';
import { onOneLine, type Screen, wrapped } from './screen.ts';
import { paintStatus } from './status.ts';
import { textTable } from './text-table.ts';

/** What an entry keeps as JSON. */
const JSON_KEYS = ['input', 'result', 'plan', 'rasters', 'renewed', 'sought', 'edgeFailure'];

/** An entry as programs read it: with the run's name in front, and what it keeps as text in its own form. */
export function runAsJson(entry: KeptEntry): object {
  const values = Object.entries(entry).map(([key, value]) =>
    JSON_KEYS.includes(key) && typeof value === 'string' ? [key, JSON.parse(value)] : [key, value],
  );
  // In one order, whoever has kept it.
  const sorted = values.sort(([one], [other]) => String(one).localeCompare(String(other)));
  const url = executionUrl(entry);
  return {
    run: `${entry.operation}/${entry.name}`,
    ...(url !== undefined && { consoleUrl: url }),
    ...Object.fromEntries(sorted),
  };
}

/** The same for people. */
export function runAsText(entry: KeptEntry, screen: Screen): string {
  const text = (key: string) => (entry[key] === undefined ? '' : String(entry[key]));
  const time = (key: string) => (entry[key] === undefined ? '' : timeText(text(key)));
  const { error, cause, watchingCost } = entry;
  const facts: [title: string, fact: string][] = [
    ['Status', [paintStatus(text('status'), screen), progressOf(entry)].filter((part) => part !== '').join(', ')],
    ['Target', [text('target'), text('service')].filter((part) => part !== '').join(', ')],
    ['Started', [time('startedAt'), text('startedBy')].filter((part) => part !== '').join(', by ')],
    ['Part of', text('parent')],
    ['Submitted', time('submittedAt')],
    ['Ended', time('finishedAt')],
    ['Paused', entry['status'] === 'paused' ? `until ${time('pausedUntil')}: ${text('pausedFor')}` : ''],
    ['Shares the end of', text('attachedTo')],
    ['Job', [text('jobId'), text('jobStatus')].filter((part) => part !== '').join(', ')],
    ['Polls', text('polls')],
    ['Cost in AWS', typeof watchingCost === 'number' ? `$${watchingCost.toFixed(4)}` : ''],
    ['Units', unitsText(entry)],
    ['Input', text('input')],
    ['Result', text('result')],
    ['Error', error === undefined ? '' : `${error}: ${messageOf(String(cause ?? ''))}`],
    ['CloudFront', edgeText(entry)],
  ];
  const rows = facts.filter(([, fact]) => fact !== '').map(([title, fact]) => [title, onOneLine(fact)]);
  const [, , ...lines] = textTable([{ title: '' }, { title: '' }], rows, screen.width).split('\n');
  // On a line of its own, however long it is: terminals make a link of it.
  return [wrapped(`${entry.operation}/${entry.name}`, screen.width), ...lines, ...executionOf(entry)].join('\n');
}

function executionOf(entry: KeptEntry): string[] {
  const url = executionUrl(entry);
  return url === undefined ? [] : ['', onOneLine(url)];
}

/** Where the execution of a run in AWS is shown; a run of this machine has no such place. */
export function executionUrl({ executionArn }: Record<string, unknown>): string | undefined {
  const isInAws = typeof executionArn === 'string' && !executionArn.includes(`:${LOCAL_ACCOUNT}:`);
  return isInAws ? consoleUrl(executionArn) : undefined;
}

/** Why an edge still keeps old tiles, where it does. */
function edgeText({ edgeFailure }: KeptEntry): string {
  if (typeof edgeFailure !== 'string') return '';
  const { edge, Error: error, Cause: cause } = Object(JSON.parse(edgeFailure));
  return `${edge?.distributionId} keeps old tiles: ${error}: ${cause}`;
}

function progressOf(entry: KeptEntry): string {
  return entry['finishedAt'] === undefined ? progressText(entry) : '';
}
