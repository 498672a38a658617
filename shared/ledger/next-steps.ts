import { type ErrorName, isErrorName } from '../errors.ts';

const READ_THE_MESSAGES =
  "Read the job's last messages, look at the service, mend the cause, and start the operation again.";

/** What a person does after a run has ended by an error. */
const NEXT_STEPS: Record<ErrorName, string> = {
  InvalidInputError: 'Correct the input, and start the operation again.',
  UnknownTargetError: 'Create the secret of the target, or correct the target in the input.',
  InvalidSecretError: 'Correct the secret of the target: the message names the keys.',
  VendorUnreachableError: 'Check address, network, proxy and certificates, then start the operation again.',
  VendorBusyError: 'Start the service on the server, or wait until it answers, then start the operation again.',
  VendorAuthError: 'Correct the credentials in the secret, and look whether a job runs on.',
  VendorRejectedError: "Read the server's code and message; the account may need another right.",
  VendorContractError: 'Check the address in the secret, and what stands before the server.',
  AwsUnavailableError: 'Start the operation again when AWS works, and look whether a job runs on.',
  PartialFailureError: 'Mend the causes in the results, then run what has failed again.',
  SubmitUncertainError: 'Look for the job on the server before you start the operation again: it may run.',
  JobFailedError: READ_THE_MESSAGES,
  JobTimedOutError: 'Raise the limit that the message names, or give the job less to do, and start it again.',
  JobCancelledError: 'Somebody cancelled it: start it again if it is still wanted.',
  JobLostError: READ_THE_MESSAGES,
  UnreadableRasterError: 'Put a file that says where they lie beside the rasters, and send their letters back.',
  NotReadyError: 'Put what is missing, then a raster: the run that it starts covers those that wait.',
};

/** What a person does next, after a run that ended so (or is `paused`), with the error that it has. */
export function nextStep({ word, error }: { word: string; error?: string | undefined }): string {
  if (isErrorName(error)) return NEXT_STEPS[error];
  switch (word) {
    case 'succeeded':
      return 'Nothing: it is done.';
    case 'paused':
      return 'Nothing: it goes on when the pause ends. To end it early, start pause-site with a time that is past.';
    case 'partly':
      return 'Look at the failed parts in the result, mend the causes, and run the rest again.';
    default:
      return 'Look at the execution.';
  }
}
