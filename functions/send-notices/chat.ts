import { createHash } from 'node:crypto';
import { consoleUrl } from '../../shared/lambda/console-url.ts';
import { nextStep } from '../../shared/ledger/next-steps.ts';
import { forChat, forTitle } from './harmless.ts';
import { countsOf } from './mail.ts';
import { headline, type Notice } from './notice.ts';

const MAX_LISTED = 20;

interface Content {
  id: string;
  threadId: string;
  title: string;
  description: string;
  nextSteps: string[];
  summary: string;
  eventType: string;
  relatedResources: string[];
}

/** "Custom notifications" of the Amazon Q Developer in chat applications administrator guide: what is not so is not shown. */
function custom(content: Content): string {
  const { id, threadId, title, description, nextSteps, summary, eventType, relatedResources } = content;
  return JSON.stringify({
    version: '1.0',
    source: 'custom',
    id: createHash('sha256').update(id).digest('hex').slice(0, 32),
    content: { textType: 'client-markdown', title, description, nextSteps, keywords: ['cache-ops'] },
    metadata: { threadId, summary, eventType, relatedResources, additionalContext: {} },
  });
}

/** All that is told of a run is in one thread. */
export function chatOf(notice: Notice): string {
  const { stack, run, word, target, service, error, message, startedBy, executionArn } = notice;
  const rows: [string, string | undefined][] = [
    ['Target', target],
    ['Service', service],
    ['Error', error],
    ['Message', message],
    ['Started by', startedBy],
  ];
  const lines = rows.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`${name}: ${forChat(value)}`],
  );
  const link = executionArn === undefined ? [] : [consoleUrl(executionArn)];
  const title = forTitle(headline(notice));
  return custom({
    id: `${stack} ${run} ${word}`,
    threadId: `${stack}/${run}`,
    title,
    description: [...lines, ...link].join('\n'),
    nextSteps: [nextStep(notice)],
    summary: title,
    eventType: word,
    relatedResources: executionArn === undefined ? [] : [executionArn],
  });
}

export function digestChat(notices: readonly Notice[]): string {
  const title = countsOf(notices);
  const lines = notices
    .slice(0, MAX_LISTED)
    .map((notice) => `${forTitle(headline(notice))}${notice.error === undefined ? '' : `: ${forChat(notice.error)}`}`);
  const left = notices.length - MAX_LISTED;
  const id = notices.map(({ run, at }) => `${run} ${at}`).join();
  return custom({
    id,
    threadId: `${notices[0]?.stack}/digest`,
    title,
    description: [...lines, ...(left > 0 ? [`and ${left} more`] : [])].join('\n'),
    nextSteps: ['Look at the runs in the ledger.'],
    summary: title,
    eventType: 'digest',
    relatedResources: [],
  });
}
