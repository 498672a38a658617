/** A job's state as the server tells it, in words that do not depend on the vendor. */
export interface JobState {
  /** The vendor's own word, for example `esriJobExecuting`. */
  jobStatus: string;
  /** `unknown`: the server does not know the job. `partly`: some of its tasks failed, the others did their work. */
  outcome: 'running' | 'succeeded' | 'partly' | 'failed' | 'timed-out' | 'cancelled' | 'lost' | 'unknown';
  /** Whether the state is one that the vendor documents; others count as running. */
  isKnown: boolean;
  /** 0-100, where the job reports it. */
  percent?: number | undefined;
  /** The newest of them. */
  messages: JobMessage[];
  /** Of all its messages. */
  problems?: MessageProblems | undefined;
  /** Whether the messages were left out because there are too many for one answer. */
  withoutMessages?: true | undefined;
  /** To be told to the next call that asks for the job. */
  rerun?: Rerun | undefined;
  outputUrl?: string | undefined;
  /** The server does not tell yet whether there is an output. */
  isOutputLate?: true | undefined;
}

/** That the failed tasks of a job are run again: it is written down before it is done, so that it is done once. */
export interface Rerun {
  /** What told of the failed tasks. */
  seen: string;
  /** Left out until it was asked for. */
  sentAt?: string | undefined;
}

/** What the messages of a job tell of, also those that are not kept. */
export interface MessageProblems {
  errors: number;
  warnings: number;
  firstError: string | undefined;
}

export interface JobMessage {
  type: 'informative' | 'warning' | 'error' | 'empty' | 'abort';
  text: string;
}

export const KEPT_MESSAGES = 20;
const MAX_TEXT_CHARACTERS = 500;
const MAX_MESSAGES_BYTES = 24_000;

/** The newest messages that fit into a result or an error. */
export function lastMessages(messages: JobMessage[]): JobMessage[] {
  const kept = messages
    .slice(-KEPT_MESSAGES)
    .map(({ type, text }) => ({ type, text: text.slice(0, MAX_TEXT_CHARACTERS) }));
  while (Buffer.byteLength(JSON.stringify(kept)) > MAX_MESSAGES_BYTES) kept.shift();
  return kept;
}

/** A note on the errors and warnings of a job that succeeded, with the first error where it is not among those kept. */
export function problemsNote(
  { errors, warnings, firstError }: MessageProblems,
  kept: JobMessage[],
): string | undefined {
  const counts = [
    errors === 0 ? [] : counted(errors, 'error'),
    warnings === 0 ? [] : counted(warnings, 'warning'),
  ].flat();
  if (counts.length === 0) return undefined;
  const first = firstError?.slice(0, MAX_TEXT_CHARACTERS);
  const isKept = first === undefined || kept.some(({ text }) => text === first);
  return `The job succeeded, and its messages hold ${counts.join(' and ')}: see what they name.${isKept ? '' : ` The first error: ${first}`}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
