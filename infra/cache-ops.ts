import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { VERSION } from '../shared/version.ts';
import { checkPlace } from './check-place.ts';
import { addRasters } from './constructs/add-rasters.ts';
import { Alarms } from './constructs/alarms.ts';
import { CleanUp } from './constructs/clean-up.ts';
import { DeadLetterQueue } from './constructs/dead-letter-queue.ts';
import { Edges } from './constructs/edges.ts';
import { EncryptionKey } from './constructs/encryption-key.ts';
import { EventStarts } from './constructs/event-starts.ts';
import { LOG_DAYS } from './constructs/kept-log-group.ts';
import { Ledger } from './constructs/ledger.ts';
import { type LoggedStateMachine, mayStart } from './constructs/logged-state-machine.ts';
import { MapClients } from './constructs/map-clients.ts';
import { markAll } from './constructs/mark-all.ts';
import { type Network, networkOf } from './constructs/network.ts';
import { Notifications } from './constructs/notifications.ts';
import { OperationFunction } from './constructs/operation-function.ts';
import { PauseSite } from './constructs/pause-site.ts';
import type { RasterRenewal } from './constructs/raster-renewal.ts';
import { RunDashboard } from './constructs/run-dashboard.ts';
import { runDecisions } from './constructs/run-decisions.ts';
import { RunMachines } from './constructs/run-machines.ts';
import { Schedules } from './constructs/schedules.ts';
import { addStartedByHand } from './constructs/started-by-hand.ts';
import { addTelling, type DecisionProps } from './constructs/telling.ts';
import { TestEvents } from './constructs/test-events.ts';
import { OWN_NAME } from './names.ts';
import { type Operation, operations, pascalCase } from './operations.ts';
import { INVENTORY_KEY, inventoryMetadata } from './settings/inventory.ts';
import { type CacheOpsProps, checkSettings, jobSettings, type Settings } from './settings/settings.ts';

/** Everything that is deployed: a function and a state machine for every operation, and what the settings ask for. */
export class CacheOps extends Construct {
  readonly #settings: Settings;
  readonly #encryptionKey: EncryptionKey;
  readonly #network: Network | undefined;
  readonly #alarms: Alarms;
  readonly #notifications: Notifications | undefined;
  readonly #functions = new Map<string, LambdaFunction>();
  readonly #stateMachines = new Map<string, LoggedStateMachine>();
  /** Where new rasters are put, where the settings have a source without a bucket of its own. */
  readonly rasterBucket: Bucket | undefined;
  #renewal: RasterRenewal | undefined;
  #failures: DeadLetterQueue | undefined;

  /**
   * @param props the settings, by the keys of a settings file
   * @throws SettingsError listing every problem of the settings
   */
  constructor(scope: Construct, id: string, props: CacheOpsProps = {}) {
    super(scope, id);
    checkPlace(this);
    const settings = checkSettings(props);
    this.#settings = settings;
    this.node.setContext(OWN_NAME, settings.name ?? '');
    this.node.setContext(LOG_DAYS, settings.logDays);
    markAll(this, settings);
    this.#output('Version', VERSION);
    Stack.of(this).addMetadata(INVENTORY_KEY, inventoryMetadata(settings));
    const { schedules, rasters, events, edges, notifications, encryption } = settings;
    const encryptionKey = new EncryptionKey(this, 'Encryption', {
      keyArn: encryption?.keyArn,
      notifies: notifications?.email !== undefined,
    });
    this.#encryptionKey = encryptionKey;
    this.#network = networkOf(this, settings);
    this.#notifications =
      notifications && new Notifications(this, 'Notifications', { settings: notifications, encryptionKey });
    this.#alarms = new Alarms(this, 'Alarms', { topics: this.#notifications?.alarmTopics ?? [] });
    const { ledger, sweepRuns, cancelRun } = this.#addRuns();
    const parts = { encryptionKey, alarms: this.#alarms };
    const stateMachines = this.#stateMachines;
    if (schedules.length > 0) new Schedules(this, 'Schedules', { ...parts, schedules, stateMachines });
    this.rasterBucket = rasters.length > 0 ? this.#addRasters(ledger) : undefined;
    this.#addCleanUp(ledger, cancelRun, sweepRuns);
    if (events.length > 0) new EventStarts(this, 'Events', { ...parts, events, stateMachines });
    const decision = (name: string, props: DecisionProps) => this.#addDecision(name, props);
    const machines = { operations: stateMachines, renewal: this.#renewal };
    if (edges.length > 0) new Edges(this, 'Edges', { ...parts, ...machines, edges, ledger });
    if (settings.clients.websocket) this.#addMapClients(sweepRuns);
    new RunDashboard(this, 'Dashboard', { ledger, schedules, ...machines, decision });
    new TestEvents(this, 'TestEvents', { encryptionKey });
  }

  /**
   * The state machine of an operation, for example to be started by something else in the app.
   * @param operation such as `clear-rest-cache`
   */
  stateMachine(operation: string): IStateMachine {
    const machine = this.#stateMachines.get(operation);
    if (machine) return machine;
    throw new Error(`There is no operation ${operation}; there are: ${[...this.#stateMachines.keys()].join(', ')}`);
  }

  /** By the same name in every stack, wherever this construct stands in it. */
  #output(name: string, value: string): void {
    new CfnOutput(Stack.of(this), name, { value });
  }

  #addRuns() {
    const encryptionKey = this.#encryptionKey;
    // One room for what belongs to all runs: by it they have had their names in the template since 0.1.0.
    const room = new Construct(this, 'Jobs');
    const ledger = new Ledger(room, 'Ledger', encryptionKey);
    const { takeTurn, nextUnit, joinTargets, settleRun, sweepRuns } = runDecisions(this, {
      ledger,
      settings: this.#settings,
      add: (name, props) => this.#addDecision(name, props),
    });
    const functions = {
      takeTurn: takeTurn.function,
      nextUnit: nextUnit.function,
      joinTargets: joinTargets.function,
      settleRun: settleRun.function,
      checkJob: this.#addVendorFunction('check-job', 'Looks how a job is doing.'),
      cancelJob: this.#addVendorFunction('cancel-job', 'Cancels a job, or looks for one.'),
    };
    // For people alone: no machine, no schedule and no event starts it.
    const checkTarget = this.#addVendorFunction(
      'check-target',
      'Checks what is in the way of a target; changes nothing.',
    );
    this.#output('CheckTargetFunctionName', checkTarget.functionName);
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
    new PauseSite(this, 'Pause', {
      ledger,
      decision: (name, props) => this.#addDecision(name, props),
      operations: [...this.#stateMachines.keys()],
      encryptionKey,
    });
    const meaning = 'The job of a stopped run may still be at work.';
    this.#alarms.addForExecutions('CancelRun', machines.cancelRun, meaning, { ofRuns: true });
    this.#output('LedgerTableName', ledger.tableName);
    return { ledger, sweepRuns, cancelRun: machines.cancelRun };
  }

