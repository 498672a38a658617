import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readVersion } from '../support/recorded-version.ts';
import { IMMEDIATE, JOBS, OPERATIONS, SHARED_MACHINES } from './machines.ts';
import { type Permission, permissionsOf } from './permissions.ts';
import { synthesize } from './synthesize.ts';

type Rights = Pick<Permission, 'actions' | 'resources' | 'conditions'>;

const STATES = 'arn:aws:states:<region>:<account>';
const EVENT_RULE = 'arn:aws:events:<region>:<account>:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule';
const LEADING_KEYS = 'dynamodb:LeadingKeys ForAllValues:StringEquals ';

const INPUT = { target: 'gis' };
const schedules = [...JOBS, 'clear-rest-cache'].map((operation) => ({
  name: operation,
  operation,
  expression: 'rate(1 day)',
  input: {
    ...INPUT,
    ...(operation === 'refresh-service' && { serviceName: 'A', serviceType: 'MapServer' }),
    ...(operation.includes('map-server') && { inputService: 'A.MapServer' }),
    ...(operation.startsWith('delete') && { confirm: 'A.MapServer' }),
    ...(operation.startsWith('manage') && { updateMode: 'RECREATE_ALL_TILES' }),
  },
}));
const permissions = permissionsOf(
  synthesize({
    schedules,
    rasters: [{ refresh: { ...INPUT, serviceName: 'A', serviceType: 'ImageServer' } }],
    edges: ['E1', 'E2'].map((distributionId) => ({
      ...INPUT,
      service: 'A.ImageServer',
      cloudFront: { distributionId, paths: ['/*'] },
    })),
  }).template.toJSON(),
);

const allow = (actions: string[], resources: string[], conditions: string[] = []): Rights => ({
  actions,
  resources,
  conditions,
});
const invoke = (...names: string[]) =>
  allow(
    ['lambda:InvokeFunction'],
    names.map((name) => `function ${name}`),
  );
/** The second condition, because the first holds for a request that names no key. */
const entries = (action: string, ...partitions: string[]) =>
  allow(
    [`dynamodb:${action}`],
    ['table JobsLedger'],
    [`${LEADING_KEYS}${partitions.join(' or ')}`, 'dynamodb:LeadingKeys Null false'],
  );
/** DynamoDB decrypts the key of the table on behalf of whoever reads or writes it. */
const tableKey = allow(
  ['kms:Decrypt'],
  ['key EncryptionKey'],
  ['kms:ViaService StringEquals dynamodb.<region>.amazonaws.com'],
);
const queueKey = allow(
  ['kms:GenerateDataKey', 'kms:Decrypt'],
  ['key EncryptionKey'],
  ['kms:ViaService StringEquals sqs.<region>.amazonaws.com'],
);
const start = (...names: string[]) =>
  allow(
    ['states:StartExecution'],
    names.map((name) => `machine ${name}`),
  );
const runToEnd = (...names: string[]) => [
  start(...names),
  allow(
    ['states:DescribeExecution', 'states:StopExecution'],
    names.map((name) => `${STATES}:execution:${name}:*`),
  ),
  allow(['events:PutTargets', 'events:PutRule', 'events:DescribeRule'], [EVENT_RULE]),
];

