import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { environment } from '../../../../shared/lambda/environment.ts';

const NAMES = ['LEDGER_TABLE', 'KEEP_DAYS', 'MACHINE_PREFIX'] as const;

describe('the environment of a function', () => {
  afterEach(() => {
    for (const name of NAMES) delete process.env[name];
  });

  it('is read as it is typed', () => {
    Object.assign(process.env, { LEDGER_TABLE: 'Ledger', KEEP_DAYS: '400', MACHINE_PREFIX: '' });

    assert.deepEqual(environment(...NAMES), { LEDGER_TABLE: 'Ledger', KEEP_DAYS: 400, MACHINE_PREFIX: '' });
  });

  for (const name of NAMES) {
    it(`names ${name} where it is missing, and says what to do`, () => {
      assert.throws(() => environment(name), {
        message: `The environment variable ${name} is missing or does not fit: deploy the stack.`,
      });
    });
  }

  for (const [name, value] of [
    ['LEDGER_TABLE', ''],
    ['KEEP_DAYS', ''],
    ['KEEP_DAYS', '0'],
    ['KEEP_DAYS', 'many'],
  ] as const) {
    it(`does not take ${name} as ${JSON.stringify(value)}`, () => {
      process.env[name] = value;

      assert.throws(() => environment(name), { message: new RegExp(`variable ${name} is missing or does not fit`) });
    });
  }
});
