import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { BY_HAND_NAME } from '../shared/jobs/started-by.ts';
import { OPEN_INDEX, WAITING_INDEX } from '../shared/ledger/entry.ts';
import { stateMachineArn } from './arns.ts';
import { Alarms } from './constructs/alarms.ts';
import { CleanUp } from './constructs/clean-up.ts';
import { DeadLetterQueue } from './constructs/dead-letter-queue.ts';
import { EncryptionKey } from './constructs/encryption-key.ts';
import { EventStarts } from './constructs/event-starts.ts';
import { Ledger } from './constructs/ledger.ts';
import { type LoggedStateMachine, mayStart } from './constructs/logged-state-machine.ts';
import { Network } from './constructs/network.ts';
import { Notifications } from './constructs/notifications.ts';
import { OperationFunction, type OperationFunctionProps } from './constructs/operation-function.ts';
import { PauseSite } from './constructs/pause-site.ts';
import { RasterSource } from './constructs/raster-source.ts';
import { RunMachines } from './constructs/run-machines.ts';
import { Schedules } from './constructs/schedules.ts';
import { ownName } from './names.ts';
import { type Operation, operations, pascalCase, refreshService } from './operations.ts';
import { INVENTORY_KEY, inventoryMetadata } from './settings/inventory.ts';
import { jobSettings, type Settings } from './settings/settings.ts';
import { stackName } from './stack-name.ts';

interface CacheOpsStackProps {
  readonly settings: Settings;
}

/** Everything that is deployed: a function and a state machine for every operation, and what the settings ask for. */
export class CacheOpsStack extends Stack {
  readonly #settings: Settings;
  readonly #encryptionKey: EncryptionKey;
  readonly #network: Network | undefined;
  readonly #alarms: Alarms;
  readonly #functions = new Map<string, LambdaFunction>();
  readonly #stateMachines = new Map<string, LoggedStateMachine>();
  #failures: DeadLetterQueue | undefined;

