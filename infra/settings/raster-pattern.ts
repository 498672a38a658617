import type { EventPattern } from 'aws-cdk-lib/aws-events';

/** "Amazon EventBridge quotas": event pattern size. */
const MOST_CHARACTERS = 2048;

interface Source {
  readonly bucket: string;
  readonly prefix: string;
  readonly suffixes: readonly string[];
}

/** Which events of S3 tell of a new raster of this source. */
export function rasterPattern(source: Source): EventPattern {
  return {
    source: ['aws.s3'],
    detailType: ['Object Created'],
    detail: {
      bucket: { name: [source.bucket] },
      object: { key: keyPatterns(source), size: [{ numeric: ['>', 0] }] },
    },
  };
}

/** What to do where EventBridge would not take the pattern of a source. */
export function patternProblem(source: Source): string | undefined {
  const { detailType, ...pattern } = rasterPattern(source);
  const characters = JSON.stringify({ ...pattern, 'detail-type': detailType }).length;
  if (characters <= MOST_CHARACTERS) return undefined;
  return `needs an event pattern of ${characters} characters, EventBridge takes ${MOST_CHARACTERS}: give it fewer or shorter suffixes, or a shorter prefix, or make several sources of it, each with some of the suffixes`;
}

/** Two matchers for one key are alternatives, so prefix and suffix make one wildcard, in both cases of the suffix. */
function keyPatterns({ prefix, suffixes }: Source): { wildcard: string }[] {
  const start = stableStart(prefix);
  const spellings = suffixes.flatMap((suffix) => [suffix, suffix.toLowerCase(), suffix.toUpperCase()]);
  const wildcards = spellings.map((suffix) => `${start}*${stableEnd(suffix)}`);
  return [...new Set(wildcards)].map((wildcard) => ({ wildcard }));
}

/**
 * What is before the first letter that has two spellings: macOS takes accents apart, most others keep them, and a key in
 * S3 is what its uploader sent. EventBridge compares as it stands, so the rest is left to refresh-service.
 */
function stableStart(text: string): string {
  if (hasOneSpelling(text)) return text;
  const letters = lettersOf(text);
  return letters
    .slice(
      0,
      letters.findIndex((letter) => !hasOneSpelling(letter)),
    )
    .join('');
}

function stableEnd(text: string): string {
  if (hasOneSpelling(text)) return text;
  const letters = lettersOf(text);
  return letters.slice(letters.findLastIndex((letter) => !hasOneSpelling(letter)) + 1).join('');
}

/** Each with the marks that stand on it. */
function lettersOf(text: string): string[] {
  return text.match(/\p{M}+|\P{M}\p{M}*/gu) ?? [];
}

/** Parts of a Hangul syllable are letters of their own when they are taken apart. */
function hasOneSpelling(text: string): boolean {
  return text.normalize('NFC') === text && text.normalize('NFD') === text && !/\p{Script=Hangul}/u.test(text);
}
