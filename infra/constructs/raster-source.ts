import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { rasterPattern } from '../settings/raster-pattern.ts';
import { rastersVariable } from '../settings/rasters-variable.ts';
import type { Settings } from '../settings/settings.ts';
import type { Alarms } from './alarms.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { EncryptedQueue } from './encrypted-queue.ts';
import type { EncryptionKey } from './encryption-key.ts';
import type { OperationFunction } from './operation-function.ts';
import { RasterBucket } from './raster-bucket.ts';

const BATCHING_WINDOW = Duration.seconds(30);
const BATCH_SIZE = 100;
/** With the queue's visibility time-out, a raster that cannot be recorded is tried for about half an hour. */
const MAX_RECEIVES = 5;

interface RasterSourceProps {
  readonly rasters: Settings['rasters'];
  readonly startRefresh: OperationFunction;
  readonly encryptionKey: EncryptionKey;
  readonly alarms: Alarms;
}

/** S3 -> EventBridge -> SQS -> start-refresh, for all raster sources of the settings. */
export class RasterSource extends Construct {
  /** The bucket of the sources that name none. */
  readonly bucket: RasterBucket | undefined;
  /** The sources, as functions are told of them. */
  readonly variable: string;
  /** Messages that could not be taken, and rasters that cannot be read. */
  readonly givenUp: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: RasterSourceProps) {
    super(scope, id);
    const { rasters, startRefresh, encryptionKey, alarms } = props;
    const { function: lambda } = startRefresh;
    this.bucket = rasters.every(({ bucket }) => bucket) ? undefined : new RasterBucket(this, 'Bucket');
    const sources = rastersVariable(rasters, this.bucket?.bucketName ?? '');
    const givenUp = new DeadLetterQueue(this, 'GivenUpRasters', {
      encryptionKey,
      alarms,
      meaning: 'New rasters arrived that could not be recorded, or not be read: the message names them.',
    });
    this.givenUp = givenUp;
    const queue = new EncryptedQueue(this, 'NewRasters', {
      encryptionKey,
      // "Configuring an Amazon SQS queue": six times the function's time-out, and the batching window.
      visibilityTimeout: Duration.seconds(6 * (lambda.timeout?.toSeconds() ?? 0) + BATCHING_WINDOW.toSeconds()),
      deadLetterQueue: { queue: givenUp, maxReceiveCount: MAX_RECEIVES },
    });
    const rules = sources.map((source, index) => this.#rule(`Source${index}`, source, queue, givenUp));
    for (const target of [queue, givenUp]) acceptFrom(rules, target);

    this.variable = Stack.of(this).toJsonString(sources);
    startRefresh.set('RASTERS', this.variable);
    lambda.addEventSource(
      new SqsEventSource(queue, {
        batchSize: BATCH_SIZE,
        maxBatchingWindow: BATCHING_WINDOW,
        reportBatchItemFailures: true,
      }),
    );
    Validations.of(lambda).acknowledge({
      id: 'Serverless-LambdaEventSourceMappingDestination',
      reason: 'Lambda has no failure destination for SQS: the queue itself has a dead-letter queue with an alarm.',
    });
  }

  #rule(id: string, source: Parameters<typeof rasterPattern>[0], queue: Queue, dlq: Queue) {
    return new Rule(this, id, {
      eventPattern: rasterPattern(source),
      targets: [{ bind: () => ({ arn: queue.queueArn, deadLetterConfig: { arn: dlq.queueArn } }) }],
    });
  }
}

/** One statement for all rules: a queue's policy holds 20 statements at most. */
function acceptFrom(rules: readonly Rule[], queue: Queue): void {
  queue.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnEquals: { 'aws:SourceArn': rules.map(({ ruleArn }) => ruleArn) } },
    }),
  );
}
