import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findRun, type Runs } from '../../../cli/find-run.ts';

const ENTRIES = [
  { operation: 'refresh-service', name: '1a2b3c4d-1111-4000-8000-0123456789ab' },
  { operation: 'refresh-service', name: '1a2b9999-1111-4000-8000-0123456789ab' },
  { operation: 'clear-rest-cache', name: 'nightly-2026-11-26T03-00-00Z' },
  { operation: 'refresh-service', name: 'nightly-2026-11-26T03-00-00Z' },
  { operation: 'refresh-service', name: 'by-hand-1' },
  { operation: 'refresh-service', name: 'by-hand-12' },
  { operation: 'manage-map-server-cache-tiles', name: 'plan-1' },
  {
    operation: 'manage-map-server-cache-tiles',
    name: 'plan-1-unit-0-0',
    parent: 'manage-map-server-cache-tiles/plan-1',
  },
];
const runs: Runs = {
  run: async ({ operation, name }) => ENTRIES.find((one) => one.operation === operation && one.name === name),
  runs: async () => ENTRIES,
};
const [FIRST] = ENTRIES;
const ARN = 'arn:aws:states:eu-west-1:111122223333:execution';

const FOUND: [how: string, reference: string, entry: object | undefined][] = [
  ['its whole name', `refresh-service/${FIRST?.name}`, FIRST],
  ['the name of its execution', FIRST?.name ?? '', FIRST],
  ['the beginning of that', '1a2b3', FIRST],
  ['the ARN of its execution', `${ARN}:refresh-service:${FIRST?.name}`, FIRST],
  ['such an ARN of a stack with a name', `${ARN}:test-clear-rest-cache:nightly-2026-11-26T03-00-00Z`, ENTRIES[2]],
  ['an operation and a beginning', 'clear-rest-cache/nightly', ENTRIES[2]],
  ['a name that another one begins with', 'by-hand-1', ENTRIES[4]],
  ['the beginning of its name, with which its parts begin too', 'plan', ENTRIES[6]],
  ['the name of a part', 'plan-1-unit', ENTRIES[7]],
];

describe('a run', () => {
  for (const [how, reference, entry] of FOUND) {
    it(`is found by ${how}`, async () => {
      assert.equal(await findRun(runs, reference), entry);
    });
  }

  it('is not found where several are meant, or none', async () => {
    await assert.rejects(findRun(runs, '1a2b'), {
      name: 'UsageError',
      message: /more than one run: refresh-service\/1a2b3/,
    });
    await assert.rejects(findRun(runs, 'nightly-2026-11-26T03-00-00Z'), {
      message: /clear-rest-cache\/nightly.*, refresh/,
    });
    for (const none of ['x', 'refresh-service/x', `${ARN}:hold:1a2b3c4d`, '/'])
      await assert.rejects(findRun(runs, none), { name: 'UsageError', message: /There is no run/ });
  });
});
