import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { pascalCase } from '../../infra/operations.ts';
import { type Machine, machinesOf, OPERATIONS, type State } from './machines.ts';
import { ACCOUNT } from './synthesize.ts';

const RUN_JOB = 'arn:aws:stepfunctions:JobsRunJob';

const EDGE = { target: 'gis', service: 'A.MapServer', cloudFront: { distributionId: 'E1', paths: ['/*'] } };

const parametersSchema = z.object({
  FunctionName: z.string().optional(),
  StateMachineArn: z.string().optional(),
  TableName: z.string().default(''),
  Key: z.unknown().optional(),
  Item: z.unknown().optional(),
});
const keySchema = z.object({ operation: z.object({ S: z.string().optional() }) });

interface Need {
  action: string;
  resource: string;
  partition?: string | undefined;
}

describe('every task of a state machine', () => {
  for (const [name, machine] of machinesOf({ edges: [EDGE] })) {
    it(`of ${name} is allowed by its role`, () => {
      const needs = [...machine.states].flatMap(([state, task]) =>
        needsOf(machine, task).map((need) => ({ state, need })),
      );

      assert.ok(needs.length > 0);
      for (const { state, need } of needs) assert.ok(isAllowed(machine, need), `${state}: ${JSON.stringify(need)}`);
    });
  }
});

function needsOf(machine: Machine, { Type, Resource, Parameters }: State): Need[] {
  if (Type !== 'Task') return [];
  const [, service = '', action = ''] = /:states:::(?:aws-sdk:)?(\w+):(.+)$/.exec(Resource) ?? [];
  // Of the settings: the input of the machine names it.
  if (service === 'cloudfront') {
    return [{ action: 'cloudfront:CreateInvalidation', resource: `arn:aws:cloudfront::${ACCOUNT}:distribution/E1` }];
  }
  const { FunctionName, StateMachineArn = RUN_JOB, TableName, ...entry } = parametersSchema.parse(Parameters);
  if (service === 'lambda') {
    // Told by a path: of any operation, but only tiles have plans.
    const told = machine.name === 'run-plan' ? ['manage-map-server-cache-tiles'] : OPERATIONS;
    const functions =
      FunctionName === undefined ? told.map((name) => `arn:aws:lambda:${pascalCase(name)}Function`) : [FunctionName];
    return functions.map((resource) => ({ action: 'lambda:InvokeFunction', resource }));
  }
  if (service === 'states') return [{ action: 'states:StartExecution', resource: StateMachineArn }];
  return partitionsOf(machine, entry).map((partition) => ({
    action: `dynamodb:${action.replace(/^./, (first) => first.toUpperCase())}`,
    resource: TableName,
    partition,
  }));
}

/** Where a path tells the partition it is any operation's, for the machine of one operation its own. */
function partitionsOf({ name }: Machine, { Key, Item }: Pick<z.output<typeof parametersSchema>, 'Key' | 'Item'>) {
  const fixed = keySchema.safeParse(Key ?? Item).data?.operation.S;
  if (fixed !== undefined) return [fixed];
  return OPERATIONS.includes(name) ? [name] : OPERATIONS;
}

function isAllowed({ statements }: Machine, { action, resource, partition }: Need): boolean {
  return statements.some(({ Action, Resource, Condition }) => {
    const keys = Condition?.['ForAllValues:StringEquals']?.['dynamodb:LeadingKeys'];
    const isPartition = partition === undefined || keys?.includes(partition) === true;
    return Action.includes(action) && Resource.includes(resource) && isPartition;
  });
}
