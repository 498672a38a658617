/** The middle of a sample, and the quarter below and above it. */
export interface Spread {
  median: number;
  low: number;
  high: number;
}

/** The quartiles of some measurements. */
export function spreadOf(values: number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}

/** The median of the ratios, round by round: what slows a whole round down is in both of its sides. */
export function ratioOf(values: number[], reference: number[]): Spread {
  return spreadOf(values.map((value, round) => value / (reference[round] ?? Number.NaN)));
}
