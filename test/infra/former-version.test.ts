import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readVersion } from '../support/recorded-version.ts';
import { OPERATIONS } from './machines.ts';
import { synthesize } from './synthesize.ts';

/** Of the machines of version 0.1.0. */
const ROLES = [
  'JobsTakeTurnRole32C7CF7A',
  'JobsWatchJobRole24F0154D',
  'JobsDeleteMapServerCacheRole6D57213D',
  'JobsManageMapServerCacheTilesRoleB05B7350',
  'JobsRefreshServiceRoleCCC5F5C4',
  'JobsCancelRunRole91684BB0',
  'SchedulesStartScheduledJobRoleFE60BE0D',
];

const { stateMachines, functions, tables, outputs } = readVersion().definitions;
const stack = synthesize({
  schedules: [{ name: 'daily', operation: 'clear-rest-cache', expression: 'rate(1 day)', input: { target: 'gis' } }],
});

describe('what an execution of version 0.1.0 calls while a new version is deployed', () => {
  it('is still there: a machine that is deleted ends its executions, one that gets another role loses its rights', () => {
    const machines = stateMachines.map(({ logicalId, name }) => [logicalId, 'AWS::StepFunctions::StateMachine', name]);

    for (const [id = '', type, name] of machines) {
      const { Type, Properties } = stack.resources.get(id) ?? {};
      assert.deepEqual([Type, Properties?.['StateMachineName']], [type, name], id);
    }
    for (const { logicalId } of functions) assert.equal(stack.resources.get(logicalId)?.Type, 'AWS::Lambda::Function');
    for (const role of ROLES) assert.equal(stack.resources.get(role)?.Type, 'AWS::IAM::Role', role);
    assert.ok(stateMachines.length === ROLES.length && functions.length > OPERATIONS.length);
  });

  it('is the same ledger, with one index more at most: a deployment can add one', () => {
    const [{ logicalId, KeySchema, AttributeDefinitions, GlobalSecondaryIndexes }] = tables;
    const now = stack.resources.get(logicalId)?.Properties ?? {};
    const indexes = Object(now['GlobalSecondaryIndexes']);

    assert.deepEqual(now['KeySchema'], KeySchema);
    assert.ok(!('TableName' in now), 'a table that gets a name is another table');
    assert.deepEqual(Object(now['AttributeDefinitions']).slice(0, AttributeDefinitions.length), AttributeDefinitions);
    assert.deepEqual(indexes.slice(0, GlobalSecondaryIndexes.length), GlobalSecondaryIndexes);
    assert.ok(indexes.length <= GlobalSecondaryIndexes.length + 1);
  });

  it('has its end told to cancel-run', () => {
    const rules = stack.idsOf('AWS::Events::Rule').map((id) => JSON.stringify(stack.resources.get(id)?.Properties));
    const [rule = '', ...more] = rules.filter((text) => text.includes('Execution Status Change'));
    const runs = stateMachines.filter(({ definition }) => 'Submit' in definition.States);

    assert.ok(more.length === 0 && runs.length > 0);
    for (const { logicalId, name } of runs) assert.ok(rule.includes(`:${logicalId.slice(0, -8)}"`), name);
    assert.match(rule, /"Targets":\[\{[^\]]*:JobsCancelRun"/);
  });

  it('is found by the outputs of before', () => {
    const { Outputs } = stack.template.toJSON();

    assert.deepEqual(
      Object.keys(outputs).filter((name) => !(name in Outputs)),
      [],
    );
  });
});
