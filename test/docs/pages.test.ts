import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { PAGES } from './write-pages.ts';

describe('the pages that are made from the code', () => {
  for (const [file, text] of Object.entries(PAGES)) {
    it(`are current: ${file}`, () => {
      assert.equal(readFileSync(file, 'utf8'), text(), 'run: npm run docs');
    });
  }
});
