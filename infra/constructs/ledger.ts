import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { EncryptionKey } from './encryption-key.ts';

/** The partition that holds the claims on services; every other partition is an operation with its runs. */
export const CLAIMS = 'claim';
/** The runs that wait for a service, the oldest first. */
export const WAITING_INDEX = 'waiting';

/** One table for what the state machines remember: each run of a job operation, and who holds which service. */
export class Ledger extends Table {
  readonly #encryptionKey: EncryptionKey;

  constructor(scope: Construct, id: string, encryptionKey: EncryptionKey) {
    super(scope, id, {
      partitionKey: { name: 'operation', type: AttributeType.STRING },
      sortKey: { name: 'name', type: AttributeType.STRING },
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: encryptionKey.key,
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expiresAt',
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.#encryptionKey = encryptionKey;
    this.addGlobalSecondaryIndex({
      indexName: WAITING_INDEX,
      partitionKey: { name: 'waitingFor', type: AttributeType.STRING },
      sortKey: { name: 'ticket', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.addGlobalSecondaryIndex({
      indexName: 'started',
      partitionKey: { name: 'operation', type: AttributeType.STRING },
      sortKey: { name: 'startedAt', type: AttributeType.STRING },
    });
  }

  /** What a machine may do with the entries of these partitions. */
  access(action: string, partitions: readonly string[]): PolicyStatement {
    return new PolicyStatement({
      actions: [`dynamodb:${action}`],
      resources: [this.tableArn],
      conditions: {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': partitions },
        // A request that names no key at all would fulfil the condition above.
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    });
  }

  /** Whoever reads or writes entries needs it: DynamoDB decrypts the table's key on the caller's behalf. */
  keyAccess(): PolicyStatement {
    return this.#encryptionKey.use('dynamodb', ['kms:Decrypt']);
  }

  /** May look who waits for which service. */
  queueAccess(): PolicyStatement {
    return new PolicyStatement({
      actions: ['dynamodb:Query'],
      resources: [`${this.tableArn}/index/${WAITING_INDEX}`],
    });
  }
}
