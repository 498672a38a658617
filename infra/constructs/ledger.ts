import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { OPEN_INDEX, STARTED_INDEX, WAITING_INDEX } from '../../shared/ledger/entry.ts';
import type { EncryptionKey } from './encryption-key.ts';

/** One table for what is remembered: each run of each operation, and who holds which service. */
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
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
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
      indexName: STARTED_INDEX,
      partitionKey: { name: 'operation', type: AttributeType.STRING },
      sortKey: { name: 'startedAt', type: AttributeType.STRING },
    });
    // A deployment may add one index at a time.
    this.addGlobalSecondaryIndex({
      indexName: OPEN_INDEX,
      partitionKey: { name: 'open', type: AttributeType.STRING },
      sortKey: { name: 'startedAt', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
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

  /** What a function that decides may do with every entry and claim, and the index that it looks runs up in. */
  decisionAccess(actions: readonly string[], index?: string): PolicyStatement[] {
    return [
      new PolicyStatement({ actions: actions.map((action) => `dynamodb:${action}`), resources: [this.tableArn] }),
      ...(index === undefined ? [] : [this.query(index)]),
      this.keyAccess(),
    ];
  }

  /** What Lambda reads the table's stream by, in the name of the function that it feeds. */
  streamAccess(): PolicyStatement[] {
    return [
      new PolicyStatement({
        actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
        resources: [this.tableStreamArn ?? ''],
      }),
      // It takes no resource.
      new PolicyStatement({ actions: ['dynamodb:ListStreams'], resources: ['*'] }),
    ];
  }

  query(index: string): PolicyStatement {
    return new PolicyStatement({ actions: ['dynamodb:Query'], resources: [`${this.tableArn}/index/${index}`] });
  }
}
