/** An answer as servers were seen or are documented to give it, and what becomes of the job that was asked about. */
export interface RecordedAnswer {
  name: string;
  status?: number;
  headers?: Record<string, string>;
  /** Sent as it is; an object as JSON. */
  body: string | object;
  /** `running`, `succeeded`, or the name of the error. */
  outcome: string;
  /** The name of the error when nothing else is answered for an hour; a server that is only down is waited for. */
  inTheEnd?: string;
}

const job = (jobStatus: string, more: object = {}) => ({ jobId: 'j1', jobStatus, messages: [], ...more });
const rest = (code: number, message: string, details: unknown = []) => ({ error: { code, message, details } });
const admin = (code: number, ...messages: string[]) => ({ status: 'error', messages, code });
const html = (title: string) => `<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;
const message = (type: string, description: string) => ({ type: `esriJobMessageType${type}`, description });

/** Answers to a poll: states, both envelopes, other languages, and what proxies put in their place. */
export const pollAnswers: RecordedAnswer[] = [
  ...['New', 'Submitted', 'Waiting', 'Executing', 'Cancelling', 'Deleting'].map((state) => ({
    name: `the state esriJob${state}`,
    body: job(`esriJob${state}`),
    outcome: 'running',
  })),
  { name: 'the state esriJobSucceeded', body: job('esriJobSucceeded'), outcome: 'succeeded' },
  { name: 'the state esriJobFailed', body: job('esriJobFailed'), outcome: 'JobFailedError' },
  { name: 'the state esriJobTimedOut', body: job('esriJobTimedOut'), outcome: 'JobTimedOutError' },
  { name: 'the state esriJobCancelled', body: job('esriJobCancelled'), outcome: 'JobCancelledError' },
  { name: 'the state esriJobDeleted', body: job('esriJobDeleted'), outcome: 'JobLostError' },
  { name: 'a state that is not known', body: job('esriJobPaused'), outcome: 'running' },
  {
    name: 'progress with percent',
    body: job('esriJobExecuting', { progress: { type: 'step', percent: 42 } }),
    outcome: 'running',
  },
  {
    name: 'progress with percentage',
    body: job('esriJobExecuting', { progress: { percentage: 42 } }),
    outcome: 'running',
  },
  {
    name: 'progress that makes no sense',
    body: job('esriJobExecuting', { progress: { percent: 'many' } }),
    outcome: 'running',
  },
  {
    name: 'no messages at all (message level None)',
    body: { jobId: 'j1', jobStatus: 'esriJobFailed' },
    outcome: 'JobFailedError',
  },
  {
    name: 'messages of null',
    body: { jobId: 'j1', jobStatus: 'esriJobSucceeded', messages: null, results: null },
    outcome: 'succeeded',
  },
  {
    name: 'messages of every type',
    body: job('esriJobSucceeded', {
      messages: ['Informative', 'Warning', 'Error', 'Empty', 'Abort', 'ProcessStart'].map((type) =>
        message(type, type),
      ),
    }),
    outcome: 'succeeded',
  },
  {
    name: 'a failure told in German',
    body: job('esriJobFailed', {
      messages: [message('Error', 'FEHLER 001470: Der Auftrag konnte nicht ausgeführt werden.')],
    }),
    outcome: 'JobFailedError',
  },
  {
    name: 'a failure told in Japanese',
    body: job('esriJobFailed', { messages: [message('Error', 'エラー 001470: 失敗しました。')] }),
    outcome: 'JobFailedError',
  },
  {
    name: 'keys that are new',
    body: job('esriJobExecuting', { queuePosition: 3, machine: { name: 'a' } }),
    outcome: 'running',
  },
  {
    name: 'an unknown job, code 400',
    body: rest(400, 'Unable to complete operation.', ['Job not found.']),
    outcome: 'running',
    inTheEnd: 'JobLostError',
  },
  { name: 'an unknown job, code 404', body: rest(404, 'Job not found'), outcome: 'running', inTheEnd: 'JobLostError' },
  {
    name: 'an unknown job, code 404 with HTTP 404',
    status: 404,
    body: rest(404, 'Not Found'),
    outcome: 'running',
    inTheEnd: 'JobLostError',
  },
  {
    name: 'an unknown job, code 500 with a text',
    body: rest(500, 'Job j1 does not exist.'),
    outcome: 'running',
    inTheEnd: 'JobLostError',
  },
  {
    name: 'an unknown job told in French, code 400',
    body: rest(400, "Impossible d'effectuer l'opération."),
    outcome: 'running',
    inTheEnd: 'JobLostError',
  },
  { name: 'a failure of the server, code 500', body: rest(500, 'Error performing the operation'), outcome: 'running' },
  {
    name: 'a failure of the server told in Portuguese',
    body: rest(500, 'Erro ao executar a operação'),
    outcome: 'running',
  },
  {
    name: 'a stopped service',
    body: rest(
      500,
      "Could not find a service with the name 'System/CachingTools' in the configured clusters. Service may be stopped",
    ),
    outcome: 'running',
  },
  { name: 'details as a text', body: rest(500, 'Exception', 'java.lang.NullPointerException'), outcome: 'running' },
  {
    name: 'a right that was taken away, code 403',
    body: rest(403, 'You do not have permissions to access this resource'),
    outcome: 'VendorRejectedError',
  },
  { name: 'the Admin envelope, code 500', body: admin(500, 'Server machine is not available'), outcome: 'running' },
  {
    name: 'the Admin envelope with status failed',
    body: { status: 'failed', messages: ['Site is in read only mode'], code: 403 },
    outcome: 'VendorRejectedError',
  },
  {
    name: 'an ended token in the REST envelope',
    body: rest(498, 'Invalid token.'),
    outcome: 'running',
    inTheEnd: 'VendorAuthError',
  },
  {
    name: 'a missing token in the REST envelope',
    body: rest(499, 'Token Required'),
    outcome: 'running',
    inTheEnd: 'VendorAuthError',
  },
  {
    name: 'an ended token in the Admin envelope',
    body: admin(498, 'Token Expired.'),
    outcome: 'running',
    inTheEnd: 'VendorAuthError',
  },
  {
    name: 'an ended token told in Spanish',
    body: rest(498, 'Token no válido.'),
    outcome: 'running',
    inTheEnd: 'VendorAuthError',
  },
  {
    name: 'HTML of a web adaptor with HTTP 200',
    body: html('Could not access any server machines. Please contact your system administrator.'),
    headers: { 'content-type': 'text/html' },
    outcome: 'running',
    inTheEnd: 'VendorContractError',
  },
  {
    name: 'a login page with HTTP 200',
    body: `<!DOCTYPE html>${html('Sign in')}`,
    outcome: 'running',
    inTheEnd: 'VendorContractError',
  },
  {
    name: 'HTML with HTTP 404',
    status: 404,
    body: html('HTTP Status 404'),
    outcome: 'running',
    inTheEnd: 'VendorRejectedError',
  },
  { name: 'HTML with HTTP 500', status: 500, body: html('HTTP Status 500'), outcome: 'running' },
  {
    name: 'HTTP 503 of a load balancer',
    status: 503,
    headers: { 'retry-after': '3600' },
    body: html('503'),
    outcome: 'running',
  },
  { name: 'HTTP 502', status: 502, headers: { 'retry-after': '3600' }, body: '', outcome: 'running' },
  {
    name: 'HTTP 504 with JSON',
    status: 504,
    headers: { 'retry-after': '3600' },
    body: { message: 'Endpoint request timed out' },
    outcome: 'running',
  },
  { name: 'HTTP 429', status: 429, headers: { 'retry-after': '3600' }, body: '', outcome: 'running' },
  {
    name: 'a redirect to a login page',
    status: 302,
    headers: { location: 'https://login.example.org/?token=x' },
    body: '',
    outcome: 'running',
    inTheEnd: 'VendorContractError',
  },
  { name: 'an empty answer', body: '', outcome: 'running', inTheEnd: 'VendorContractError' },
  {
    name: 'JSON that breaks off',
    body: '{"jobId":"j1","jobStatus":"esriJobSucc',
    outcome: 'running',
    inTheEnd: 'VendorContractError',
  },
  { name: 'JSON null', body: 'null', outcome: 'running', inTheEnd: 'VendorContractError' },
  { name: 'a JSON list', body: '[]', outcome: 'running', inTheEnd: 'VendorContractError' },
  { name: 'an object without a state', body: { jobId: 'j1' }, outcome: 'running', inTheEnd: 'VendorContractError' },
  { name: 'a bare success: false', body: { success: false }, outcome: 'running', inTheEnd: 'VendorRejectedError' },
  { name: 'an error that is a text', body: { error: 'boom' }, outcome: 'running', inTheEnd: 'VendorRejectedError' },
];
