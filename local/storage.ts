import { CreateBucketCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { LOCAL_ACCOUNT, LOCAL_REGION } from './intrinsics.ts';
import type { QueueResource } from './template.ts';

/** The buckets and queues of the stack, in this process on a loopback port. */
export interface Storage {
  sqs: SQSClient;
  /** Of S3 and SQS. */
  endpoint: string;
  createBucket(name: string): Promise<void>;
  createQueue(queue: QueueResource): Promise<void>;
  queueUrl(arn: string): string;
  send(queueArn: string, body: string): Promise<void>;
  /** How many wait or are being worked on. */
  messagesIn(queueArn: string): Promise<number>;
  putObject(bucket: string, key: string, body: Buffer, metadata?: Record<string, string>): Promise<CreatedObject>;
  close(): Promise<void>;
}

/** A new object in a bucket. */
export interface CreatedObject {
  bucket: string;
  key: string;
  sizeBytes: number;
  etag: string;
}

/** Starts S3 and SQS. fauxqs's own start function listens on every interface, hence its app. */
export async function startStorage(): Promise<Storage> {
  const app = buildApp({ logger: false });
  const endpoint = await app.listen({ port: 0, host: '127.0.0.1' });
  const client = { endpoint, region: LOCAL_REGION, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const sqs = new SQSClient({ ...client, useQueueUrlAsEndpoint: false });
  const queueUrl = (arn: string) => `${endpoint}/${LOCAL_ACCOUNT}/${arn.split(':').at(-1)}`;

  return {
    sqs,
    endpoint,
    queueUrl,
    async createBucket(name) {
      await s3.send(new CreateBucketCommand({ Bucket: name }));
    },
    async createQueue({ name, VisibilityTimeout, RedrivePolicy }) {
      const redrive = RedrivePolicy ? { RedrivePolicy: JSON.stringify(RedrivePolicy) } : {};
      const attributes = { VisibilityTimeout: String(VisibilityTimeout), ...redrive };
      await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    },
    async send(queueArn, body) {
      await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl(queueArn), MessageBody: body }));
    },
    async messagesIn(queueArn) {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: queueUrl(queueArn),
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
      );
      return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
    },
    async putObject(bucket, key, body, metadata) {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, Metadata: metadata }));
      const { ContentLength = 0, ETag = '' } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      return { bucket, key, sizeBytes: ContentLength, etag: ETag.replaceAll('"', '') };
    },
    async close() {
      s3.destroy();
      sqs.destroy();
      await app.close();
    },
  };
}