/** What the states of each machine do. */
const needed: Record<string, Rights[]> = {
  ...Object.fromEntries(
    OPERATIONS.map((name) => [
      name,
      [
        invoke(name),
        invoke('next-unit'),
        entries('PutItem', name),
        entries('UpdateItem', name),
        tableKey,
        ...runToEnd('hold'),
      ],
    ]),
  ),
  hold: [entries('UpdateItem', 'claim'), tableKey, ...runToEnd('take-turn', 'run-job', 'run-targets', 'run-plan')],
  'run-job': [
    invoke(...OPERATIONS),
    entries('UpdateItem', ...OPERATIONS, 'claim'),
    tableKey,
    start('cancel-run'),
    ...runToEnd('watch-job', 'take-turn'),
  ],
  'run-plan': [invoke('manage-map-server-cache-tiles'), invoke('next-unit'), ...runToEnd('run-units')],
  'run-units': [invoke('next-unit'), ...runToEnd('run-job')],
  'run-targets': [
    invoke('join-targets'),
    ...runToEnd(...OPERATIONS).slice(1),
    // By their names: each of them refers to this machine.
    allow(
      ['states:StartExecution'],
      OPERATIONS.map((name) => `${STATES}:stateMachine:${name}`),
    ),
  ],
  'take-turn': [invoke('take-turn')],
  'watch-job': [invoke('check-job'), entries('UpdateItem', ...OPERATIONS), tableKey],
  'cancel-run': [invoke('settle-run', 'cancel-job')],
  'pause-site': [invoke('pause-site')],
  'renew-from-rasters': [
    invoke('renew-rasters'),
    invoke('read-footprint', 'count-rasters', 'manage-map-server-cache-tiles'),
    allow(['sqs:SendMessage'], ['queue RastersGivenUpRasters']),
    queueKey,
    entries('PutItem', 'renew-from-rasters'),
    tableKey,
    ...runToEnd('refresh-service', 'manage-map-server-cache-tiles', 'clear-rest-cache'),
  ],
  'invalidate-edge': [
    allow(
      ['cloudfront:CreateInvalidation'],
      ['E1', 'E2'].map((id) => `arn:aws:cloudfront::<account>:distribution/${id}`),
    ),
    entries('UpdateItem', ...OPERATIONS, 'renew-from-rasters'),
    tableKey,
  ],
  'start-scheduled-job': [start(...JOBS, 'clear-rest-cache')],
};

/** What executions that 0.1.0 has started go on doing after a deployment, by their old definition and the new role. */
const former = new Map(readVersion().definitions.stateMachines.map(({ name, permissions: was }) => [name, was]));

describe("the machines' roles", () => {
  it('are known here for every machine', () => {
    const machines = new Set(permissions.map(({ who }) => who).filter((who) => who.startsWith('machine ')));

    assert.deepEqual(
      [...machines].toSorted(),
      Object.keys(needed)
        .map((name) => `machine ${name}`)
        .toSorted(),
    );
    assert.equal(machines.size, IMMEDIATE.length + JOBS.length + SHARED_MACHINES.length + 4);
  });

  for (const [name, own] of Object.entries(needed)) {
    const granted = permissions.filter(({ who, effect }) => who === `machine ${name}` && effect === 'Allow');

    it(`allow ${name} what its states do, what executions of 0.1.0 go on doing, and nothing else`, () => {
      const allowed = rightsOf(granted.filter(({ resources }) => resources[0] !== '*'));

      assert.deepEqual(allowed, rightsOf([...own, ...(former.get(name) ?? [])]));
    });

    it(`allow ${name} without a resource only the delivery of logs and traces`, () => {
      const actions = granted.filter(({ resources }) => resources.includes('*')).flatMap((one) => one.actions);

      assert.equal(actions.length, 12);
      for (const action of actions) {
        assert.match(
          action,
          /^(?:xray:(?:Put|GetSampling)|logs:\w+(?:LogDelivery|LogDeliveries|ResourcePolic|LogGroups))/,
        );
      }
    });
  }
});

/** Each action on each resource, for entries of the ledger by partition. */
function rightsOf(statements: readonly Rights[]): string[] {
  const rights = statements.flatMap(({ actions, resources, conditions }) => {
    const [keys = [''], others] = [
      conditions
        .find((one) => one.startsWith(LEADING_KEYS))
        ?.slice(LEADING_KEYS.length)
        .split(' or '),
      conditions.filter((one) => !one.startsWith(LEADING_KEYS)),
    ];
    return actions.flatMap((action) =>
      resources.flatMap((resource) => keys.map((key) => [action, resource, key, ...others].join(' '))),
    );
  });
  return [...new Set(rights)].toSorted();
}
