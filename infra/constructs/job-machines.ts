import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { Rule, type RuleTargetConfig } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { cancelRunDefinition } from '../machines/cancel-run-definition.ts';
import { jobDefinition } from '../machines/job-definition.ts';
import { takeTurnDefinition } from '../machines/take-turn-definition.ts';
import { watchJobDefinition } from '../machines/watch-job-definition.ts';
import type { Alarms } from './alarms.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { EncryptionKey } from './encryption-key.ts';
import { CLAIMS, Ledger } from './ledger.ts';
import { LoggedStateMachine } from './logged-state-machine.ts';

interface JobMachinesProps {
  /** The function that looks how a job is doing, and tells the time. */
  readonly check: IFunction;
  /** The function that cancels a job. */
  readonly cancel: IFunction;
  readonly encryptionKey: EncryptionKey;
  readonly alarms: Alarms;
}

interface JobOperation {
  readonly name: string;
  readonly submit: IFunction;
  readonly maxWaiting: number;
}

/** The machines that a run starts and waits for. */
const NESTED = ['take-turn', 'watch-job'];

/** The state machines of the job operations, the ledger they write, and the three machines that they share. */
export class JobMachines extends Construct {
  readonly ledger: Ledger;
  readonly #props: JobMachinesProps;
  readonly #takeTurn: LoggedStateMachine;
  readonly #watchJob: LoggedStateMachine;
  readonly #operations: IStateMachine[] = [];

  constructor(scope: Construct, id: string, props: JobMachinesProps) {
    super(scope, id);
    this.#props = props;
    const { check, encryptionKey } = props;
    this.ledger = new Ledger(this, 'Ledger', encryptionKey);
    const { partition } = Stack.of(this);
    this.#takeTurn = new LoggedStateMachine(this, 'TakeTurn', {
      name: 'take-turn',
      encryptionKey,
      definition: takeTurnDefinition({ partition, table: this.ledger.tableName, checkArn: check.functionArn }),
      permissions: [
        mayInvoke(check),
        // The claim, and the equal run that holds it: of any operation.
        new PolicyStatement({ actions: ['dynamodb:GetItem'], resources: [this.ledger.tableArn] }),
        this.ledger.access('UpdateItem', [CLAIMS]),
        this.ledger.queueAccess(),
        this.ledger.keyAccess(),
      ],
    });
    this.#watchJob = new LoggedStateMachine(this, 'WatchJob', {
      name: 'watch-job',
      encryptionKey,
      definition: watchJobDefinition(partition, check.functionArn),
      permissions: [mayInvoke(check)],
    });
  }

  /** The state machine of one job operation. */
  add(id: string, { name, submit, maxWaiting }: JobOperation): LoggedStateMachine {
    const definition = jobDefinition({
      partition: Stack.of(this).partition,
      table: this.ledger.tableName,
      submitArn: submit.functionArn,
      takeTurnArn: this.#takeTurn.stateMachineArn,
      watchJobArn: this.#watchJob.stateMachineArn,
      maxWaiting,
    });
    const permissions = [
      mayInvoke(submit),
      this.ledger.access('PutItem', [name]),
      this.ledger.access('UpdateItem', [name, CLAIMS]),
      this.ledger.keyAccess(),
      ...this.#mayRunToEnd(),
    ];
    const machine = new LoggedStateMachine(this, id, {
      name,
      encryptionKey: this.#props.encryptionKey,
      definition,
      permissions,
    });
    for (const nested of NESTED) {
      Validations.of(machine.role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:${nested}:*]`,
        reason:
          'It follows and stops the executions of its own that it has just started; their names are made up by Step Functions.',
      });
    }
    this.#operations.push(machine);
    return machine;
  }

  /** What sees to it that a stopped execution's job is stopped too; after all operations were added. */
  cancelStoppedRuns(operations: readonly string[]): void {
    const { cancel, encryptionKey, alarms } = this.#props;
    const machine = new LoggedStateMachine(this, 'CancelRun', {
      name: 'cancel-run',
      encryptionKey,
      definition: cancelRunDefinition({
        partition: Stack.of(this).partition,
        table: this.ledger.tableName,
        cancelArn: cancel.functionArn,
      }),
      permissions: [
        mayInvoke(cancel),
        this.ledger.access('GetItem', operations),
        this.ledger.access('UpdateItem', [...operations, CLAIMS]),
        this.ledger.keyAccess(),
      ],
    });
    alarms.addForExecutions('CancelRun', machine, 'The job of a stopped execution may still run on the server.');
    const undelivered = new DeadLetterQueue(this, 'UndeliveredStops', {
      encryptionKey,
      alarms,
      meaning: 'A stopped execution could not be told to cancel-run: its job may still run on the server.',
    });
    const rule = new Rule(this, 'Stopped', {
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          status: ['ABORTED', 'TIMED_OUT', 'FAILED'],
          stateMachineArn: this.#operations.map(({ stateMachineArn }) => stateMachineArn),
        },
      },
      targets: [{ bind: () => this.#start(machine, undelivered) }],
    });
    undelivered.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [undelivered.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': rule.ruleArn } },
      }),
    );
  }

  #start(machine: IStateMachine, undelivered: DeadLetterQueue): RuleTargetConfig {
    const role = new Role(this, 'StoppedRole', { assumedBy: new ServicePrincipal('events.amazonaws.com') });
    role.addToPolicy(new PolicyStatement({ actions: ['states:StartExecution'], resources: [machine.stateMachineArn] }));
    return { arn: machine.stateMachineArn, role, deadLetterConfig: { arn: undelivered.queueArn } };
  }

  /** "Permissions for running another execution to its end" of the Step Functions developer guide. */
  #mayRunToEnd(): PolicyStatement[] {
    const machines = [this.#takeTurn, this.#watchJob].map(({ stateMachineArn }) => stateMachineArn);
    const arn = (service: string, resource: string, resourceName: string, arnFormat: ArnFormat) =>
      Stack.of(this).formatArn({ service, resource, resourceName, arnFormat });
    const executions = NESTED.map((name) => arn('states', 'execution', `${name}:*`, ArnFormat.COLON_RESOURCE_NAME));
    const eventRule = 'StepFunctionsGetEventsForStepFunctionsExecutionRule';
    return [
      new PolicyStatement({ actions: ['states:StartExecution'], resources: machines }),
      new PolicyStatement({ actions: ['states:DescribeExecution', 'states:StopExecution'], resources: executions }),
      new PolicyStatement({
        actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
        resources: [arn('events', 'rule', eventRule, ArnFormat.SLASH_RESOURCE_NAME)],
      }),
    ];
  }
}

function mayInvoke(lambda: IFunction): PolicyStatement {
  return new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [lambda.functionArn] });
}
