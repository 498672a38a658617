import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DECISIONS } from './function-rights.ts';
import { iamReport } from './iam-report.ts';
import { OPERATIONS, SHARED_MACHINES } from './machines.ts';
import { type Permission, permissionsOf } from './permissions.ts';
import { type Synthesized, synthesize } from './synthesize.ts';

const REFRESH = { target: 'gis', serviceName: 'A', serviceType: 'ImageServer' };
const everything = {
  secretPrefix: 'gis/',
  schedules: [
    { name: 'job', operation: 'refresh-service', expression: 'rate(1 day)', input: REFRESH },
    { name: 'purge', operation: 'clear-rest-cache', expression: 'rate(1 day)', input: { target: 'gis' } },
  ],
  rasters: [{ refresh: REFRESH }],
  notifications: { email: 'gis-team@example.org' },
  network: {
    vpcId: 'vpc-0123456789abcdef0',
    subnetIds: ['subnet-0123456789abcdef0'],
    securityGroupIds: ['sg-0123456789abcdef0'],
  },
};
const keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

/** All that has rights, beside the smallest stack: with and without network and own key. */
const stacks: [name: string, stack: Synthesized][] = [
  ['the smallest stack', synthesize({ secretPrefix: 'gis/' })],
  ['a stack with all that the settings offer', synthesize({ ...everything, encryption: { keyArn } })],
];

const executionsOf = (machine: string, start = '') =>
  `arn:aws:states:<region>:<account>:execution:${machine}:${start}*`;

/** Every wildcard that a role is allowed, and why. */
const WILDCARDS: Record<string, RegExp> = {
  // A target is added without a deployment.
  'arn:aws:secretsmanager:<region>:<account>:secret:gis/*': /^secretsmanager:GetSecretValue$/,
  // The names of runs, and of the executions that they are made of, are known when they are there.
  ...Object.fromEntries(SHARED_MACHINES.map((name) => [executionsOf(name), /^states:(?:Describe|Stop)Execution$/])),
  ...Object.fromEntries(OPERATIONS.map((name) => [executionsOf(name), /^states:(?:Describe|Stop)Execution$/])),
  ...Object.fromEntries(OPERATIONS.map((name) => [executionsOf(name, 'by-hand-'), /^states:DescribeExecution$/])),
  [executionsOf('renew-from-rasters')]: /^states:(?:Describe|Stop)Execution$/,
  // These take no resource, or one that is not there yet.
  '*': /^(?:xray:\w+|dynamodb:ListStreams|logs:\w*(?:LogDelivery|LogDeliveries|ResourcePolicy|ResourcePolicies|LogGroups)|ec2:\w*(?:NetworkInterfaces?|Subnets|PrivateIpAddresses))$/,
};

