import { consoleUrl } from '../../shared/lambda/console-url.ts';
import { nextStep } from '../../shared/ledger/next-steps.ts';
import { forMail, forSubject } from './harmless.ts';
import { headline, type Notice } from './notice.ts';

/** Of a digest: SNS takes 256 kB in a message. */
const MAX_LISTED = 100;
const WIDTH = 13;

export interface Mail {
  subject: string;
  text: string;
}

export function mailOf(notice: Notice): Mail {
  const lines = [`${forMail(headline(notice))}.`, '', ...linesOf(notice), '', ONLY_ONE];
  return { subject: forSubject(`${notice.stack}: ${headline(notice)}`), text: `${lines.join('\n')}\n` };
}

const ONLY_ONE = 'This is the only mail about this run.';

/** One mail for all runs of a period, those that ended last at the end. */
export function digestMail(notices: readonly Notice[]): Mail {
  const listed = notices
    .slice(0, MAX_LISTED)
    .flatMap((notice) => [`-- ${forMail(headline(notice))}`, ...linesOf(notice), '']);
  const left = notices.length - MAX_LISTED;
  const more = left > 0 ? [`And ${left} more: they are in the ledger.`] : [];
  const said = `${countsOf(notices)}`;
  return {
    subject: forSubject(`${notices[0]?.stack}: ${said}`),
    text: `${[`${said}.`, '', ...listed, ...more].join('\n').trimEnd()}\n`,
  };
}

/** `4 runs: 3 failed, 1 uncertain`. */
export function countsOf(notices: readonly Notice[]): string {
  const words = Map.groupBy(notices, ({ word }) => word);
  const runs = `${notices.length} run${notices.length === 1 ? '' : 's'}`;
  return `${runs}: ${[...words].map(([word, all]) => `${all.length} ${word}`).join(', ')}`;
}

function linesOf(notice: Notice): string[] {
  const { operation, target, service, run, startedBy, at, error, message, executionArn } = notice;
  const reason = [error, message].filter((part) => part !== undefined && part !== '').join(': ');
  const rows: [string, string | undefined][] = [
    ['Operation', operation],
    ['Target', target],
    ['Service', service],
    [notice.word === 'paused' ? 'Why' : 'Error', reason],
    ['What to do', nextStep(notice)],
    ['Run', run],
    ['Started by', startedBy],
    ['Time', at],
    ['Execution', executionArn && consoleUrl(executionArn)],
  ];
  return rows.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`${`${name}:`.padEnd(WIDTH)}${forMail(value)}`],
  );
}
