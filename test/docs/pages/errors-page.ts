import { ERRORS, type ErrorName, errorNames } from '../../../shared/errors.ts';
import { generatedBy, markdownTable, page } from './markdown.ts';

/** Of every error: what it means, and what to do. */
const TEXTS: Readonly<Record<ErrorName, readonly [meaning: string, next: string]>> = {
  InvalidInputError: ['The input does not fit. Every problem is listed with its path.', 'Correct the input.'],
  UnknownTargetError: ['There is no secret for that target.', 'Create it, or correct `target`.'],
  InvalidSecretError: ['The secret does not fit. The message names the keys.', 'Correct the secret.'],
  VendorUnreachableError: [
    'DNS, connect, proxy, TLS, client certificate, reset or time-out.',
    'Check address, network, proxy and certificates.',
  ],
  VendorBusyError: [
    "429, 502, 503, 504, any other HTTP 5xx without a code of ArcGIS' own, or the service is not started.",
    'Start the service, or wait.',
  ],
  VendorAuthError: [
    'Credentials were refused. They are not tried again, so that no account is locked. A running job is watched on when the secret changes within an hour.',
    'Correct the secret. Look whether a job still runs.',
  ],
  VendorRejectedError: ['The vendor said no; a missing right is one reason.', 'Read its code and message.'],
  AwsUnavailableError: [
    'AWS itself failed: a secret could not be read, or an execution could not be started or continued.',
    'Start it again when AWS works. Look whether a job still runs.',
  ],
  VendorContractError: [
    'The answer is not what the vendor documents: a login page, a redirect, over 5 MB.',
    'Check the address and what stands before the server.',
  ],
  PartialFailureError: [
    "Some parts failed. The message has every result, or the vendor's counts for a hosted layer.",
    'Mend the causes, and start again what failed.',
  ],
  SubmitUncertainError: [
    "The job may exist: its submit was sent, and the answer is missing or is not ArcGIS' own. That is HTTP 5xx but 503, HTML, or a refusal without a code.",
    'Look for the job on the server before starting again.',
  ],
  JobFailedError: ['The job failed. The error has its last messages.', 'Read the messages.'],
  JobTimedOutError: [
    'The job ran longer than the server or `maxDuration` allows.',
    'Raise the limit, or ask for less.',
  ],
  JobCancelledError: ['Somebody cancelled the job, or stopped the run.', 'Start it again if it should run.'],
  JobLostError: [
    'The job was deleted, or unknown to the server for a minute, or the server failed for this job alone for an hour.',
    'Look at the server, then start it again.',
  ],
  UnreadableRasterError: [
    'Nobody can say where some new rasters lie. The message names them; the others are shown.',
    'Put a file beside them that says so, and send their messages back from the dead letters.',
  ],
  NotReadyError: [
    'What a source of rasters waits for has not come in time. Nothing was refreshed.',
    'Put what the message names. The rasters wait for the next that arrives.',
  ],
};

/** The errors by which a run may end. */
export function errorsPage(): string {
  const rows = errorNames().map((name) => {
    const [meaning, next] = TEXTS[name];
    return [`\`${name}\``, meaning, ERRORS[name].repeatingHelps ? 'yes' : 'no', next];
  });
  return page(
    '# Errors',
    generatedBy('shared/errors.ts'),
    'A run fails by one named error.\nIts message says what happened, to what, and what to do next.\n"Again in minutes" says whether the run does the work again by itself.',
    markdownTable(['error', 'meaning', 'again in minutes', 'what to do'], rows),
    'The command line also has `UsageError`: an unknown operation, an input that is not JSON, or a secrets file that cannot be read.',
  );
}