for (const [name, { template, idsOf, resources }] of stacks) {
  const permissions = permissionsOf(template.toJSON());
  const allowed = (who: RegExp) => permissions.filter((one) => one.effect === 'Allow' && who.test(one.who));
  const functions = Map.groupBy(allowed(/^function /), ({ who }) => who);

  describe(`in ${name}`, () => {
    it('every function that talks to a vendor reads the secrets under the prefix, and no other reads any', () => {
      const readers = [...functions].flatMap(([who, may]) =>
        resourcesOf(may, 'secretsmanager').map((right) => [who, right]),
      );

      assert.deepEqual(
        readers.toSorted(),
        [
          ...OPERATIONS,
          'check-job',
          'cancel-job',
          'check-target',
          ...(name === 'the smallest stack' ? [] : ['count-rasters']),
        ]
          .toSorted()
          .map((reader) => [
            `function ${reader}`,
            'secretsmanager:GetSecretValue arn:aws:secretsmanager:<region>:<account>:secret:gis/*',
          ]),
      );
    });

    it('every function that decides is outside the VPC, and none has both a secret and the ledger', () => {
      const [ofVpc, ofLedger, ofSecrets] = ['ec2', 'dynamodb', 'secretsmanager'].map((service) =>
        [...functions].filter(([, may]) => resourcesOf(may, service).length > 0).map(([who]) => who),
      );

      for (const decision of DECISIONS) assert.ok(!ofVpc?.includes(`function ${decision}`), decision);
      assert.deepEqual(
        ofLedger?.filter((who) => ofSecrets?.includes(who)),
        [],
      );
      assert.equal(ofLedger?.length, name === 'the smallest stack' ? 9 : 13);
    });

    it('every function writes its own log and no other', () => {
      for (const [who, may] of functions) {
        const log = `logGroup ${who.replace('function ', '').replace(/(?:^|-)(\w)/g, (_, c: string) => c.toUpperCase())}Logs`;
        assert.deepEqual(resourcesOf(may, 'logs'), [`logs:CreateLogStream ${log}`, `logs:PutLogEvents ${log}`]);
      }
    });

    it('every operation starts its own machine, new rasters start what takes care of them, the sweep starts what is left, people pause and go on with plans, and that is all', () => {
      const starts = [...functions].flatMap(([who, may]) =>
        resourcesOf(may, 'states')
          .filter((right) => right.startsWith('states:StartExecution '))
          .map((right) => `${who}: ${right.replace(/.*[ :]/, '')}`),
      );

      const ofRasters =
        name === 'the smallest stack'
          ? []
          : ['start-refresh', 'renew-rasters', 'sweep-runs'].map((one) => `function ${one}: renew-from-rasters`);
      assert.deepEqual(
        starts.toSorted(),
        [
          ...OPERATIONS.map((one) => `function ${one}: ${one}`),
          'function next-unit: cancel-run',
          'function sweep-runs: cancel-run',
          // The buttons of the dashboard.
          'function act-on-run: pause-site',
          'function act-on-run: manage-map-server-cache-tiles',
          ...ofRasters,
        ].toSorted(),
      );
    });

    it('no function has a right in another service than these', () => {
      const services = new Set(allowed(/^function /).flatMap(({ actions }) => actions.map((one) => one.split(':')[0])));

      const inVpc = name === 'the smallest stack' ? [] : ['ec2'];
      assert.deepEqual([...services].toSorted(), [
        'dynamodb',
        ...inVpc,
        'events',
        ...['kms', 'logs', 'schemas', 'secretsmanager'],
        ...(name === 'the smallest stack' ? [] : ['sns']),
        ...['sqs', 'states', 'xray'],
      ]);
    });

    it('the key is used by roles only on behalf of the queues, the topic and the ledger', () => {
      const uses = allowed(/^(?:function|machine|rule|schedules)/).filter(({ actions }) =>
        actions.some((action) => action.startsWith('kms:')),
      );

      assert.ok(uses.length > 8);
      for (const { conditions } of uses) {
        assert.match(conditions.join(), /^kms:ViaService StringEquals (?:sqs|sns|dynamodb)\.<region>\.amazonaws\.com$/);
      }
    });

    it('every wildcard has its reason', () => {
      const wildcards = allowed(/^(?:function|machine|rule|schedules)/).flatMap(({ actions, resources: on }) =>
        on.flatMap((resource) => actions.map((action) => ({ action, resource }))),
      );

      for (const { action, resource } of wildcards) {
        assert.ok(!action.includes('*'), action);
        if (resource.includes('*')) assert.match(action, WILDCARDS[resource] ?? /^never$/, `${action} on ${resource}`);
      }
    });

    it("every role is somebody's, with one policy and none of AWS' own", () => {
      const roles = idsOf('AWS::IAM::Role').map((id) => Object.keys(resources.get(id)?.Properties ?? {}));

      assert.doesNotMatch(permissions.map(({ who }) => who).join(), /role /);
      for (const properties of roles) assert.deepEqual(properties, ['AssumeRolePolicyDocument']);
    });
  });
}

describe('the report of rights', () => {
  it('is a table of who may do what on which resource, by the names of the template', () => {
    const table = iamReport([]);

    assert.match(table, /^who +effect +actions +resources +conditions\n-+ /);
    assert.match(table, /\nfunction check-job +Allow +logs:CreateLogStream +logGroup CheckJobLogs\n/);
    assert.match(table, /\nmachine watch-job +Allow /);
    assert.match(table, / Allow +lambda:InvokeFunction +function check-job\n/);
    assert.match(table, / Allow +states:DescribeExecution +states execution:take-turn:\*\n/);
    assert.doesNotMatch(table, /Fn::|"Ref"|\[object/);
  });

  it('is the same as JSON', () => {
    const permissions: Permission[] = JSON.parse(iamReport(['--json']));

    assert.deepEqual(
      permissions.find(({ who, actions }) => who === 'machine hold' && actions.includes('dynamodb:UpdateItem')),
      {
        who: 'machine hold',
        effect: 'Allow',
        actions: ['dynamodb:UpdateItem'],
        resources: ['table JobsLedger'],
        conditions: ['dynamodb:LeadingKeys ForAllValues:StringEquals claim', 'dynamodb:LeadingKeys Null false'],
      },
    );
  });

  it('names the settings that cannot be used', () => {
    assert.throws(() => iamReport(['--settings', 'none.yaml']), /none\.yaml cannot be read/);
  });
});

/** Each action in a service with each of its resources. */
function resourcesOf(permissions: readonly Permission[], service: string): string[] {
  return permissions.flatMap(({ actions, resources }) =>
    actions
      .filter((action) => action.startsWith(`${service}:`))
      .flatMap((action) => resources.map((resource) => `${action} ${resource}`)),
  );
}
