import { type CallKind, SUBMIT } from './calls.ts';
import type { Plan } from './fault-proxy.ts';
import type { Fault } from './faults.ts';
import type { Scenario } from './scenarios.ts';

/** One call of one function meeting one fault. */
export interface Cell {
  scenario: Scenario;
  /** The position of the call among those of fair weather. */
  call: number;
  kind: CallKind;
  /** How many calls follow on it in fair weather that look the same. */
  follows: number;
  fault: Fault;
  duration: Plan['duration'];
}

/** What must come of it. */
export interface Expected {
  /** `ok` or the error's name; more than one where only the client's own network knows whether a byte left. */
  outcomes: string[];
  /** How often the call is tried in a row, where that can be counted. */
  attempts: number | undefined;
}

interface Failure {
  error: string;
  /** Whether the function itself may try again. */
  again: boolean;
  /** Whether a submit that ends so may have been obeyed. */
  uncertain: boolean;
}

const MAX_ATTEMPTS = 3;

/** The table of docs/reference/errors.md, and who repeats. */
function failureOf({ fault, kind, scenario }: Cell): Failure | undefined {
  const { safeToRepeat: safe, answer } = kind;
  const { vendor } = scenario;
  switch (fault.seen) {
    case 'no connection':
      return { error: 'VendorUnreachableError', again: true, uncertain: false };
    case 'certificate not trusted':
    case 'no TLS':
      // Neither passes within minutes: "up to three attempts" is one here.
      return { error: 'VendorUnreachableError', again: false, uncertain: false };
    case 'no whole answer':
      return { error: 'VendorUnreachableError', again: safe, uncertain: true };
    case 'refused before any work':
      return { error: 'VendorBusyError', again: true, uncertain: false };
    case 'gateway without an answer':
      return { error: 'VendorBusyError', again: safe, uncertain: true };
    case 'failure without a word of its own':
      return vendor === 'arcgis'
        ? { error: 'VendorBusyError', again: safe, uncertain: true }
        : { error: 'VendorRejectedError', again: false, uncertain: true };
    case 'refusal without a code':
      return {
        error: vendor === 'arcgis' && isSignIn(kind) ? 'VendorAuthError' : 'VendorRejectedError',
        again: false,
        uncertain: true,
      };
    case 'redirect':
      return { error: 'VendorContractError', again: false, uncertain: false };
    case 'undocumented answer':
      return { error: 'VendorContractError', again: false, uncertain: true };
    case 'shortened answer':
      return answer === 'header' ? undefined : { error: 'VendorContractError', again: false, uncertain: true };
    case 'compressed answer':
      return answer === 'body' ? { error: 'VendorContractError', again: false, uncertain: true } : undefined;
    case 'token refused':
      return tokenRefused(kind, scenario);
    case 'credentials refused':
      return {
        error: isSignIn(kind) || vendor === 'microstrategy' ? 'VendorAuthError' : 'VendorRejectedError',
        again: false,
        uncertain: false,
      };
  }
}

function isSignIn({ name }: CallKind): boolean {
  return name === 'generateToken' || name === 'login';
}

/** The token is renewed once, and the call made again: an attempt in its own right. */
function tokenRefused(kind: CallKind, { situation }: Scenario): Failure | undefined {
  // A site that wants a token for its description is taken for a stand-alone one; who is logged out is logged out.
  if (kind.name === 'rest/info' || kind.name === 'logout') return undefined;
  const isRenewed = situation === 'token ended' || situation === 'session ended';
  return { error: 'VendorAuthError', again: !isSignIn(kind) && !isRenewed, uncertain: false };
}

/** The calls of a purge that are about one project, or one node. */
const PARTS = ['purge', 'nodes', 'content caches', 'alter content caches', 'cube caches', 'cube', 'manipulation'];

const isAnswer = (error: string) => error === 'VendorContractError' || error === 'VendorRejectedError';
const isLater = ({ fault }: Cell, error: string) =>
  /^Vendor(Unreachable|Busy|Contract)Error$/.test(error) || fault.seen === 'refusal without a code';