  constructor(scope: Construct, { settings }: CacheOpsStackProps) {
    super(scope, stackName(settings), {
      description: 'Keeps the caches of ArcGIS and MicroStrategy servers true',
      analyticsReporting: false,
    });
    this.#settings = settings;
    this.templateOptions.metadata = { [INVENTORY_KEY]: inventoryMetadata(settings) };
    const { schedules, rasters, events, notifications, encryption } = settings;
    const encryptionKey = new EncryptionKey(this, 'Encryption', {
      keyArn: encryption?.keyArn,
      notifies: notifications !== undefined,
    });
    this.#encryptionKey = encryptionKey;
    this.#network = this.#addNetwork();
    const topic = notifications && new Notifications(this, 'Notifications', { ...notifications, encryptionKey }).topic;
    this.#alarms = new Alarms(this, 'Alarms', { topic });
    this.#addRuns();
    if (schedules.length > 0) {
      new Schedules(this, 'Schedules', {
        schedules,
        stateMachines: this.#stateMachines,
        encryptionKey,
        alarms: this.#alarms,
      });
    }
    if (rasters.length > 0) this.#addRasters(rasters);
    if (events.length > 0) {
      const stateMachines = this.#stateMachines;
      new EventStarts(this, 'Events', { events, stateMachines, encryptionKey, alarms: this.#alarms });
    }
  }

  #addNetwork(): Network | undefined {
    const { network: settings, secretPrefix } = this.#settings;
    if (!settings) return undefined;
    return new Network(this, 'Network', {
      settings,
      secretPrefix,
      stateMachines: operations.map(({ name }) => name),
      followed: BY_HAND_NAME,
    });
  }

  #addRuns(): void {
    const encryptionKey = this.#encryptionKey;
    // One room for what belongs to all runs: by it they have had their names in the template since 0.1.0.
    const room = new Construct(this, 'Jobs');
    const ledger = new Ledger(room, 'Ledger', encryptionKey);
    const keepDays = String(this.#settings.ledger.keepDays);
    const takeTurn = this.#addDecision('take-turn', {
      description: 'Decides whether a run may start.',
      environment: { LEDGER_TABLE: ledger.tableName, KEEP_DAYS: keepDays, SITES: JSON.stringify(this.#settings.sites) },
      access: ledger.decisionAccess(['GetItem', 'BatchGetItem', 'UpdateItem'], WAITING_INDEX),
    });
    const settleRun = this.#addDecision('settle-run', {
      description: 'Decides what is left to do for a run that was stopped.',
      environment: { LEDGER_TABLE: ledger.tableName, KEEP_DAYS: keepDays, MACHINE_PREFIX: ownName(this, '') },
      access: ledger.decisionAccess(['GetItem', 'UpdateItem']),
    });
    const sweepRuns = this.#addDecision('sweep-runs', {
      description: 'Looks for runs whose end nobody told.',
      environment: { LEDGER_TABLE: ledger.tableName },
      access: ledger.decisionAccess(['BatchGetItem'], OPEN_INDEX),
    });
    const nextUnit = this.#addDecision('next-unit', {
      description: 'Decides how a plan of tiles goes on.',
      environment: {
        LEDGER_TABLE: ledger.tableName,
        KEEP_DAYS: keepDays,
        SITES: JSON.stringify(this.#settings.sites),
        WINDOWS: JSON.stringify(this.#settings.windows),
      },
      access: ledger.decisionAccess(['GetItem', 'BatchGetItem', 'UpdateItem']),
    });
    const functions = {
      takeTurn: takeTurn.function,
      nextUnit: nextUnit.function,
      settleRun: settleRun.function,
      checkJob: this.#addVendorFunction('check-job', 'Looks how a job is doing.'),
      cancelJob: this.#addVendorFunction('cancel-job', 'Cancels a job, or looks for one.'),
    };
    // For people alone: no machine, no schedule and no event starts it.
    const checkTarget = this.#addVendorFunction(
      'check-target',
      'Checks what is in the way of a target; changes nothing.',
    );
    new CfnOutput(this, 'CheckTargetFunctionName', { value: checkTarget.functionName });
    for (const operation of operations) this.#addFunction(operation);
    const machines = new RunMachines(room, {
      ledger,
      functions,
      operations: this.#functions,
      encryptionKey,
    });
    nextUnit.set('CANCEL_RUN_ARN', machines.cancelRun.stateMachineArn);
    nextUnit.function.addToRolePolicy(mayStart([machines.cancelRun]));
    for (const operation of operations) this.#addStateMachine(operation, machines);
    this.#addPause(ledger);
    this.#alarms.addForExecutions('CancelRun', machines.cancelRun, 'The job of a stopped run may still be at work.');
    new CleanUp(this, 'CleanUp', {
      cancelRun: machines.cancelRun,
      operations: this.#stateMachines,
      sweepRuns,
      encryptionKey,
      alarms: this.#alarms,
    });
    new CfnOutput(this, 'LedgerTableName', { value: ledger.tableName });
  }

  #addPause(ledger: Ledger): void {
    new PauseSite(this, 'Pause', {
      pauseSite: this.#addDecision('pause-site', {
        description: 'Pauses a target, or ends its pause.',
        environment: { LEDGER_TABLE: ledger.tableName },
        access: ledger.decisionAccess(['BatchGetItem', 'UpdateItem'], OPEN_INDEX),
      }),
      operations: [...this.#stateMachines.keys()],
      encryptionKey: this.#encryptionKey,
    });
  }

  /** A function that calls nobody outside AWS: it has no secret, and runs outside the VPC. */
  #addDecision(name: string, props: Pick<OperationFunctionProps, 'description' | 'environment' | 'access'>) {
    return new OperationFunction(this, pascalCase(name), {
      ...props,
      name,
      timeout: Duration.minutes(1),
      encryptionKey: this.#encryptionKey,
    });
  }

  /** A function that talks to a vendor and is none of the operations. */
  #addVendorFunction(name: string, description: string): LambdaFunction {
    const { secretPrefix } = this.#settings;
    return new OperationFunction(this, pascalCase(name), {
      name,
      description,
      timeout: Duration.minutes(2),
      encryptionKey: this.#encryptionKey,
      network: this.#network,
      secretPrefix,
      environment: { SECRET_PREFIX: secretPrefix },
      access: [],
    }).function;
  }

  #addFunction({ name, kind, description, timeoutMinutes }: Operation): void {
    const { secretPrefix, ledger } = this.#settings;
    this.#failures ??= new DeadLetterQueue(this, 'FailedInvocations', {
      encryptionKey: this.#encryptionKey,
      alarms: this.#alarms,
      meaning: 'An asynchronous invocation of an operation failed: the message holds its input and error.',
    });
    const ownArn = stateMachineArn(this, name);
    const lambda = new OperationFunction(this, pascalCase(name), {
      name,
      description,
      timeout: Duration.minutes(timeoutMinutes),
      encryptionKey: this.#encryptionKey,
      network: this.#network,
      secretPrefix,
      environment: {
        SECRET_PREFIX: secretPrefix,
        // By its name, because the machine in turn refers to the function.
        STATE_MACHINE_ARN: ownArn,
        KEEP_DAYS: String(ledger.keepDays),
        ...(kind === 'job' && { MAX_DURATION_DAYS: String(jobSettings(this.#settings, name).maxDuration) }),
      },
      access: [new PolicyStatement({ actions: ['states:StartExecution'], resources: [ownArn] })],
      failures: this.#failures,
    });
    lambda.allowDescribing([name], BY_HAND_NAME);
    new CfnOutput(this, `${pascalCase(name)}FunctionName`, { value: lambda.function.functionName });
    this.#functions.set(name, lambda.function);
  }

  #addStateMachine(operation: Operation, machines: RunMachines): void {
    const { name } = operation;
    const id = pascalCase(name);
    const stateMachine = machines.add(id, operation, jobSettings(this.#settings, name).maxWaiting);
    this.#alarms.addForExecutions(id, stateMachine, `${name} failed.`);
    this.#stateMachines.set(name, stateMachine);
    new CfnOutput(this, `${id}StateMachineArn`, { value: stateMachine.stateMachineArn });
  }

  #addRasters(rasters: Settings['rasters']): void {
    const machineArn = stateMachineArn(this, refreshService.name);
    const startRefresh = this.#addDecision('start-refresh', {
      description: 'Starts a refresh for new rasters.',
      environment: { STATE_MACHINE_ARN: machineArn },
      access: [new PolicyStatement({ actions: ['states:StartExecution'], resources: [machineArn] })],
    });
    const { bucket } = new RasterSource(this, 'Rasters', {
      rasters,
      startRefresh,
      encryptionKey: this.#encryptionKey,
      alarms: this.#alarms,
    });
    if (bucket) new CfnOutput(this, 'RasterBucketName', { value: bucket.bucketName });
  }
}
