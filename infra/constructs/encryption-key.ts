import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { ownName } from '../names.ts';

interface EncryptionKeyProps {
  /** The key of the settings; without it the stack makes one. */
  readonly keyArn: string | undefined;
  /** Whether alarms are told to a topic. */
  readonly notifies: boolean;
}

/** "Avoiding Amazon CloudWatch Logs resource policy size restrictions" of the Step Functions developer guide. */
export const MACHINE_LOGS = '/aws/vendedlogs/states/';

/** What a service stores with the key for somebody else, such as an event in a queue. */
interface ServiceUse {
  readonly principal: string;
  readonly actions: readonly string[];
  /** What CloudWatch Logs, SQS and SNS name in their own requests to KMS, whoever it is that sends them something. */
  readonly contextKey: string;
  readonly stored: { readonly service: string; readonly resource: string; readonly arnFormat: ArnFormat };
  /** What stands before the stack's name in the names of what is stored; nothing when absent. */
  readonly prefixes?: readonly string[];
}

const DATA_KEYS = ['kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext'];

/** CloudFormation cuts the name of the stack where a queue's would have more than 80 characters; so many it always keeps. */
const KEPT_CHARACTERS = 20;

/** "Encrypt log data in CloudWatch Logs using AWS KMS" of the CloudWatch Logs user guide. */
const LOGS = {
  actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo', ...DATA_KEYS],
  contextKey: 'aws:logs:arn',
  stored: { service: 'logs', resource: 'log-group', arnFormat: ArnFormat.COLON_RESOURCE_NAME },
  // Without a prefix: the logs of functions, and those of machines as version 0.1.0 named them.
  prefixes: ['', MACHINE_LOGS],
};

/**
 * New rasters, and what EventBridge could not deliver. "Amazon SQS key management" of its developer guide. Not by
 * `aws:SourceArn`: SNS says that EventBridge does not hand it on to KMS, SQS says nothing.
 */
const EVENTS: ServiceUse = {
  principal: 'events.amazonaws.com',
  actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
  contextKey: 'aws:sqs:arn',
  stored: { service: 'sqs', resource: '', arnFormat: ArnFormat.NO_RESOURCE_NAME },
};

/** Alarms. "Managing Amazon SNS encryption keys and costs" of the SNS developer guide. */
const ALARMS: ServiceUse = {
  principal: 'cloudwatch.amazonaws.com',
  actions: [...DATA_KEYS, 'kms:Decrypt'],
  contextKey: 'aws:sns:topicArn',
  stored: { service: 'sns', resource: '', arnFormat: ArnFormat.NO_RESOURCE_NAME },
};

/** The one key of all that the stack keeps: queues, ledger, logs and the topic. */
export class EncryptionKey extends Construct {
  readonly key: IKey;

  constructor(scope: Construct, id: string, { keyArn, notifies }: EncryptionKeyProps) {
    super(scope, id);
    this.key = keyArn === undefined ? this.#make(notifies) : Key.fromKeyArn(this, 'Key', keyArn);
  }

  /** Lets a role use the key, but only where this service asks on its behalf. */
  use(service: 'dynamodb' | 'sqs' | 'sns', actions: readonly string[]): PolicyStatement {
    const viaService = `${service}.${Stack.of(this).region}.amazonaws.com`;
    return new PolicyStatement({
      actions: [...actions],
      resources: [this.key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': viaService } },
    });
  }

  /** The CDK begins the policy with all of KMS for the account: so IAM policies decide, and somebody can change the key. */
  #make(notifies: boolean): Key {
    const key = new Key(this, 'Key', {
      description: 'Queues, ledger, logs and notifications of cache-ops',
      alias: ownName(this, 'cache-ops'),
      enableKeyRotation: true,
      // The ledger and the logs outlive the stack, and could not be read without it.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const logs = { ...LOGS, principal: `logs.${Stack.of(this).region}.amazonaws.com` };
    for (const use of [logs, EVENTS, ...(notifies ? [ALARMS] : [])]) key.addToResourcePolicy(this.#statement(use));
    return key;
  }

  #statement({ principal, actions, contextKey, stored, prefixes = [''] }: ServiceUse): PolicyStatement {
    const stack = Stack.of(this);
    const arns = prefixes.map((prefix) => {
      // CloudFormation makes the names up, and begins them so; the resources themselves need the key first.
      const ownNames = `${prefix}${`${stack.stackName}-`.slice(0, KEPT_CHARACTERS)}*`;
      const name = stored.resource ? { resourceName: ownNames } : { resource: ownNames };
      return stack.formatArn({ ...stored, ...name });
    });
    return new PolicyStatement({
      principals: [new ServicePrincipal(principal)],
      actions: [...actions],
      // In a key's policy: this key.
      resources: ['*'],
      conditions: { ArnLike: { [`kms:EncryptionContext:${contextKey}`]: arns.length === 1 ? arns[0] : arns } },
    });
  }
}
