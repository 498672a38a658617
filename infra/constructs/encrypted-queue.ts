import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { EncryptionKey } from './encryption-key.ts';

interface EncryptedQueueProps extends Omit<QueueProps, 'encryption' | 'encryptionMasterKey' | 'enforceSSL'> {
  readonly encryptionKey: EncryptionKey;
}

/** A queue under the stack's key, used over TLS only. Its grants are what AWS documents; the CDK's own allow more. */
export class EncryptedQueue extends Queue {
  readonly #encryptionKey: EncryptionKey;

  constructor(scope: Construct, id: string, { encryptionKey, ...props }: EncryptedQueueProps) {
    super(scope, id, {
      ...props,
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: encryptionKey.key,
      enforceSSL: true,
    });
    this.#encryptionKey = encryptionKey;
  }

  override grantSendMessages(grantee: IGrantable): Grant {
    return this.#grant(grantee, ['sqs:SendMessage'], ['kms:GenerateDataKey', 'kms:Decrypt']);
  }

  override grantConsumeMessages(grantee: IGrantable): Grant {
    const actions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
    return this.#grant(grantee, actions, ['kms:Decrypt']);
  }

  #grant(grantee: IGrantable, actions: string[], keyActions: string[]): Grant {
    const granted = Grant.addToPrincipal({ grantee, actions, resourceArns: [this.queueArn] });
    grantee.grantPrincipal.addToPrincipalPolicy(this.#encryptionKey.use('sqs', keyActions));
    return granted;
  }
}
