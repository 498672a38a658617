import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { stateMachineArn } from './arns.ts';
import { Alarms } from './constructs/alarms.ts';
import { CleanUp } from './constructs/clean-up.ts';
import { DeadLetterQueue } from './constructs/dead-letter-queue.ts';
import { EncryptionKey } from './constructs/encryption-key.ts';
import { Ledger } from './constructs/ledger.ts';
import type { LoggedStateMachine } from './constructs/logged-state-machine.ts';
import { Network } from './constructs/network.ts';
import { Notifications } from './constructs/notifications.ts';
import { OperationFunction } from './constructs/operation-function.ts';
import { RasterSource } from './constructs/raster-source.ts';
import { RunMachines } from './constructs/run-machines.ts';
import { Schedules } from './constructs/schedules.ts';
import { type Operation, operations, pascalCase, refreshService } from './operations.ts';
import { jobSettings, type Settings } from './settings/settings.ts';

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

  constructor(scope: Construct, id: string, { settings }: CacheOpsStackProps) {
    super(scope, id, {
      description: 'Keeps the caches of ArcGIS and MicroStrategy servers true',
      analyticsReporting: false,
    });
    this.#settings = settings;
    const { schedules, rasters, notifications, encryption } = settings;
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
  }

  #addNetwork(): Network | undefined {
    const { network: settings, secretPrefix } = this.#settings;
    if (!settings) return undefined;
    return new Network(this, 'Network', { settings, secretPrefix, stateMachines: operations.map(({ name }) => name) });
  }

  #addRuns(): void {
    const encryptionKey = this.#encryptionKey;
    // One room for what belongs to all runs: by it they have had their names in the template since 0.1.0.
    const room = new Construct(this, 'Jobs');
    const ledger = new Ledger(room, 'Ledger', encryptionKey);
    const functions = {
      takeTurn: this.#addDecision('take-turn', 'Decides whether a run may start.', ledger),
      settleRun: this.#addDecision('settle-run', 'Decides what is left to do for a run that was stopped.', ledger),
      checkJob: this.#addVendorFunction('check-job', 'Looks how a job is doing.'),
      cancelJob: this.#addVendorFunction('cancel-job', 'Cancels a job, or looks for one.'),
    };
    for (const operation of operations) this.#addFunction(operation);
    const machines = new RunMachines(room, {
      ledger,
      functions,
      operations: this.#functions,
      encryptionKey,
    });
    for (const operation of operations) this.#addStateMachine(operation, machines);
    this.#alarms.addForExecutions('CancelRun', machines.cancelRun, 'The job of a stopped run may still be at work.');
    new CleanUp(this, 'CleanUp', {
      cancelRun: machines.cancelRun,
      operations: [...this.#stateMachines.values()],
      sweepRuns: this.#addDecision('sweep-runs', 'Looks for runs whose end nobody told.', ledger),
      encryptionKey,
      alarms: this.#alarms,
    });
    new CfnOutput(this, 'LedgerTableName', { value: ledger.tableName });
  }

  /** A function that decides about runs: it has the ledger, no secret, and calls nobody outside AWS. */
  #addDecision(name: string, description: string, ledger: Ledger): LambdaFunction {
    return new OperationFunction(this, pascalCase(name), {
      name,
      description,
      timeout: Duration.minutes(1),
      encryptionKey: this.#encryptionKey,
      environment: {
        LEDGER_TABLE: ledger.tableName,
        KEEP_DAYS: String(this.#settings.ledger.keepDays),
        MACHINE_PREFIX: '',
      },
      access: ledger.decisionAccess(),
    }).function;
  }

  /** A function that only state machines call, and that talks to a vendor. */
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

  #addFunction({ name, description, timeoutMinutes }: Operation): void {
    const { secretPrefix, ledger } = this.#settings;
    const { maxDuration } = jobSettings(this.#settings, name);
    this.#failures ??= new DeadLetterQueue(this, 'FailedInvocations', {
      encryptionKey: this.#encryptionKey,
      alarms: this.#alarms,
      meaning: 'An asynchronous invocation of an operation failed: the message holds its input and error.',
    });
    const ownArn = stateMachineArn(this, name);
    const { function: lambda } = new OperationFunction(this, pascalCase(name), {
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
        MAX_DURATION_DAYS: String(maxDuration),
        KEEP_DAYS: String(ledger.keepDays),
      },
      access: [
        new PolicyStatement({ actions: ['states:StartExecution'], resources: [ownArn] }),
        new PolicyStatement({
          actions: ['states:DescribeExecution'],
          resources: [`${ownArn.replace(':stateMachine:', ':execution:')}:by-hand-*`],
        }),
      ],
      failures: this.#failures,
    });
    new CfnOutput(this, `${pascalCase(name)}FunctionName`, { value: lambda.functionName });
    this.#functions.set(name, lambda);
  }

  #addStateMachine({ name, timeoutMinutes }: Operation, machines: RunMachines): void {
    const id = pascalCase(name);
    const stateMachine = machines.add(id, {
      name,
      timeoutMinutes,
      maxWaiting: jobSettings(this.#settings, name).maxWaiting,
    });
    this.#alarms.addForExecutions(id, stateMachine, `${name} failed.`);
    this.#stateMachines.set(name, stateMachine);
    new CfnOutput(this, `${id}StateMachineArn`, { value: stateMachine.stateMachineArn });
  }

  #addRasters(rasters: Settings['rasters']): void {
    const machineArn = stateMachineArn(this, refreshService.name);
    const { function: startRefresh } = new OperationFunction(this, 'StartRefresh', {
      name: 'start-refresh',
      description: 'Starts a refresh for new rasters.',
      timeout: Duration.minutes(1),
      encryptionKey: this.#encryptionKey,
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
