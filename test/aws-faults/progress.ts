const EVERY_MS = 3_000;

/** Says on stderr how far the table is, every few seconds, and at once what is not as expected. */
export class Progress {
  readonly #all: number;
  readonly #what: string;
  readonly #startedAt = performance.now();
  #saidAt = this.#startedAt;
  #done = 0;
  #unexpected = 0;

  constructor(all: number, what: string) {
    this.#all = all;
    this.#what = what;
  }

  add(name: string, problems: readonly string[]): void {
    this.#done += 1;
    if (problems.length > 0) this.#unexpected += 1;
    for (const problem of problems) console.error(`unexpected: ${name}: ${problem}`);
    const now = performance.now();
    if (now - this.#saidAt < EVERY_MS) return;
    this.#saidAt = now;
    const left = ((now - this.#startedAt) / this.#done) * (this.#all - this.#done);
    console.error(`${this.#words()}, about ${durationOf(left)} left`);
  }

  end(): void {
    console.error(`${this.#words()}, in ${durationOf(performance.now() - this.#startedAt)}`);
  }

  #words(): string {
    return `${this.#done} of ${this.#all} ${this.#what}, ${this.#unexpected} unexpected`;
  }
}

function durationOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
