import { ArnFormat, CustomResource, Duration, Stack, Validations } from 'aws-cdk-lib';
import { CfnSchema } from 'aws-cdk-lib/aws-eventschemas';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { testEventsOf } from '../test-events.ts';
import type { EncryptionKey } from './encryption-key.ts';
import { KeptLogGroup } from './kept-log-group.ts';
import { MAKE_REGISTRY } from './make-registry.ts';
import { OperationFunction } from './operation-function.ts';

/** Where Lambda's console looks for events that are shared: one for each account and region, whoever made it. */
const REGISTRY = 'lambda-testevent-schemas';

interface TestEventsProps {
  readonly encryptionKey: EncryptionKey;
}

/** Ready-made events for the Test tab of every function that is in the scope by now, for everybody who sees the function. */
export class TestEvents extends Construct {
  constructor(scope: Construct, id: string, { encryptionKey }: TestEventsProps) {
    super(scope, id);
    const registry = this.#makeRegistry(encryptionKey);
    for (const { folder, function: lambda } of functionsIn(scope)) {
      const schema = new CfnSchema(this, `Of-${folder}`, {
        registryName: REGISTRY,
        // So Lambda's console finds it.
        schemaName: `_${lambda.functionName}-schema`,
        type: 'OpenApi3',
        content: contentOf(folder),
        description: `Test events of ${folder}`,
      });
      schema.node.addDependency(registry);
    }
  }

  /** CloudFormation itself would fail where the registry is there already, and take it away from others with the stack. */
  #makeRegistry(encryptionKey: EncryptionKey): CustomResource {
    const place = new Construct(this, 'MakeRegistry');
    const logGroup = new KeptLogGroup(place, 'Logs', { encryptionKey });
    const role = new Role(place, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    const arn = Stack.of(this).formatArn({
      service: 'schemas',
      resource: 'registry',
      resourceName: REGISTRY,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    role.addToPolicy(new PolicyStatement({ actions: ['schemas:CreateRegistry'], resources: [arn] }));
    const maker = new LambdaFunction(place, 'Function', {
      code: Code.fromInline(MAKE_REGISTRY),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 256,
      timeout: Duration.minutes(1),
      tracing: Tracing.ACTIVE,
      description: 'Makes the registry of shared test events at a deployment, where it is not there yet.',
      role,
      logGroup,
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'Only xray:PutTraceSegments and xray:PutTelemetryRecords, which take no resource.',
    });
    Validations.of(maker).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason: 'CloudFormation alone calls it, and waits for its answer.',
    });
    return new CustomResource(this, 'Registry', {
      resourceType: 'Custom::TestEventRegistry',
      serviceToken: maker.functionArn,
      serviceTimeout: Duration.minutes(2),
      properties: { RegistryName: REGISTRY },
    });
  }
}

function functionsIn(scope: Construct): OperationFunction[] {
  return scope.node.findAll().filter((construct) => construct instanceof OperationFunction);
}

/** As Lambda's console and the SAM command line write it. */
function contentOf(name: string): string {
  const examples = Object.fromEntries(Object.entries(testEventsOf(name)).map(([event, value]) => [event, { value }]));
  return JSON.stringify({
    openapi: '3.0.0',
    info: { version: '1.0.0', title: 'Event' },
    paths: {},
    components: { schemas: { Event: { type: 'object' } }, examples },
  });
}
