import { type Duration, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Variable } from '../../shared/lambda/environment.ts';
import { executionsArn, secretsArn, shownArn, stateMachineArn } from '../arns.ts';
import { functionCode } from '../bundling/function-code.ts';
import { ownName } from '../names.ts';
import type { EncryptionKey } from './encryption-key.ts';
import { KeptLogGroup } from './kept-log-group.ts';
import type { Network } from './network.ts';

export interface OperationFunctionProps {
  /** The folder in `functions`. */
  readonly name: string;
  /** What it does, for the console. */
  readonly description: string;
  readonly timeout: Duration;
  /** @defaultValue 256 */
  readonly memoryMB?: number;
  readonly environment: Partial<Record<Variable, string>>;
  /** What its role may do beside writing its log. */
  readonly access: readonly PolicyStatement[];
  /** The start of the names of all secrets, for a function that reads them. */
  readonly secretPrefix?: string;
  /** Of its log. */
  readonly encryptionKey: EncryptionKey;
  /** The VPC that it runs in, where there is one. */
  readonly network?: Network | undefined;
  /** Where an asynchronous invocation that failed ends; left out for a function that nobody invokes so. */
  readonly failures?: IQueue;
  /** How often Lambda repeats such an invocation. @defaultValue 0: nothing is ever repeated blindly */
  readonly retries?: 0 | 2;
}

/** A function of `functions`, with its own log group and a role of its own. */
export class OperationFunction extends Construct {
  readonly function: LambdaFunction;
  /** In `functions`. */
  readonly folder: string;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: OperationFunctionProps) {
    super(scope, id);
    const { name, description, timeout, environment, access, secretPrefix, encryptionKey, network, failures } = props;
    this.folder = name;
    const { retries = 0, memoryMB = 256 } = props;
    const logGroup = new KeptLogGroup(this, 'Logs', { encryptionKey });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.#role = role;
    logGroup.grantWrite(role);
    for (const statement of access) role.addToPolicy(statement);
    if (secretPrefix !== undefined) this.#allowSecrets(secretPrefix);

    this.function = new LambdaFunction(this, 'Function', {
      code: functionCode(name),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: memoryMB,
      timeout,
      tracing: Tracing.ACTIVE,
      environment,
      description,
      role,
      logGroup,
      ...(failures && { retryAttempts: retries, onFailure: new SqsDestination(failures) }),
    });
    network?.connect(this.function, role);
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'Only xray:PutTraceSegments and xray:PutTelemetryRecords, and dynamodb:ListStreams where it reads a stream, which take no resource, and in a VPC what Lambda needs for its network interfaces, which the code of the function is denied.',
    });
    Validations.of(this.function).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason: failures
        ? 'A failed asynchronous invocation goes to a failure destination, which keeps its error too.'
        : 'Nothing is lost with an invocation that failed: whoever made it makes it again.',
    });
  }

  /** A variable whose value is known only when the function is there. */
  set(variable: Variable, value: string): void {
    this.function.addEnvironment(variable, value);
  }

  /** What its role may do besides. */
  allow(...statements: readonly PolicyStatement[]): void {
    for (const statement of statements) this.#role.addToPolicy(statement);
  }

  /** Lets it describe the executions of these machines of the stack whose names begin so. */
  allowDescribing(machines: readonly string[], nameStart = ''): void {
    const resources = machines.map((machine) => executionsArn(stateMachineArn(this, machine), nameStart));
    this.#role.addToPolicy(new PolicyStatement({ actions: ['states:DescribeExecution'], resources }));
    for (const machine of machines) {
      Validations.of(this.#role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${shownArn(this, 'states')}:execution:${ownName(this, machine)}:${nameStart}*]`,
        reason: 'It looks how runs stand, and nobody knows their names before they are there.',
      });
    }
  }

  /** Lets it stop the executions of these machines of the stack. */
  allowStopping(machines: readonly string[]): void {
    const resources = machines.map((machine) => executionsArn(stateMachineArn(this, machine)));
    this.#role.addToPolicy(new PolicyStatement({ actions: ['states:StopExecution'], resources }));
    for (const machine of machines) {
      Validations.of(this.#role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${shownArn(this, 'states')}:execution:${ownName(this, machine)}:*]`,
        reason: 'It stops runs, and nobody knows their names before they are there.',
      });
    }
  }

  #allowSecrets(secretPrefix: string): void {
    this.#role.addToPolicy(
      new PolicyStatement({
        actions: ['secretsmanager:GetSecretValue'],
        resources: [secretsArn(this, secretPrefix)],
      }),
    );
    Validations.of(this.#role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${shownArn(this, 'secretsmanager')}:secret:${secretPrefix}*]`,
      reason:
        'A target is added by creating a secret under this prefix, without a deployment; no other secret can be read.',
    });
  }
}
