import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as errors from '../../../shared/errors.ts';

const { ERRORS, errorNames, errorsWith, isErrorName } = errors;

/** The rows of the page of errors: the names of each, and whether what it says is done again. */
function rowsOfPage(): { names: string[]; again: string }[] {
  const text = readFileSync('docs/reference/errors.md', 'utf8');
  const [, table = ''] = /\n\| error \|[^\n]*\n\|[- |]+\n((?:\|[^\n]*\n)+)/.exec(text) ?? [];
  return table
    .trim()
    .split('\n')
    .map((row) => row.split('|').map((cell) => cell.trim()))
    .map(([, named = '', , again = '']) => ({
      names: [...named.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
      again,
    }));
}

describe('the table of errors', () => {
  it('has every error that is thrown, and each is thrown by its own name', () => {
    const classes = Object.entries(errors).filter(([name]) => name.endsWith('Error') && name !== 'CacheOpsError');

    assert.deepEqual(errorNames().sort(), classes.map(([name]) => name).sort());
  });

  it('is the one on the page of errors: the same names, each once, and the same are done again in minutes', () => {
    const rows = rowsOfPage();
    const again = rows.filter((row) => row.again === 'yes').flatMap(({ names }) => names);

    assert.deepEqual(rows.flatMap(({ names }) => names).sort(), errorNames().sort());
    assert.deepEqual(again.sort(), errorsWith('repeatingHelps').sort());
    assert.deepEqual([...new Set(rows.map((row) => row.again))].sort(), ['no', 'yes']);
  });

  it('repeats nothing after which a job may run', () => {
    for (const name of errorsWith('repeatingHelps')) assert.ok(ERRORS[name].nothingSubmitted, name);
  });

  it('has one error after which nothing was submitted or a job is over: some parts of a whole failed', () => {
    const both = errorsWith('jobIsOver').filter((name) => ERRORS[name].nothingSubmitted);

    assert.deepEqual(both, ['PartialFailureError']);
  });

  for (const name of ['States.Timeout', 'Lambda.Unknown', 'TypeError', 'toString', '', undefined]) {
    it(`does not know ${name}`, () => {
      assert.equal(isErrorName(name), false);
    });
  }
});
