import { InvalidInputError } from '../errors.ts';

const MAX_INPUT_BYTES = 100_000;
/** A state holds 256 KiB, an entry 400 KB; room for what else stands there. */
export const MAX_STATE_BYTES = 240_000;

/** @throws InvalidInputError when it is larger than an entry or a state can hold */
export function checkSize(operation: string, value: unknown, limit = MAX_INPUT_BYTES): void {
  if (bytesOf(value) <= limit) return;
  throw new InvalidInputError(
    `The input of ${operation} is larger than ${MAX_INPUT_BYTES / 1000} kB or nested too deep, nothing was done. Give an area with fewer points, or several areas one after the other.`,
  );
}

function bytesOf(value: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(value) ?? '');
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
