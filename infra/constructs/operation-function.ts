import { type Duration, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { secretsArn } from '../arns.ts';
import { functionCode } from '../bundling/function-code.ts';
import type { EncryptionKey } from './encryption-key.ts';
import { KeptLogGroup } from './kept-log-group.ts';
import type { Network } from './network.ts';

interface OperationFunctionProps {
  /** The folder in `functions`. */
  readonly name: string;
  readonly timeout: Duration;
  readonly secretPrefix: string;
  /** Of its log. */
  readonly encryptionKey: EncryptionKey;
  /** The VPC that it runs in, where there is one. */
  readonly network: Network | undefined;
  readonly reservedConcurrentExecutions?: number | undefined;
  /** What becomes of an asynchronous invocation; left out for a function that nobody invokes so. */
  readonly asynchronous?: { readonly retryAttempts: number; readonly failures: IQueue };
}

/** A function of `functions`, with its own log group and a role that may read the targets' secrets and nothing else. */
export class OperationFunction extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: OperationFunctionProps) {
    super(scope, id);
    const { name, timeout, secretPrefix, encryptionKey, network, reservedConcurrentExecutions, asynchronous } = props;
    const logGroup = new KeptLogGroup(this, 'Logs', { encryptionKey });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    role.addToPolicy(
      new PolicyStatement({
        actions: ['secretsmanager:GetSecretValue'],
        resources: [secretsArn(this, secretPrefix)],
      }),
    );

    this.function = new LambdaFunction(this, 'Function', {
      code: functionCode(name),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 256,
      timeout,
      tracing: Tracing.ACTIVE,
      environment: { SECRET_PREFIX: secretPrefix },
      role,
      logGroup,
      ...(reservedConcurrentExecutions !== undefined && { reservedConcurrentExecutions }),
      ...(asynchronous && {
        retryAttempts: asynchronous.retryAttempts,
        onFailure: new SqsDestination(asynchronous.failures),
      }),
    });
    network?.connect(this.function, role);
    Validations.of(role).acknowledge(
      {
        id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:${secretPrefix}*]`,
        reason:
          'A target is added by creating a secret under this prefix, without a deployment; no other secret can be read.',
      },
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason:
          'Only xray:PutTraceSegments and xray:PutTelemetryRecords, which take no resource, and in a VPC what Lambda needs for its network interfaces, which the code of the function is denied.',
      },
    );
    Validations.of(this.function).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason: asynchronous
        ? 'A failed asynchronous invocation goes to a failure destination, which keeps its error too.'
        : 'Only the state machines invoke it, and synchronously: they retry, or fail by its error.',
    });
  }
}
