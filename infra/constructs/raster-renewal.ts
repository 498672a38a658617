import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { MAILBOXES } from '../../shared/ledger/raster-items.ts';
import { stateMachineArn } from '../arns.ts';
import { renewFromRasters } from '../machines/renew-from-rasters/renew-from-rasters.ts';
import type { Alarms } from './alarms.ts';
import type { EncryptionKey } from './encryption-key.ts';
import type { Ledger } from './ledger.ts';
import { LoggedStateMachine } from './logged-state-machine.ts';
import type { OperationFunction } from './operation-function.ts';

/** The machine, and the partition of its runs in the ledger. */
export const RENEWAL = 'renew-from-rasters';
/** What it may run as a step of its own work. */
const STEPS = ['refresh-service', 'manage-map-server-cache-tiles', 'clear-rest-cache'];

interface RasterRenewalProps {
  readonly ledger: Ledger;
  readonly renewRasters: OperationFunction;
  /** What it has asked, by their numbers. */
  readonly asked: readonly IFunction[];
  /** Where the rasters go that cannot be read. */
  readonly givenUp: IQueue;
  /** The machine of every operation. */
  readonly operations: ReadonlyMap<string, LoggedStateMachine>;
  /** The sources, as functions are told of them. */
  readonly variable: string;
  readonly encryptionKey: EncryptionKey;
  readonly alarms: Alarms;
}

/** What takes care of the rasters that are recorded: one machine for all sources, one execution of it for each group. */
export class RasterRenewal extends Construct {
  readonly machine: LoggedStateMachine;
  readonly #ledger: Ledger;

  constructor(scope: Construct, id: string, props: RasterRenewalProps) {
    super(scope, id);
    const { ledger, renewRasters, asked, givenUp, operations, variable, encryptionKey, alarms } = props;
    this.#ledger = ledger;
    const { functionArn } = renewRasters.function;
    const askedArns = asked.map((each) => each.functionArn);
    this.machine = new LoggedStateMachine(this, 'RenewFromRasters', {
      name: RENEWAL,
      encryptionKey,
      definition: renewFromRasters({
        partition: Stack.of(this).partition,
        table: ledger.tableName,
        renewRastersArn: functionArn,
        askedArns,
        givenUpUrl: givenUp.queueUrl,
      }),
      permissions: [
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn, ...askedArns] }),
        ledger.access('PutItem', [RENEWAL]),
        ledger.keyAccess(),
      ],
    });
    givenUp.grantSendMessages(this.machine);
    this.machine.allowRunning(STEPS.flatMap((name) => operations.get(name) ?? []));
    renewRasters.set('RASTERS', variable);
    this.allowStarting(renewRasters);
    alarms.addForExecutions('RenewFromRasters', this.machine, 'New rasters are not shown.');
  }

  /** Lets it look for mailboxes whose execution has ended without a word. */
  allowSweeping(sweepRuns: OperationFunction): void {
    this.allowStarting(sweepRuns);
    sweepRuns.set('RENEWAL_ARN', stateMachineArn(this, RENEWAL));
    const access = this.#ledger.access('GetItem', [MAILBOXES]);
    access.addActions('dynamodb:UpdateItem', 'dynamodb:Query');
    sweepRuns.function.addToRolePolicy(access);
  }

  /** Lets it start a run for rasters that wait, and look whether one is at work. By name: the machine in turn refers to functions. */
  allowStarting(lambda: OperationFunction): void {
    const resources = [stateMachineArn(this, RENEWAL)];
    lambda.function.addToRolePolicy(new PolicyStatement({ actions: ['states:StartExecution'], resources }));
    lambda.allowDescribing([RENEWAL]);
  }
}
