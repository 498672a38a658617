import { redact } from '../http/redact.ts';
import type { JobMessage } from '../jobs/job-state.ts';

/** A map: a server's word may be one that every object knows, such as `constructor`. */
const MESSAGE_TYPES: ReadonlyMap<string, JobMessage['type']> = new Map([
  ['esriJobMessageTypeInformative', 'informative'],
  ['esriJobMessageTypeWarning', 'warning'],
  ['esriJobMessageTypeError', 'error'],
  ['esriJobMessageTypeEmpty', 'empty'],
  ['esriJobMessageTypeAbort', 'abort'],
]);

const MAX_STATUS_CHARACTERS = 100;
/** Of a message; what is kept of it later is shorter. */
const MAX_TEXT_CHARACTERS = 4_000;

/** The vendor's words are a few; whatever else stands there goes into states, errors and the ledger too. */
export function statusWord(jobStatus: string): string {
  return /^esriJob[A-Z][a-zA-Z]{1,30}$/.test(jobStatus)
    ? jobStatus
    : redact(jobStatus, MAX_TEXT_CHARACTERS).slice(0, MAX_STATUS_CHARACTERS);
}

/** A message of a job, without whatever secret it repeats. */
export function toMessage({ type, description }: { type: string; description: string }): JobMessage {
  return { type: MESSAGE_TYPES.get(type) ?? 'informative', text: redact(description, MAX_TEXT_CHARACTERS) };
}

/** Stands for messages that no answer can hold. */
export function tooManyMessages(jobAddress: string): JobMessage {
  return {
    type: 'warning',
    text: `The job's messages are over 5 MB and were not read. Look at them at ${jobAddress}.`,
  };
}