  #addCleanUp(ledger: Ledger, cancelRun: LoggedStateMachine, sweepRuns: OperationFunction): void {
    const { everyHour } = new CleanUp(this, 'CleanUp', {
      cancelRun,
      operations: this.#stateMachines,
      renewal: this.#renewal,
      sweepRuns,
      encryptionKey: this.#encryptionKey,
      alarms: this.#alarms,
    });
    addTelling(this, {
      ledger,
      everyHour,
      settings: this.#settings.notifications,
      notifications: this.#notifications,
      decision: (name, props) => this.#addDecision(name, props),
      encryptionKey: this.#encryptionKey,
      alarms: this.#alarms,
    });
  }

  /** A function that calls nobody outside AWS: it has no secret, and runs outside the VPC. */
  #addDecision(name: string, props: DecisionProps) {
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

  #addFunction(operation: Operation): void {
    this.#failures ??= new DeadLetterQueue(this, 'FailedInvocations', {
      encryptionKey: this.#encryptionKey,
      alarms: this.#alarms,
      meaning: 'An asynchronous invocation of an operation failed: the message holds its input and error.',
    });
    const { function: lambda } = addStartedByHand(this, operation, {
      settings: this.#settings,
      encryptionKey: this.#encryptionKey,
      network: this.#network,
      failures: this.#failures,
    });
    this.#output(`${pascalCase(operation.name)}FunctionName`, lambda.functionName);
    this.#functions.set(operation.name, lambda);
  }

  #addStateMachine(operation: Operation, machines: RunMachines): void {
    const { name } = operation;
    const id = pascalCase(name);
    const stateMachine = machines.add(id, operation, jobSettings(this.#settings, name).maxWaiting);
    this.#alarms.addForExecutions(id, stateMachine, `${name} failed.`, { ofRuns: true });
    this.#stateMachines.set(name, stateMachine);
    this.#output(`${id}StateMachineArn`, stateMachine.stateMachineArn);
  }

  #addMapClients(sweepRuns: OperationFunction): void {
    const { outputs } = new MapClients(this, 'Clients', {
      decision: (name, props) => this.#addDecision(name, props),
      sweepRuns,
      encryptionKey: this.#encryptionKey,
      alarms: this.#alarms,
    });
    for (const [name, value] of Object.entries(outputs)) this.#output(name, value);
  }

  /** Gives the bucket, where it is the stack's own. */
  #addRasters(ledger: Ledger): Bucket | undefined {
    const { bucket, renewal } = addRasters(this, {
      settings: this.#settings,
      ledger,
      functions: this.#functions,
      operations: this.#stateMachines,
      decision: (name, props) => this.#addDecision(name, props),
      vendorFunction: (name, description) => this.#addVendorFunction(name, description),
      encryptionKey: this.#encryptionKey,
      alarms: this.#alarms,
    });
    this.#renewal = renewal;
    if (bucket) this.#output('RasterBucketName', bucket.bucketName);
    return bucket;
  }
}
