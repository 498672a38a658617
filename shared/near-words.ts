/**
 * The known word that a mistyped one most probably means, whatever its case and separators (`update_mode` is
 * `updateMode`); undefined where none is near: at most `maxDistance` mistakes, and at most one for every two letters.
 */
export function nearest(word: string, known: readonly string[], maxDistance = 2): string | undefined {
  const letters = plain(word);
  let best: { word: string; mistakes: number } | undefined;
  for (const each of known) {
    const mistakes = mistakesBetween(letters, plain(each), maxDistance);
    if (mistakes < (best?.mistakes ?? maxDistance + 1)) best = { word: each, mistakes };
  }
  return best?.word;
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[\s_.-]+/g, '');
}

/** Damerau-Levenshtein: a letter too many, too few or wrong, or two neighbours exchanged. Infinity where it is no near word. */
function mistakesBetween(one: string, other: string, most: number): number {
  // First of all, so that a text of any length costs nothing.
  if (Math.abs(one.length - other.length) > most) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const isSame = one[i - 1] === other[j - 1];
      const isExchanged = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row.push(
        Math.min(
          at(row, j - 1) + 1,
          at(last, j) + 1,
          at(last, j - 1) + (isSame ? 0 : 1),
          isExchanged ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    beforeLast = last;
    last = row;
  }
  const mistakes = at(last, other.length);
  return mistakes * 2 <= Math.max(one.length, other.length) ? mistakes : Number.POSITIVE_INFINITY;
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
