import {
  CacheOpsError,
  InvalidSecretError,
  VendorAuthError,
  VendorBusyError,
  VendorUnreachableError,
} from '../../shared/errors.ts';
import { redact } from '../../shared/http/redact.ts';

const MAX_ADVICE_CHARACTERS = 1_500;
const TOO_SLOW =
  'The time for the checks was used up before this one: the server answers too slowly. Look at its load, and at the network before it.';

/** One line of the answer. `advice` says what was seen and what to do next; an `ok` may have one too. */
export interface Check {
  check: string;
  status: 'ok' | 'failed' | 'skipped';
  advice?: string;
}

interface FindingOptions {
  /** The check that it belongs to, where that is another one than the check that found it. */
  check?: string | undefined;
  /** Whether later checks would fail by the same cause. */
  endsAll?: boolean;
}

/** What is wrong with the target, and what to do about it. */
export class Finding extends Error {
  readonly check: string | undefined;
  readonly endsAll: boolean;

  constructor(advice: string, { check, endsAll = false }: FindingOptions = {}) {
    super(advice);
    this.check = check;
    this.endsAll = endsAll;
  }
}

export type StatusOf = (check: string) => Check['status'];

export interface Step {
  check: string;
  /** The checks that must be ok before this one says anything. */
  needs: readonly string[];
  /** Gives an advice where all is well for now. Whatever is wrong is thrown. */
  look: (statusOf: StatusOf) => Promise<string | undefined>;
}

/**
 * Takes the steps one after the other. One cause is one failed check: what needs it is skipped, and after a cause that
 * shows everywhere (no connection, no login, no time) all that is left.
 *
 * @param names every check, in the order of the answer
 * @param deadline epoch milliseconds: no step begins after it
 */
export async function takeSteps(names: readonly string[], steps: readonly Step[], deadline: number): Promise<Check[]> {
  const found = new Map<string, Check>();
  const statusOf: StatusOf = (check) => found.get(check)?.status ?? 'skipped';
  for (const { check, needs, look } of steps) {
    if (needs.some((need) => statusOf(need) !== 'ok')) continue;
    if (Date.now() >= deadline) {
      found.set(check, checkOf(check, 'failed', TOO_SLOW));
      break;
    }
    try {
      const advice = await look(statusOf);
      found.set(check, checkOf(check, 'ok', advice ?? found.get(check)?.advice));
    } catch (error) {
      const failed = failedCheck(error, check);
      // What the first check says of a cause stands.
      if (statusOf(failed.check) !== 'failed') found.set(failed.check, failed);
      if (endsAll(error)) break;
    }
  }
  return names.map((name) => found.get(name) ?? { check: name, status: 'skipped' });
}

/** The check that an error belongs to: what is wrong with the secret may show only when its server is asked. */
function failedCheck(error: unknown, check: string): Check {
  if (error instanceof Finding) return checkOf(error.check ?? check, 'failed', error.message);
  if (!(error instanceof CacheOpsError)) throw error;
  return checkOf(error instanceof InvalidSecretError ? 'secret' : check, 'failed', error.message);
}

/** The message of a vendor may hold what it was sent. */
function checkOf(check: string, status: Check['status'], advice: string | undefined): Check {
  if (advice === undefined) return { check, status };
  return { check, status, advice: redact(advice, MAX_ADVICE_CHARACTERS) };
}

function endsAll(error: unknown): boolean {
  if (error instanceof Finding) return error.endsAll;
  if (error instanceof VendorBusyError) return error.httpStatus !== undefined && error.httpStatus >= 429;
  return (
    error instanceof VendorUnreachableError || error instanceof VendorAuthError || error instanceof InvalidSecretError
  );
}

/** The target as it answers: `failed` as soon as one check is. */
export function answerOf(checks: Check[]) {
  const status = checks.some((check) => check.status === 'failed') ? ('failed' as const) : ('succeeded' as const);
  return { status, checks };
}
