import { Random } from './random.ts';

/** How often each thing goes wrong, in one call. */
export const RATES = {
  lambdaBefore: 0.01,
  lambdaAfter: 0.01,
  /** The same of a call that submits. */
  lostSubmitCall: 0.06,
  crash: 0.01,
  databaseBefore: 0.01,
  databaseAfter: 0.01,
  lostStart: 0.02,
  secretsManager: 0.01,
  stepFunctions: 0.01,
  indexLag: 0.1,
  lostAnswerToSubmit: 0.08,
  lostSubmit: 0.04,
  /** The server goes down while it answers a submit. */
  diesAfterSubmit: 0.04,
  vendor: 0.01,
  /** Of the ledger's stream. */
  recordLost: 0.05,
  eventLost: 0.05,
  eventTwice: 0.3,
  eventLate: 0.05,
};

export type FaultName = keyof typeof RATES;

/** Says what goes wrong, and keeps count of it. Each kind has chance of its own. */
export class Faults {
  readonly counts: Partial<Record<FaultName, number>> = {};
  readonly #isCalm: () => boolean;
  readonly #randoms = new Map<FaultName, Random>();
  readonly #seed: number;

  constructor(seed: number, isCalm: () => boolean) {
    this.#seed = seed;
    this.#isCalm = isCalm;
  }

  happens(name: FaultName): boolean {
    if (!this.random(name).chance(RATES[name]) || this.#isCalm()) return false;
    this.counts[name] = (this.counts[name] ?? 0) + 1;
    return true;
  }

  random(name: FaultName): Random {
    const known = this.#randoms.get(name) ?? new Random(`${name} ${this.#seed}`);
    this.#randoms.set(name, known);
    return known;
  }
}
