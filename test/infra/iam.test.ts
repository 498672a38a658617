import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { iamReport } from './iam-report.ts';
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

/** Every wildcard that a role is allowed, and why. */
const WILDCARDS: Record<string, RegExp> = {
  // A target is added without a deployment.
  'arn:aws:secretsmanager:<region>:<account>:secret:gis/*': /^secretsmanager:GetSecretValue$/,
  // Step Functions makes the names of executions up.
  'arn:aws:states:<region>:<account>:execution:take-turn:*': /^states:(?:Describe|Stop)Execution$/,
  'arn:aws:states:<region>:<account>:execution:watch-job:*': /^states:(?:Describe|Stop)Execution$/,
  // These take no resource, or one that is not there yet.
  '*': /^(?:xray:\w+|logs:\w*(?:LogDelivery|LogDeliveries|ResourcePolicy|ResourcePolicies|LogGroups)|ec2:\w*(?:NetworkInterfaces?|Subnets|PrivateIpAddresses))$/,
};

for (const [name, { template, idsOf, resources }] of stacks) {
  const permissions = permissionsOf(template.toJSON());
  const allowed = (who: RegExp) => permissions.filter((one) => one.effect === 'Allow' && who.test(one.who));
  const functions = Map.groupBy(allowed(/^function /), ({ who }) => who);

  describe(`in ${name}`, () => {
    it('every function reads the secrets under the prefix and no others', () => {
      assert.equal(functions.size, 7);
      for (const [who, may] of functions) {
        assert.deepEqual(
          resourcesOf(may, 'secretsmanager'),
          ['secretsmanager:GetSecretValue arn:aws:secretsmanager:<region>:<account>:secret:gis/*'],
          who,
        );
      }
    });

    it('every function writes its own log and no other', () => {
      for (const [who, may] of functions) {
        const log = `logGroup ${who.replace('function ', '').replace(/(?:^|-)(\w)/g, (_, c: string) => c.toUpperCase())}Logs`;
        assert.deepEqual(resourcesOf(may, 'logs'), [`logs:CreateLogStream ${log}`, `logs:PutLogEvents ${log}`]);
      }
    });

    it('every function that starts a state machine starts its own', () => {
      const starts = [...functions].map(([who, may]) => [who.replace('function ', ''), ...resourcesOf(may, 'states')]);

      assert.deepEqual(
        starts.filter(([, start]) => start),
        ['delete-map-server-cache', 'manage-map-server-cache-tiles', 'refresh-service'].map((job) => [
          job,
          `states:StartExecution arn:aws:states:<region>:<account>:stateMachine:${job}`,
        ]),
      );
    });

    it('no function has a right in another service than these', () => {
      const services = new Set(allowed(/^function /).flatMap(({ actions }) => actions.map((one) => one.split(':')[0])));

      const inVpc = name === 'the smallest stack' ? [] : ['ec2'];
      assert.deepEqual([...services].toSorted(), [
        ...inVpc,
        ...['kms', 'logs', 'secretsmanager', 'sqs', 'states', 'xray'],
      ]);
    });

    it('the key is used by roles only on behalf of the queues and the ledger', () => {
      const uses = allowed(/^(?:function|machine|rule|schedules)/).filter(({ actions }) =>
        actions.some((action) => action.startsWith('kms:')),
      );

      assert.ok(uses.length > 8);
      for (const { conditions } of uses) {
        assert.match(conditions.join(), /^kms:ViaService StringEquals (?:sqs|dynamodb)\.<region>\.amazonaws\.com$/);
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
      permissions.find(({ who, actions }) => who === 'machine take-turn' && actions.includes('dynamodb:UpdateItem')),
      {
        who: 'machine take-turn',
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
