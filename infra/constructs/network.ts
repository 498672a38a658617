import { Stack } from 'aws-cdk-lib';
import { CfnSecurityGroup, CfnVPCEndpoint, InterfaceVpcEndpointAwsService } from 'aws-cdk-lib/aws-ec2';
import { Effect, type IRole, PolicyDocument, PolicyStatement, StarPrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnFunction, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { BY_HAND_NAME } from '../../shared/jobs/started-by.ts';
import { executionsArn, secretsArn, stateMachineArn } from '../arns.ts';
import { operations } from '../operations.ts';
import type { Settings } from '../settings/settings.ts';

interface NetworkProps {
  readonly settings: NonNullable<Settings['network']>;
  readonly secretPrefix: string;
  /** The names of the state machines that functions in the VPC start and follow. */
  readonly stateMachines: readonly string[];
  /** What the names of the executions begin with that they follow. */
  readonly followed: string;
}

/** What Lambda does with a function's role to put it into a VPC; `AWSLambdaVPCAccessExecutionRole` has them too. */
const INTERFACE_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

const HTTPS_PORT = 443;

/** Without a rule EC2 lets everything out, so there is one for a packet that cannot be. */
const NOTHING = {
  description: 'Nothing',
  cidrIp: '255.255.255.255/32',
  ipProtocol: 'icmp',
  fromPort: 252,
  toPort: 86,
};

/** The VPC of the settings, and endpoints there for the two services that functions call. */
export class Network extends Construct {
  readonly #settings: NetworkProps['settings'];

  constructor(scope: Construct, id: string, { settings, secretPrefix, stateMachines, followed }: NetworkProps) {
    super(scope, id);
    this.#settings = settings;
    if (!settings.endpoints) return;
    const door = this.#door();
    const { SECRETS_MANAGER, STEP_FUNCTIONS } = InterfaceVpcEndpointAwsService;
    const machines = stateMachines.map((name) => stateMachineArn(this, name));
    this.#addEndpoint('SecretsManager', SECRETS_MANAGER, door, {
      'secretsmanager:GetSecretValue': [secretsArn(this, secretPrefix)],
    });
    this.#addEndpoint('StepFunctions', STEP_FUNCTIONS, door, {
      'states:StartExecution': machines,
      'states:DescribeExecution': machines.map((machine) => executionsArn(machine, followed)),
    });
  }

  /** Runs the function in the VPC. The properties themselves: the CDK's `vpc` wants zones that only a lookup knows. */
  connect(lambda: LambdaFunction, role: IRole): void {
    const { subnetIds, securityGroupIds } = this.#settings;
    if (lambda.node.defaultChild instanceof CfnFunction) {
      lambda.node.defaultChild.vpcConfig = { subnetIds, securityGroupIds };
    }
    // On everything: the interfaces do not exist yet, describing takes no resource, and Lambda looks for these at deployment.
    role.addToPrincipalPolicy(new PolicyStatement({ actions: INTERFACE_ACTIONS, resources: ['*'] }));
    // They are Lambda's to use, not the code's. Any function: only this one has the role, and cannot be named before it is there.
    role.addToPrincipalPolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        actions: INTERFACE_ACTIONS,
        resources: ['*'],
        conditions: {
          ArnLike: {
            'lambda:SourceFunctionArn': Stack.of(this).formatArn({ service: 'lambda', resource: 'function:*' }),
          },
        },
      }),
    );
  }

  /** Lets HTTPS in from the functions, and nothing out. */
  #door(): CfnSecurityGroup {
    const { vpcId, securityGroupIds } = this.#settings;
    return new CfnSecurityGroup(this, 'Endpoints', {
      vpcId,
      groupDescription: 'HTTPS from the functions of cache-ops to the AWS services that they call',
      securityGroupIngress: securityGroupIds.map((sourceSecurityGroupId) => ({
        description: 'HTTPS from the functions',
        ipProtocol: 'tcp',
        fromPort: HTTPS_PORT,
        toPort: HTTPS_PORT,
        sourceSecurityGroupId,
      })),
      securityGroupEgress: [NOTHING],
    });
  }

  #addEndpoint(
    id: string,
    service: InterfaceVpcEndpointAwsService,
    { attrGroupId }: CfnSecurityGroup,
    resourcesOf: Readonly<Record<string, string[]>>,
  ): void {
    const { vpcId, subnetIds } = this.#settings;
    const statements = Object.entries(resourcesOf).map(
      ([action, resources]) =>
        new PolicyStatement({
          principals: [new StarPrincipal()],
          actions: [action],
          resources,
          conditions: { StringEquals: { 'aws:PrincipalAccount': Stack.of(this).account } },
        }),
    );
    new CfnVPCEndpoint(this, id, {
      serviceName: service.name,
      vpcEndpointType: 'Interface',
      privateDnsEnabled: true,
      vpcId,
      subnetIds,
      securityGroupIds: [attrGroupId],
      policyDocument: new PolicyDocument({ statements }),
    });
  }
}

/** The network of the settings, where they have one. */
export function networkOf(scope: Construct, { network: settings, secretPrefix }: Settings): Network | undefined {
  if (!settings) return undefined;
  const stateMachines = operations.map(({ name }) => name);
  return new Network(scope, 'Network', { settings, secretPrefix, stateMachines, followed: BY_HAND_NAME });
}
