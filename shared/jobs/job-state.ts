/** A job's state as the server tells it, in words that do not depend on the vendor. */
export interface JobState {
  /** The vendor's own word, for example `esriJobExecuting`. */
  jobStatus: string;
  /** `unknown`: the server does not know the job. */
  outcome: 'running' | 'succeeded' | 'failed' | 'timed-out' | 'cancelled' | 'lost' | 'unknown';
  /** Whether the state is one that the vendor documents; others count as running. */
  isKnown: boolean;
  /** 0-100, where the job reports it. */
  percent?: number | undefined;
  messages: JobMessage[];
  /** Whether the messages were left out because there are too many for one answer. */
  withoutMessages?: true | undefined;
  outputUrl?: string | undefined;
}

export interface JobMessage {
  type: 'informative' | 'warning' | 'error' | 'empty' | 'abort';
  text: string;
}

const KEPT_MESSAGES = 20;
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
