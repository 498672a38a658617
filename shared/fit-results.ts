const MAX_RESULTS_BYTES = 28_000;

/**
 * The results of several parts. Where they do not fit into 32 KB the first of this order come first (failures), with counts
 * of them all by status; `counted` are the statuses that are counted though there is none.
 */
export function fitResults<R extends { status: string }>(
  results: readonly R[],
  order: readonly string[],
  counted: readonly string[] = [],
): { results: readonly R[]; counts?: Record<string, number>; truncated?: true } {
  if (firstThatFit(results).length === results.length) return { results };
  const sorted = results.toSorted((one, other) => order.indexOf(one.status) - order.indexOf(other.status));
  const counts = Object.fromEntries(counted.map((status) => [status, 0]));
  for (const { status } of results) counts[status] = (counts[status] ?? 0) + 1;
  return { results: firstThatFit(sorted), counts, truncated: true };
}

function firstThatFit<R>(results: readonly R[]): readonly R[] {
  let bytes = 2;
  const end = results.findIndex((result) => {
    bytes += Buffer.byteLength(JSON.stringify(result)) + 1;
    return bytes > MAX_RESULTS_BYTES;
  });
  return end === -1 ? results : results.slice(0, end);
}
