import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { pascalCase } from '../../infra/operations.ts';
import { readTemplate } from '../../local/template.ts';
import { OPERATIONS } from './machines.ts';
import { readableId } from './references.ts';
import { ACCOUNT, appOf, REGION, synthesize } from './synthesize.ts';

const VPC = 'vpc-0123456789abcdef0';
const SUBNETS = ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'];
const GROUPS = ['sg-0123456789abcdef0', 'sg-0123456789abcdef1'];
const network = { vpcId: VPC, subnetIds: SUBNETS, securityGroupIds: GROUPS };
const KEY_ARN = 'arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const REFRESH = { target: 'gis', serviceName: 'A', serviceType: 'ImageServer' };
const EC2_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

const inVpc = synthesize({ network });
const withoutEndpoints = synthesize({ network: { ...network, endpoints: false } });
const without = synthesize();
const WITH_A_SECRET = [...OPERATIONS, 'check-job', 'cancel-job', 'check-target'].map(
  (name) => `${pascalCase(name)}Function`,
);
const functions = inVpc.idsOf('AWS::Lambda::Function').filter((id) => WITH_A_SECRET.includes(readableId(id)));

describe('a network of the settings', () => {
  it('is where all functions run that talk to a vendor, and no others: they call AWS alone', () => {
    const [inside, outside] = [true, false].map((isInside) =>
      inVpc.idsOf('AWS::Lambda::Function').filter((id) => functions.includes(id) === isInside),
    );

    const configOf = (id: string) => inVpc.resources.get(id)?.Properties['VpcConfig'];
    assert.deepEqual(
      [inside?.length, outside?.map(readableId)],
      [
        8,
        [
          'TakeTurnFunction',
          'NextUnitFunction',
          'JoinTargetsFunction',
          'SettleRunFunction',
          'SweepRunsFunction',
          'PauseSiteFunction',
          'TellOfRunsFunction',
          'ActOnRunFunction',
          'ShowRunsFunction',
          'TestEventsMakeRegistryFunction',
        ],
      ],
    );
    for (const id of inside ?? []) assert.deepEqual(configOf(id), { SubnetIds: SUBNETS, SecurityGroupIds: GROUPS });
    for (const id of outside ?? []) assert.equal(configOf(id), undefined, id);
  });

  it('lets Lambda make network interfaces with the role of a function, and never the code of the function', () => {
    const policies = inVpc
      .idsOf('AWS::IAM::Policy')
      .map((id) => JSON.parse(JSON.stringify(inVpc.resources.get(id)?.Properties['PolicyDocument'])).Statement)
      .map((statements: { Action: string }[]) => statements.filter(({ Action }) => `${Action}`.startsWith('ec2:')))
      .filter((statements) => statements.length > 0);

    assert.equal(policies.length, functions.length);
    for (const statements of policies) {
      assert.deepEqual(statements, [
        { Effect: 'Allow', Action: EC2_ACTIONS, Resource: '*' },
        {
          Effect: 'Deny',
          Action: EC2_ACTIONS,
          Resource: '*',
          Condition: { ArnLike: { 'lambda:SourceFunctionArn': `arn:aws:lambda:${REGION}:${ACCOUNT}:function:*` } },
        },
      ]);
    }
  });

  it('gets its rights before the function, which Lambda refuses without them', () => {
    const { Resources } = inVpc.template.toJSON();

    for (const id of functions) {
      const name = id.replace(/Function[0-9A-F]{8}$/, '');
      assert.ok(
        Resources[id].DependsOn.some((other: string) => other.startsWith(`${name}RoleDefaultPolicy`)),
        id,
      );
    }
  });

  it('gets an endpoint for each AWS service that functions call, which lets nothing else through', () => {
    const endpoints = inVpc.idsOf('AWS::EC2::VPCEndpoint').map((id) => inVpc.resources.get(id)?.Properties);

    const allow = (Action: string, Resource: unknown) => ({
      Effect: 'Allow',
      Principal: '*',
      Action,
      Resource,
      Condition: { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } },
    });
    const endpoint = (service: string, ...Statement: object[]) => ({
      ServiceName: `com.amazonaws.${REGION}.${service}`,
      VpcEndpointType: 'Interface',
      PrivateDnsEnabled: true,
      VpcId: VPC,
      SubnetIds: SUBNETS,
      SecurityGroupIds: ['arn:aws:ec2:NetworkEndpoints'],
      PolicyDocument: { Version: '2012-10-17', Statement },
    });
    const secrets = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:cache-ops/*`;
    const states = (kind: string, end = '') =>
      OPERATIONS.map((name) => `arn:aws:states:${REGION}:${ACCOUNT}:${kind}:${name}${end}`);
    assert.deepEqual(endpoints, [
      endpoint('secretsmanager', allow('secretsmanager:GetSecretValue', secrets)),
      endpoint(
        'states',
        allow('states:StartExecution', states('stateMachine')),
        allow('states:DescribeExecution', states('execution', ':by-hand-*')),
      ),
    ]);
  });

  it('lets HTTPS into the endpoints from the given security groups, and nothing out of them', () => {
    const { VpcId, SecurityGroupIngress, SecurityGroupEgress } = inVpc.one('AWS::EC2::SecurityGroup').Properties;

    assert.equal(VpcId, VPC);
    assert.deepEqual(
      SecurityGroupIngress,
      GROUPS.map((SourceSecurityGroupId) => ({
        Description: 'HTTPS from the functions',
        IpProtocol: 'tcp',
        FromPort: 443,
        ToPort: 443,
        SourceSecurityGroupId,
      })),
    );
    assert.deepEqual(SecurityGroupEgress, [
      { Description: 'Nothing', CidrIp: '255.255.255.255/32', IpProtocol: 'icmp', FromPort: 252, ToPort: 86 },
    ]);
  });

  it('gets no endpoint where the settings say so, and the functions still run in it', () => {
    const { VpcConfig } = withoutEndpoints.one('AWS::Lambda::Function', 'CheckJob').Properties;

    withoutEndpoints.template.resourceCountIs('AWS::EC2::VPCEndpoint', 0);
    withoutEndpoints.template.resourceCountIs('AWS::EC2::SecurityGroup', 0);
    assert.deepEqual(VpcConfig, { SubnetIds: SUBNETS, SecurityGroupIds: GROUPS });
  });

  it('leaves no trace where there is none', () => {
    const text = JSON.stringify(without.template.toJSON());

    assert.doesNotMatch(text, /ec2:|AWS::EC2|VpcConfig/);
  });
});

describe('the local platform', () => {
  it('finds the same to run in a stack with a network and a key of its own', () => {
    const settings = {
      rasters: [{ refresh: REFRESH }],
      notifications: { email: 'team@example.org' },
      clients: { websocket: true },
    };
    const assemblies = [settings, { ...settings, network, encryption: { keyArn: KEY_ARN } }].map((one) => {
      const { directory } = appOf(one).app.synth();
      return JSON.parse(JSON.stringify(readTemplate(directory)).replaceAll(directory, ''));
    });

    const [plain, enterprise] = assemblies;
    assert.equal(plain.functions.length, readdirSync('functions').length);
    assert.deepEqual(enterprise, plain);
  });
});