/** What the decisions in CONTRIBUTING make of an error, other than that error itself: the first that fits. */
const CONSEQUENCES: readonly [when: (cell: Cell, error: string) => boolean, outcome: (cell: Cell) => string][] = [
  // Where the server cannot tell whether a name exists, a note says so (13).
  [({ kind }, error) => kind.name === 'exists' && isAnswer(error), fairOutcome],
  // A poll that finds the server down is no error, and one odd answer is none yet (19); the output may be missing.
  [(cell, error) => cell.scenario.operation === 'check-job' && isLater(cell, error), fairOutcome],
  // Nor are refused credentials yet: the secret may be about to change (24).
  [({ scenario }, error) => scenario.operation === 'check-job' && error === 'VendorAuthError', fairOutcome],
  // The machine of a stopped run asks again, and keeps the service meanwhile (18).
  [(cell, error) => cell.scenario.operation === 'cancel-job' && isLater(cell, error), fairOutcome],
  [({ scenario }, error) => scenario.operation === 'cancel-job' && error === 'VendorAuthError', fairOutcome],
  [({ kind }) => kind.name === 'job output', fairOutcome],
  // Who refuses to cancel in one way is asked in the other; what counts is the state afterwards.
  [({ kind }, error) => /cancel/.test(kind.name) && isAnswer(error), fairOutcome],
  // The job of a lost answer is looked for three times.
  [({ scenario, duration }) => scenario.situation === 'answer lost' && duration === 'once', fairOutcome],
  [({ scenario }) => scenario.situation === 'answer lost', () => 'SubmitUncertainError'],
  // A failed logout is logged, no more; but with the server gone there is no login after the one that renews a session.
  [({ kind, ...cell }) => kind.name === 'logout' && !isGoneAtRenewal(cell), fairOutcome],
  [({ kind }, error) => kind.name === 'status' && error !== 'VendorAuthError', fairOutcome],
  // Of a page that is too large a smaller one is asked for.
  [
    ({ kind, fault, duration }) =>
      /^(content|cube) caches$/.test(kind.name) && fault.name === '200 MB' && duration === 'once',
    fairOutcome,
  ],
  // Whether the caches are gone, whatever the answer was, the list shows.
  [
    ({ kind, fault }, error) =>
      /^(alter content caches|cube)$/.test(kind.name) && fault.works === true && error === 'VendorRejectedError',
    fairOutcome,
  ],
  // Some or all of several purges failed; what stops all of them is its own error.
  [({ kind }, error) => PARTS.includes(kind.name) && error !== 'VendorAuthError', () => 'PartialFailureError'],
];

function fairOutcome({ scenario }: Cell): string {
  return scenario.fair;
}

function isAskedForState({ operation, situation }: Scenario): boolean {
  return operation === 'check-job' || (operation === 'cancel-job' && !/search/.test(situation ?? ''));
}

function isGoneAtRenewal({ scenario, call, fault, duration }: Omit<Cell, 'kind'>): boolean {
  return fault.place !== 'request' && duration === 'for ever' && call === scenario.from;
}

function consequence(cell: Cell, error: string): string {
  return CONSEQUENCES.find(([when]) => when(cell, error))?.[1](cell) ?? error;
}

/** What must come of a cell, by rule. */
export function expected(cell: Cell): Expected {
  const { scenario, kind, fault, duration } = cell;
  const { fair } = scenario;
  if (kind.name === 'report' || kind.name === 'browser cache') return reported(cell);
  const failure = failureOf(cell);
  if (failure === undefined) return { outcomes: [fair], attempts: 1 };
  const { error, again, uncertain } = failure;
  if (!kind.safeToRepeat && uncertain) return uncertainSubmit(cell);
  const isRenewal = fault.seen === 'token refused';
  const attempts = attemptsOf(cell, again && !isRenewal);
  if (again && duration === 'once') return { outcomes: [fair], attempts };
  return { outcomes: [consequence(cell, error)], attempts };
}

/** It is asked once, and its failure is no trouble of the job; a server that is gone has no answer to the submit either. */
function reported(cell: Cell): Expected {
  const { scenario, fault, duration } = cell;
  if (fault.place === 'request') return { outcomes: [scenario.fair], attempts: 1 };
  const isSubmitNext = duration === 'for ever' && scenario.operation !== 'check-job';
  const { outcomes } = isSubmitNext ? expected({ ...cell, kind: SUBMIT }) : { outcomes: [scenario.fair] };
  return { outcomes, attempts: undefined };
}

/** Never resubmitted blindly; the job that was started is adopted. */
function uncertainSubmit({ scenario, fault, duration }: Cell): Expected {
  // Whether a byte had left when the connection was reset only the client's own network knows.
  const mayBeUnsent = fault.place === 'accept';
  if (mayBeUnsent) {
    return {
      outcomes: ['SubmitUncertainError', duration === 'once' ? scenario.fair : 'VendorUnreachableError'],
      attempts: undefined,
    };
  }
  return { outcomes: [fault.works ? scenario.fair : 'SubmitUncertainError'], attempts: 1 };
}

function attemptsOf({ scenario, kind, fault, duration }: Cell, again: boolean): number | undefined {
  // A job with too many messages is asked for once more without them (25).
  if (fault.name === '200 MB' && kind.name === 'job' && isAskedForState(scenario)) return 2;
  // A job is looked for more than once; and after a purge that did not get through others and a logout are tried.
  if (scenario.situation === 'answer lost') return undefined;
  if (fault.place !== 'request' && scenario.vendor === 'microstrategy') return undefined;
  if (!again) return 1;
  return duration === 'once' ? 2 : MAX_ATTEMPTS;
}
