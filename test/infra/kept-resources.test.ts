import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fixedNameOf } from './fixed-names.ts';
import { OPERATIONS, SHARED_MACHINES } from './machines.ts';
import { STACK_ID, synthesize } from './synthesize.ts';

const REFRESH = { target: 'gis', serviceName: 'A', serviceType: 'ImageServer' };
const { resources, idsOf } = synthesize({
  schedules: [{ name: 'daily', operation: 'refresh-service', expression: 'rate(1 day)', input: REFRESH }],
  rasters: [{ refresh: REFRESH }],
  notifications: { email: 'gis-team@example.org' },
});

describe('what outlives the stack', () => {
  it('is the key, the ledger, the logs and the rasters', () => {
    const kept = [...resources.values()].filter(({ DeletionPolicy = 'Delete' }) => DeletionPolicy !== 'Delete');

    const types = [...new Set(kept.map(({ Type }) => Type))].toSorted();
    assert.deepEqual(types, ['AWS::DynamoDB::Table', 'AWS::KMS::Key', 'AWS::Logs::LogGroup', 'AWS::S3::Bucket']);
    const everyLog = [...resources.values()].filter(({ Type }) => Type === 'AWS::Logs::LogGroup');
    assert.deepEqual(kept.filter(({ Type }) => Type === 'AWS::Logs::LogGroup').length, everyLog.length);
  });

  it('goes with a first deployment that fails: nobody would find it, and the key would cost money', () => {
    for (const [id, { DeletionPolicy, UpdateReplacePolicy }] of resources) {
      if (DeletionPolicy === undefined || DeletionPolicy === 'Delete') continue;
      assert.deepEqual([DeletionPolicy, UpdateReplacePolicy], ['RetainExceptOnCreate', 'Retain'], id);
    }
  });

  it('never stands in the way of the next stack of its name: only what goes with the stack has a fixed one', () => {
    const named = [...resources.values()].flatMap((resource) => {
      const name = fixedNameOf(resource);
      return name === undefined ? [] : [{ name, isKept: (resource.DeletionPolicy ?? 'Delete') !== 'Delete' }];
    });

    const fixed = named.filter(({ name }) => !name.endsWith(`-${STACK_ID}`));
    assert.ok(named.some(({ isKept }) => isKept) && fixed.some(({ name }) => name === 'alias/cache-ops'));
    assert.deepEqual(
      fixed.filter(({ isKept }) => isKept),
      [],
    );
  });
});

describe('the logs of state machines', () => {
  it("are named so that the account's one policy for log delivery need not name each", () => {
    const named = idsOf('AWS::Logs::LogGroup').flatMap((id) => resources.get(id)?.Properties['LogGroupName'] ?? []);

    const machines = [...OPERATIONS, ...SHARED_MACHINES, 'start-scheduled-job', 'pause-site', 'renew-from-rasters'];
    assert.deepEqual(
      named.map(String).toSorted(),
      machines.map((name) => `/aws/vendedlogs/states/CacheOps-${name}-${STACK_ID}`).toSorted(),
    );
  });
});
