import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** A private bucket that tells EventBridge what arrives in it. It outlives the stack: the rasters are not the stack's. */
export class RasterBucket extends Bucket {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    // The property itself: the CDK's `eventBridgeEnabled` would add a function and a role to set it.
    if (this.node.defaultChild instanceof CfnBucket) {
      this.node.defaultChild.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
    }
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'The stack lets nobody read or write the bucket: who may is decided, and logged by CloudTrail data events, where access is given. A server access log would need a second bucket.',
    });
  }
}
