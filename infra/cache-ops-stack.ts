import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { stateMachineArn } from './arns.ts';
import { Alarms } from './constructs/alarms.ts';
import { DeadLetterQueue } from './constructs/dead-letter-queue.ts';
import { EncryptionKey } from './constructs/encryption-key.ts';
import { JobMachines } from './constructs/job-machines.ts';
import { Network } from './constructs/network.ts';
import { Notifications } from './constructs/notifications.ts';
import { OperationFunction } from './constructs/operation-function.ts';
import { RasterSource } from './constructs/raster-source.ts';
import { Schedules } from './constructs/schedules.ts';
import { type Operation, operations, pascalCase, refreshService } from './operations.ts';
import { INVENTORY_KEY, inventoryMetadata } from './settings/inventory.ts';
import { jobSettings, type Settings } from './settings/settings.ts';

interface CacheOpsStackProps {
  readonly settings: Settings;
}

/** Everything that is deployed: a function for every operation, a state machine for every job, and what the settings ask for. */
export class CacheOpsStack extends Stack {
  readonly #settings: Settings;
  readonly #encryptionKey: EncryptionKey;
  readonly #network: Network | undefined;
  readonly #alarms: Alarms;
  readonly #functions = new Map<string, LambdaFunction>();
  readonly #stateMachines = new Map<string, IStateMachine>();

  constructor(scope: Construct, id: string, { settings }: CacheOpsStackProps) {
    super(scope, id, {
      description: 'Keeps the caches of ArcGIS and MicroStrategy servers true',
      analyticsReporting: false,
    });
    this.#settings = settings;
    this.templateOptions.metadata = { [INVENTORY_KEY]: inventoryMetadata(settings) };
    const { schedules, rasters, notifications, encryption } = settings;
    const encryptionKey = new EncryptionKey(this, 'Encryption', {
      keyArn: encryption?.keyArn,
      notifies: notifications !== undefined,
    });
    this.#encryptionKey = encryptionKey;
    this.#network = this.#addNetwork();
    const topic = notifications && new Notifications(this, 'Notifications', { ...notifications, encryptionKey }).topic;
    this.#alarms = new Alarms(this, 'Alarms', { topic });
    this.#addOperations();
    if (schedules.length > 0) {
      new Schedules(this, 'Schedules', {
        schedules,
        functions: this.#functions,
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
    const stateMachines = operations.filter(({ kind }) => kind === 'job').map(({ name }) => name);
    return new Network(this, 'Network', { settings, secretPrefix, stateMachines });
  }

  #addOperations(): void {
    const encryptionKey = this.#encryptionKey;
    const failures = new DeadLetterQueue(this, 'FailedInvocations', {
      encryptionKey,
      alarms: this.#alarms,
      meaning: 'An asynchronous invocation of an operation failed for good: the message holds its input and error.',
    });
    const machines = new JobMachines(this, 'Jobs', {
      check: this.#addMachineFunction('check-job'),
      cancel: this.#addMachineFunction('cancel-job'),
      encryptionKey,
      alarms: this.#alarms,
    });
    for (const operation of operations) {
      const submit = this.#addFunction(operation, failures);
      if (operation.kind === 'job') this.#addStateMachine(operation, submit, machines);
      else this.#alarms.add(pascalCase(operation.name), submit.metricErrors(), `${operation.name} failed.`);
    }
    machines.cancelStoppedRuns([...this.#stateMachines.keys()]);
    new CfnOutput(this, 'LedgerTableName', { value: machines.ledger.tableName });
  }

  /** A function that only state machines call. */
  #addMachineFunction(name: string): LambdaFunction {
    return new OperationFunction(this, pascalCase(name), {
      ...this.#functionProps(),
      name,
      timeout: Duration.minutes(2),
    }).function;
  }

  #addFunction({ name, kind, timeoutMinutes, concurrentRuns }: Operation, failures: IQueue): LambdaFunction {
    const { function: lambda } = new OperationFunction(this, pascalCase(name), {
      ...this.#functionProps(),
      name,
      timeout: Duration.minutes(timeoutMinutes),
      reservedConcurrentExecutions: concurrentRuns,
      // A job's submit is never repeated blindly.
      asynchronous: { retryAttempts: kind === 'job' ? 0 : 2, failures },
    });
    new CfnOutput(this, `${pascalCase(name)}FunctionName`, { value: lambda.functionName });
    this.#functions.set(name, lambda);
    return lambda;
  }

  #functionProps() {
    const { secretPrefix } = this.#settings;
    return { secretPrefix, encryptionKey: this.#encryptionKey, network: this.#network };
  }

  #addStateMachine({ name }: Operation, submit: LambdaFunction, machines: JobMachines): void {
    const { maxDuration, maxWaiting } = jobSettings(this.#settings, name);
    const stateMachine = machines.add(pascalCase(name), { name, submit, maxWaiting });
    submit.addEnvironment('MAX_DURATION_DAYS', String(maxDuration));
    // An entry never ends before its run.
    submit.addEnvironment('LEDGER_DAYS', String(this.#settings.ledger.keepDays + Math.ceil(maxDuration)));
    this.#alarms.addForExecutions(pascalCase(name), stateMachine, `${name} failed.`);
    this.#stateMachines.set(name, stateMachine);
    new CfnOutput(this, `${pascalCase(name)}StateMachineArn`, { value: stateMachine.stateMachineArn });
    // By its name, because the machine in turn refers to the function.
    const ownArn = stateMachineArn(this, name);
    submit.addEnvironment('STATE_MACHINE_ARN', ownArn);
    submit.addToRolePolicy(new PolicyStatement({ actions: ['states:StartExecution'], resources: [ownArn] }));
  }

  #addRasters(rasters: Settings['rasters']): void {
    const lambda = this.#functions.get(refreshService.name);
    if (!lambda) return;
    const { bucket } = new RasterSource(this, 'Rasters', {
      rasters,
      refreshService: lambda,
      encryptionKey: this.#encryptionKey,
      alarms: this.#alarms,
    });
    if (bucket) new CfnOutput(this, 'RasterBucketName', { value: bucket.bucketName });
  }
}
