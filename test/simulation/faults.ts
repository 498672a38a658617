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

/** What the machines of version 0.1.0 do not bear. */
export const OF_AWS: readonly FaultName[] = [
  'lambdaBefore',
  'lambdaAfter',
  'lostSubmitCall',
  'crash',
  'databaseBefore',
  'databaseAfter',
  'lostStart',
  'secretsManager',
  'stepFunctions',
];

/** Says what goes wrong, and remembers it. Each kind has chance of its own. */
export class Faults {
  /** What went wrong, and when (epoch milliseconds). */
  readonly happened: { at: number; name: FaultName }[] = [];
  readonly #isCalm: (name: FaultName) => boolean;
  readonly #now: () => number;
  readonly #randoms = new Map<FaultName, Random>();
  readonly #seed: number;

  constructor(seed: number, now: () => number, isCalm: (name: FaultName) => boolean) {
    this.#seed = seed;
    this.#now = now;
    this.#isCalm = isCalm;
  }

  happens(name: FaultName): boolean {
    if (!this.random(name).chance(RATES[name]) || this.#isCalm(name)) return false;
    this.happened.push({ at: this.#now(), name });
    return true;
  }

  random(name: FaultName): Random {
    const known = this.#randoms.get(name) ?? new Random(`${name} ${this.#seed}`);
    this.#randoms.set(name, known);
    return known;
  }
}
