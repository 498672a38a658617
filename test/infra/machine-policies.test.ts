import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { pascalCase } from '../../infra/operations.ts';
import { JOBS, type Machine, machinesOf, required, type State, type Statement } from './machines.ts';
import { ACCOUNT, KEY, REGION } from './synthesize.ts';

const TABLE = 'arn:aws:dynamodb:JobsLedger';
const NESTED = ['take-turn', 'watch-job'];
const functionArn = (name: string) => `arn:aws:lambda:${pascalCase(name)}Function`;
const machineArn = (name: string) => `arn:aws:stepfunctions:Jobs${pascalCase(name)}`;
const executionsOf = (name: string) => `arn:aws:states:${REGION}:${ACCOUNT}:execution:${name}:*`;
const EVENT_RULE = `arn:aws:events:${REGION}:${ACCOUNT}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`;

const machines = machinesOf();

const allow = (Action: string[], Resource: string[]): Statement => ({ Effect: 'Allow', Action, Resource });
const invoke = (name: string) => allow(['lambda:InvokeFunction'], [functionArn(name)]);
/** The second condition, because the first holds for a request that names no key. */
const entries = (action: string, partitions: string[]) => ({
  ...allow([`dynamodb:${action}`], [TABLE]),
  Condition: {
    'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': partitions },
    Null: { 'dynamodb:LeadingKeys': ['false'] },
  },
});

/** DynamoDB decrypts the key of the table on behalf of whoever reads or writes it. */
const tableKey = {
  ...allow(['kms:Decrypt'], [KEY]),
  Condition: { StringEquals: { 'kms:ViaService': [`dynamodb.${REGION}.amazonaws.com`] } },
};

const expected: Record<string, Statement[]> = {
  ...Object.fromEntries(
    JOBS.map((name) => [
      name,
      [
        invoke(name),
        entries('PutItem', [name]),
        entries('UpdateItem', [name, 'claim']),
        tableKey,
        allow(['states:StartExecution'], NESTED.map(machineArn)),
        allow(['states:DescribeExecution', 'states:StopExecution'], NESTED.map(executionsOf)),
        allow(['events:PutTargets', 'events:PutRule', 'events:DescribeRule'], [EVENT_RULE]),
      ],
    ]),
  ),
  'take-turn': [
    invoke('check-job'),
    allow(['dynamodb:GetItem'], [TABLE]),
    entries('UpdateItem', ['claim']),
    allow(['dynamodb:Query'], [`${TABLE}/index/waiting`]),
    tableKey,
  ],
  'watch-job': [invoke('check-job')],
  'cancel-run': [invoke('cancel-job'), entries('GetItem', JOBS), entries('UpdateItem', [...JOBS, 'claim']), tableKey],
};

describe("the machines' roles", () => {
  it('are known here for every machine', () => {
    assert.deepEqual([...machines.keys()].toSorted(), Object.keys(expected).toSorted());
  });

  for (const [name, statements] of Object.entries(expected)) {
    it(`allow ${name} exactly this`, () => {
      const machine = required(machines, name);

      assert.deepEqual(
        machine.statements.filter(({ Resource }) => Resource[0] !== '*'),
        statements,
      );
    });

    it(`allow ${name} without a resource only the delivery of logs and traces`, () => {
      const actions = required(machines, name)
        .statements.filter(({ Resource }) => Resource.includes('*'))
        .flatMap(({ Action }) => Action);

      assert.equal(actions.length, 12);
      for (const action of actions) {
        assert.match(
          action,
          /^(?:xray:(?:Put|GetSampling)|logs:\w+(?:LogDelivery|LogDeliveries|ResourcePolic|LogGroups))/,
        );
      }
    });

    it(`allow every task of ${name}, and nothing that no task needs`, () => {
      const machine = required(machines, name);

      const needed = new Set([...machine.states.values()].flatMap((state) => needsOf(machine, state)));

      assert.deepEqual([...needed].toSorted(), grantsOf(machine).toSorted());
    });
  }
});

const taskSchema = z.object({
  FunctionName: z.string().optional(),
  StateMachineArn: z.string().optional(),
  TableName: z.string().default(''),
  IndexName: z.string().optional(),
  Key: z.unknown().optional(),
  Item: z.unknown().optional(),
});
const keySchema = z.object({ operation: z.object({ S: z.string().optional(), 'S.$': z.string().optional() }) });

/** What a task does, each as `action resource` and for entries of the ledger their partition. */
function needsOf({ name, statements }: Machine, { Type, Resource, Parameters }: State): string[] {
  if (Type !== 'Task') return [];
  const { FunctionName, StateMachineArn = '', TableName, IndexName, Key, Item } = taskSchema.parse(Parameters);
  const [, service = '', action = ''] = /:states:::(?:aws-sdk:)?(\w+):(.+)$/.exec(Resource) ?? [];
  if (service === 'lambda') return [`lambda:InvokeFunction ${FunctionName}`];
  if (service === 'states') {
    const nested = NESTED.find((one) => machineArn(one) === StateMachineArn) ?? 'none';
    return [
      `states:StartExecution ${StateMachineArn}`,
      `states:DescribeExecution ${executionsOf(nested)}`,
      `states:StopExecution ${executionsOf(nested)}`,
      ...['PutTargets', 'PutRule', 'DescribeRule'].map((one) => `events:${one} ${EVENT_RULE}`),
    ];
  }
  const permission = `dynamodb:${action.replace(/^./, (first) => first.toUpperCase())}`;
  const key = `kms:Decrypt ${KEY}`;
  if (IndexName !== undefined) return [key, `${permission} ${TableName}/index/${IndexName}`];
  const isBound = statements.some(({ Action, Condition }) => Action.includes(permission) && Condition);
  if (!isBound) return [key, `${permission} ${TableName}`];
  const { S: fixed, 'S.$': path } = keySchema.parse(Key ?? Item).operation;
  if (path !== undefined) assert.equal(path, '$.run.operation');
  const partitions = fixed === undefined ? (JOBS.includes(name) ? [name] : JOBS) : [fixed];
  return [key, ...partitions.map((partition) => `${permission} ${TableName} ${partition}`)];
}

function grantsOf({ statements }: Machine): string[] {
  return statements
    .filter(({ Resource }) => Resource[0] !== '*')
    .flatMap(({ Action, Resource, Condition }) => {
      const partitions = Condition?.['ForAllValues:StringEquals']?.['dynamodb:LeadingKeys'];
      const keys = partitions?.map((partition) => ` ${partition}`) ?? [''];
      return Action.flatMap((action) =>
        Resource.flatMap((resource) => keys.map((key) => `${action} ${resource}${key}`)),
      );
    });
}
