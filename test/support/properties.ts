import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as errors from '../../shared/errors.ts';

/** The same inputs in every `npm test`; a run of another size looks elsewhere, unless told. */
const SEED = 20_260_101;
const FACTOR = Number(process.env['PROPERTY_RUNS'] ?? 1);
const MAX_MESSAGE_BYTES = 32_000;

/**
 * Holds a property to so many inputs: times `PROPERTY_RUNS`, from a seed of chance where that is given, or from
 * `PROPERTY_SEED`. A failure prints its seed and its smallest input.
 */
export async function holds<Ts>(property: fc.IAsyncProperty<Ts> | fc.IProperty<Ts>, runs: number): Promise<void> {
  const given = process.env['PROPERTY_SEED'];
  const seed = given === undefined ? { ...(FACTOR === 1 && { seed: SEED }) } : { seed: Number(given) };
  await fc.assert(property, { ...seed, numRuns: runs * FACTOR, endOnFailure: FACTOR > 1 });
}

const NAMED_ERRORS = new Set(Object.keys(errors));
const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype, String.prototype];
const ownNames = () => PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype).length);
const NAMES_BEFORE = ownNames();

/** An error that may leave a function: one of the contract's, with a message for people. */
export function assertNamed(error: unknown): void {
  assert.ok(error instanceof errors.CacheOpsError, `no named error: ${error instanceof Error ? error.stack : error}`);
  assert.ok(NAMED_ERRORS.has(error.name), error.name);
  assertReadable(error.message);
}

/** What a schema library says to programmers. */
const SCHEMA_WORDS =
  /expected .*received|Invalid (input|option|discriminator|string|number|key in|value in|ISO)|Too (big|small):|Unrecognized|undefined|\[object/;

/** Less than 32 KB of JSON, in the words of people. */
export function assertReadable(message: string): void {
  assert.doesNotMatch(message, SCHEMA_WORDS);
  const bytes = Buffer.byteLength(JSON.stringify(message));
  assert.ok(bytes < MAX_MESSAGE_BYTES, `a message of ${bytes} bytes`);
}

/** No input has put anything on the prototypes that all objects share. */
export function assertPrototypesUntouched(): void {
  assert.deepEqual(ownNames(), NAMES_BEFORE);
}
