import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crowdedLines, documents, sentencesOf, wordsOf } from './documents.ts';

const MOST_WORDS = 30;
const MOST_README_LINES = 120;
/** Words that a reader would have to look up, or that nobody says any more. */
const HARD_WORDS =
  /\b(whatever|seldom|borne|hitherto|thereof|whereby|aforementioned|utili[sz]e|idempoten\w*|amongst|thus|hence)\b/i;

it('the README is read in a few minutes', () => {
  const readme = documents.find(({ file }) => file === 'README.md');

  assert.ok(Number(readme?.text.trimEnd().split('\n').length) <= MOST_README_LINES);
});

describe('the English of the documents', () => {
  for (const document of documents) {
    it(`has sentences of at most ${MOST_WORDS} words, one a line, in common words: ${document.file}`, () => {
      const long = sentencesOf(document).filter((sentence) => wordsOf(sentence) > MOST_WORDS);

      assert.deepEqual(long, []);
      assert.deepEqual(crowdedLines(document), []);
      assert.deepEqual(document.prose.match(HARD_WORDS)?.[0], undefined);
    });
  }
});
