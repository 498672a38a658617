import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { CLAIMS } from '../../shared/ledger/entry.ts';
import { cancelRun } from '../machines/cancel-run/cancel-run.ts';
import { hold } from '../machines/hold/hold.ts';
import { run } from '../machines/run/run.ts';
import { runJob } from '../machines/run-job/run-job.ts';
import type { Machine } from '../machines/states.ts';
import { takeTurn } from '../machines/take-turn/take-turn.ts';
import { watchJob } from '../machines/watch-job/watch-job.ts';
import type { EncryptionKey } from './encryption-key.ts';
import type { Ledger } from './ledger.ts';
import { LoggedStateMachine } from './logged-state-machine.ts';

/** Between the time-out of a function and the moment when its last request has reached the vendor. */
const MARGIN_SECONDS = 30;

interface RunMachinesProps {
  readonly ledger: Ledger;
  /** What decides about turns and about what is left of a run; what asks the vendors. */
  readonly functions: Readonly<Record<'takeTurn' | 'settleRun' | 'checkJob' | 'cancelJob', IFunction>>;
  /** The function of every operation, by its name. */
  readonly operations: ReadonlyMap<string, IFunction>;
  readonly encryptionKey: EncryptionKey;
}

/** The machines that every run is made of: of a turn, of its work, of watching a job, of cleaning up. */
export class RunMachines {
  readonly cancelRun: LoggedStateMachine;
  readonly #scope: Construct;
  readonly #props: RunMachinesProps;
  readonly #hold: LoggedStateMachine;
  readonly #runJob: LoggedStateMachine;

  constructor(scope: Construct, props: RunMachinesProps) {
    this.#scope = scope;
    this.#props = props;
    const { ledger, functions, operations } = props;
    const place = { partition: Stack.of(this.#scope).partition, table: ledger.tableName };
    const entries = ledger.access('UpdateItem', [...operations.keys()]);
    const claims = ledger.access('UpdateItem', [CLAIMS]);

    const { takeTurn: takeTurnFunction, settleRun, checkJob, cancelJob } = functions;
    const takeTurnMachine = this.#add('TakeTurn', takeTurn({ ...place, takeTurnArn: takeTurnFunction.functionArn }), [
      mayInvoke(takeTurnFunction),
    ]);
    const watchJobMachine = this.#add('WatchJob', watchJob({ ...place, checkArn: checkJob.functionArn }), [
      mayInvoke(checkJob),
      entries,
      ledger.keyAccess(),
    ]);
    const cancelParts = { ...place, settleArn: settleRun.functionArn, cancelArn: cancelJob.functionArn };
    this.cancelRun = this.#add('CancelRun', cancelRun(cancelParts), [mayInvoke(settleRun), mayInvoke(cancelJob)]);
    const runJobParts = {
      ...place,
      watchJobArn: watchJobMachine.stateMachineArn,
      cancelRunArn: this.cancelRun.stateMachineArn,
    };
    this.#runJob = this.#add('RunJob', runJob(runJobParts), [
      ...[...operations.values()].map(mayInvoke),
      entries,
      claims,
      ledger.keyAccess(),
      mayStart([this.cancelRun]),
      ...this.#mayRunToEnd([watchJobMachine]),
    ]);
    this.#hold = this.#add('Hold', hold({ ...place, takeTurnArn: takeTurnMachine.stateMachineArn }), [
      claims,
      ledger.keyAccess(),
      ...this.#mayRunToEnd([takeTurnMachine, this.#runJob]),
    ]);
    for (const [machine, nested] of [
      [this.#runJob, ['watch-job']],
      [this.#hold, ['take-turn', 'run-job']],
    ] as const) {
      acknowledgeNested(machine, nested);
    }
  }

  /** The machine of one operation. */
  add(id: string, operation: { name: string; maxWaiting: number; timeoutMinutes: number }): LoggedStateMachine {
    const { ledger, operations } = this.#props;
    const { name, maxWaiting, timeoutMinutes } = operation;
    const lambda = operations.get(name);
    if (lambda === undefined) throw new Error(`The stack has no function for ${name}`);
    const definition = run({
      partition: Stack.of(this.#scope).partition,
      table: ledger.tableName,
      operation: name,
      functionArn: lambda.functionArn,
      holdArn: this.#hold.stateMachineArn,
      runJobArn: this.#runJob.stateMachineArn,
      maxWaiting,
      submitSeconds: timeoutMinutes * 60 + MARGIN_SECONDS,
    });
    const machine = this.#add(
      id,
      definition,
      [
        mayInvoke(lambda),
        ledger.access('PutItem', [name]),
        ledger.access('UpdateItem', [name]),
        ledger.keyAccess(),
        ...this.#mayRunToEnd([this.#hold, this.#runJob]),
      ],
      name,
    );
    acknowledgeNested(machine, ['hold', 'run-job']);
    return machine;
  }

  #add(id: string, definition: Machine, permissions: PolicyStatement[], name = kebabCase(id)): LoggedStateMachine {
    return new LoggedStateMachine(this.#scope, id, {
      name,
      encryptionKey: this.#props.encryptionKey,
      definition,
      permissions,
    });
  }

  /** "Permissions for running another execution to its end" of the Step Functions developer guide. */
  #mayRunToEnd(machines: readonly LoggedStateMachine[]): PolicyStatement[] {
    const executions = machines.map((machine) => `${machine.fixedArn.replace(':stateMachine:', ':execution:')}:*`);
    const rule = Stack.of(this.#scope).formatArn({
      service: 'events',
      resource: 'rule',
      resourceName: 'StepFunctionsGetEventsForStepFunctionsExecutionRule',
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    return [
      mayStart(machines),
      new PolicyStatement({ actions: ['states:DescribeExecution', 'states:StopExecution'], resources: executions }),
      new PolicyStatement({
        actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
        resources: [rule],
      }),
    ];
  }
}

function mayStart(machines: readonly LoggedStateMachine[]): PolicyStatement {
  return new PolicyStatement({
    actions: ['states:StartExecution'],
    resources: machines.map(({ stateMachineArn: arn }) => arn),
  });
}

function acknowledgeNested(machine: LoggedStateMachine, nested: readonly string[]): void {
  for (const name of nested) {
    Validations.of(machine.role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:${name}:*]`,
      reason: 'It follows and stops the executions of its own that it has just started.',
    });
  }
}

function mayInvoke(lambda: IFunction): PolicyStatement {
  return new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [lambda.functionArn] });
}

function kebabCase(id: string): string {
  return id.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}
