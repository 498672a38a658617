/** Whole numbers as ascending ranges, first and last, that neither touch nor overlap: small where many follow each other. */
export type Ranges = readonly (readonly [first: number, last: number])[];

export function isIn(ranges: Ranges, n: number): boolean {
  return ranges.some(([first, last]) => first <= n && n <= last);
}

export function added(ranges: Ranges, n: number): Ranges {
  if (isIn(ranges, n)) return ranges;
  const before = ranges.filter(([, last]) => last < n - 1);
  const after = ranges.filter(([first]) => first > n + 1);
  const touched = ranges.filter(([first, last]) => last >= n - 1 && first <= n + 1);
  const first = Math.min(n, ...touched.map((range) => range[0]));
  const last = Math.max(n, ...touched.map((range) => range[1]));
  return [...before, [first, last], ...after];
}

export function removed(ranges: Ranges, n: number): Ranges {
  return ranges.flatMap(([first, last]): Ranges => {
    if (n < first || n > last) return [[first, last]];
    const parts: Ranges = [
      [first, n - 1],
      [n + 1, last],
    ];
    return parts.filter(([from, to]) => from <= to);
  });
}

export function countOf(ranges: Ranges): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** The first number from `n` on that is in none of them. */
export function firstOutside(ranges: Ranges, n: number): number {
  return ranges.reduce((next, [first, last]) => (first <= next && next <= last ? last + 1 : next), n);
}
