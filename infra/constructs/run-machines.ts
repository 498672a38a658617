import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { CLAIMS } from '../../shared/ledger/entry.ts';
import { cancelRun } from '../machines/cancel-run/cancel-run.ts';
import { hold } from '../machines/hold/hold.ts';
import { run } from '../machines/run/run.ts';
import { runJob } from '../machines/run-job/run-job.ts';
import { runPlan } from '../machines/run-plan/run-plan.ts';
import { runTargets } from '../machines/run-targets/run-targets.ts';
import { runUnits } from '../machines/run-units/run-units.ts';
import type { Machine } from '../machines/states.ts';
import { takeTurn } from '../machines/take-turn/take-turn.ts';
import { watchJob } from '../machines/watch-job/watch-job.ts';
import { kebabCase, type Operation, operations } from '../operations.ts';
import { exampleOf } from '../test-events.ts';
import type { EncryptionKey } from './encryption-key.ts';
import { formerAccess } from './former-version.ts';
import type { Ledger } from './ledger.ts';
import { LoggedStateMachine, mayStart } from './logged-state-machine.ts';

/** The operations that had a machine in version 0.1.0. */
const JOBS = operations.filter(({ kind }) => kind === 'job').map(({ name }) => name);

/** The operations whose runs can be plans. */
const PLANNED = ['manage-map-server-cache-tiles'];

/** Between the time-out of a function and the moment when its last request has reached the vendor. */
const MARGIN_SECONDS = 30;

interface RunMachinesProps {
  readonly ledger: Ledger;
  /** What decides about turns and about what is left of a run; what asks the vendors. */
  readonly functions: Readonly<
    Record<'takeTurn' | 'nextUnit' | 'joinTargets' | 'settleRun' | 'checkJob' | 'cancelJob', IFunction>
  >;
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
  readonly #runPlan: LoggedStateMachine;
  readonly #runTargets: LoggedStateMachine;
  /** What a run of version 0.1.0 calls itself. */
  readonly #former: { nested: LoggedStateMachine[]; access: PolicyStatement[] };

  constructor(scope: Construct, props: RunMachinesProps) {
    this.#scope = scope;
    this.#props = props;
    const { ledger, functions } = props;
    const place = { partition: Stack.of(this.#scope).partition, table: ledger.tableName };
    const entries = ledger.access('UpdateItem', [...props.operations.keys()]);
    const claims = ledger.access('UpdateItem', [CLAIMS]);
    const former = formerAccess(ledger, JOBS);

    const { takeTurn: takeTurnFunction, settleRun, checkJob, cancelJob } = functions;
    const takeTurnMachine = this.#add('TakeTurn', takeTurn({ ...place, takeTurnArn: takeTurnFunction.functionArn }), [
      mayInvoke(takeTurnFunction),
      mayInvoke(checkJob),
      ...former.takeTurn,
    ]);
    const watchJobMachine = this.#add('WatchJob', watchJob({ ...place, checkArn: checkJob.functionArn }), [
      mayInvoke(checkJob),
      entries,
      ledger.keyAccess(),
    ]);
    const cancelParts = { ...place, settleArn: settleRun.functionArn, cancelArn: cancelJob.functionArn };
    this.cancelRun = this.#add('CancelRun', cancelRun(cancelParts), [
      mayInvoke(settleRun),
      mayInvoke(cancelJob),
      ...former.cancelRun,
    ]);
    const runJobParts = {
      ...place,
      watchJobArn: watchJobMachine.stateMachineArn,
      takeTurnArn: takeTurnMachine.stateMachineArn,
      cancelRunArn: this.cancelRun.stateMachineArn,
    };
    this.#runJob = this.#add('RunJob', runJob(runJobParts), [
      ...[...props.operations.values()].map(mayInvoke),
      entries,
      claims,
      ledger.keyAccess(),
      mayStart([this.cancelRun]),
    ]);
    this.#runJob.allowRunning([watchJobMachine, takeTurnMachine]);
    const { functionArn: nextUnitArn } = functions.nextUnit;
    const runUnitsParts = { ...place, nextUnitArn, runJobArn: this.#runJob.stateMachineArn };
    const runUnitsMachine = this.#add('RunUnits', runUnits(runUnitsParts), [mayInvoke(functions.nextUnit)]);
    runUnitsMachine.allowRunning([this.#runJob]);
    const runPlanParts = { ...place, nextUnitArn, runUnitsArn: runUnitsMachine.stateMachineArn };
    this.#runPlan = this.#add('RunPlan', runPlan(runPlanParts), [
      ...[...props.operations].flatMap(([name, lambda]) => (PLANNED.includes(name) ? [mayInvoke(lambda)] : [])),
      mayInvoke(functions.nextUnit),
    ]);
    this.#runPlan.allowRunning([runUnitsMachine]);
    const { joinTargets } = functions;
    this.#runTargets = this.#add('RunTargets', runTargets({ ...place, joinTargetsArn: joinTargets.functionArn }), [
      mayInvoke(joinTargets),
    ]);
    // By their names: their own machines refer to this one.
    this.#runTargets.allowRunningByName([...props.operations.keys()]);
    this.#hold = this.#add('Hold', hold({ ...place, takeTurnArn: takeTurnMachine.stateMachineArn }), [
      claims,
      ledger.keyAccess(),
    ]);
    this.#hold.allowRunning([takeTurnMachine, this.#runJob, this.#runTargets, this.#runPlan]);
    this.#former = { nested: [takeTurnMachine, watchJobMachine], access: former.job };
  }

  /** The machine of one operation. */
  add(id: string, { name, kind, timeoutMinutes }: Operation, maxWaiting: number): LoggedStateMachine {
    const { ledger } = this.#props;
    const lambda = this.#props.operations.get(name);
    if (lambda === undefined) throw new Error(`The stack has no function for ${name}`);
    const { nextUnit } = this.#props.functions;
    const { partition, stackName } = Stack.of(this.#scope);
    const definition = run({
      partition,
      dashboard: stackName,
      table: ledger.tableName,
      operation: name,
      example: exampleOf(name),
      functionArn: lambda.functionArn,
      holdArn: this.#hold.stateMachineArn,
      runJobArn: this.#runJob.stateMachineArn,
      runPlanArn: this.#runPlan.stateMachineArn,
      runTargetsArn: this.#runTargets.stateMachineArn,
      nextUnitArn: nextUnit.functionArn,
      maxWaiting,
      submitSeconds: timeoutMinutes * 60 + MARGIN_SECONDS,
    });
    const former = kind === 'job' ? this.#former : { nested: [], access: [] };
    const machine = this.#add(
      id,
      definition,
      [
        mayInvoke(lambda),
        mayInvoke(nextUnit),
        ledger.access('PutItem', [name]),
        ledger.access('UpdateItem', [name]),
        ledger.keyAccess(),
        ...former.access,
      ],
      name,
    );
    machine.allowRunning([this.#hold, ...former.nested]);
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
}

function mayInvoke(lambda: IFunction): PolicyStatement {
  return new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [lambda.functionArn] });
}
