import { PartialFailureError } from '../errors.ts';
import { fitResults } from '../fit-results.ts';

/** What became of one target of a list. */
export interface TargetResult {
  target: string;
  status: string;
  [more: string]: unknown;
}

const GOOD = ['succeeded', 'partly', 'submitted', 'planned'];
const ORDER = ['failed', 'uncertain', 'stopped', 'cancelled', 'partly', 'submitted', 'planned', 'succeeded'];
/** Of all targets together, and of one where there are many: fifty of them are to be seen side by side. */
const MAX_BYTES_OF_ALL = 24_000;
const MIN_BYTES_OF_ONE = 1_500;
const MAX_MESSAGE_CHARACTERS = 500;
const ALWAYS_KEPT = ['target', 'status', 'run', 'error', 'message'];

/** The result of one target without what the list says already; what is long is left to its own run. */
export function resultOfTarget(
  target: string,
  result: { status: string; [more: string]: unknown },
  targets: number,
): TargetResult {
  const maxBytes = Math.max(MIN_BYTES_OF_ONE, Math.floor(MAX_BYTES_OF_ALL / targets));
  const { operation: _operation, messages: _messages, ...told } = result;
  const kept: TargetResult = { ...told, target, status: result.status };
  const longestFirst = Object.keys(kept)
    .filter((key) => !ALWAYS_KEPT.includes(key))
    .toSorted((one, other) => bytesOf(kept[other]) - bytesOf(kept[one]));
  for (const key of longestFirst) {
    if (bytesOf(kept) <= maxBytes) break;
    delete kept[key];
    kept['truncated'] = true;
  }
  // What it is comes first.
  return Object.assign({ target, status: kept.status }, kept);
}

/** The error that one target ended by. */
export function failureOfTarget(
  target: string,
  { status = 'failed', error, message }: { status?: string | undefined; error: string; message: string },
): TargetResult {
  return { target, status, error, message: message.slice(0, MAX_MESSAGE_CHARACTERS) };
}

/**
 * The result of a run of several targets.
 *
 * @throws PartialFailureError with the same results, if any target failed
 */
export function joinResults(operation: string, results: TargetResult[], { isDryRun = false } = {}) {
  const fitted = fitResults(results, ORDER);
  const bad = results.filter(({ status }) => !GOOD.includes(status));
  if (bad.length > 0) {
    const names = bad.map(({ target }) => target).join(', ');
    throw new PartialFailureError(
      `${bad.length} of ${results.length} targets failed (${names}); ${isDryRun ? 'nothing was done. Mend the causes, then try again.' : 'what the others did stands. Mend the causes, then start it for those targets again.'} ${JSON.stringify(fitted)}`,
    );
  }
  const words = new Set(results.map(({ status }) => status));
  const status = (['partly', 'submitted'] as const).find((word) => words.has(word)) ?? ('succeeded' as const);
  return { operation, target: results.map(({ target }) => target), status, ...fitted };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}
