import { Duration, Stack, Validations } from 'aws-cdk-lib';
import type { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { CfnRegistry, CfnSchema } from 'aws-cdk-lib/aws-eventschemas';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { eventNames } from '../../shared/ledger/events.ts';
import { eventJsonSchema } from '../event-schemas.ts';
import { ownName } from '../names.ts';
import type { Alarms } from './alarms.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { EncryptionKey } from './encryption-key.ts';
import type { Ledger } from './ledger.ts';
import type { OperationFunction } from './operation-function.ts';

const BATCH_SIZE = 25;
/** Until the record expires, which a stream's records do after a day. */
const FOR_EVER = -1;
const LATE = Duration.hours(1);

interface RunEventsProps {
  readonly ledger: Ledger;
  readonly tellOfRuns: OperationFunction;
  /** Fires every hour: what the stream has not told is looked for then. */
  readonly everyHour: Rule;
  readonly encryptionKey: EncryptionKey;
  readonly alarms: Alarms;
}

/** The ledger's stream -> tell-of-runs -> the account's default event bus; and the schemas of its events. */
export class RunEvents extends Construct {
  constructor(scope: Construct, id: string, props: RunEventsProps) {
    super(scope, id);
    const { ledger, tellOfRuns, everyHour, encryptionKey, alarms } = props;
    const { function: lambda } = tellOfRuns;
    const untold = new DeadLetterQueue(this, 'UntoldRuns', {
      encryptionKey,
      alarms,
      meaning: 'What became of some runs was not told as an event for a day; their ends are told by the hourly look.',
    });
    if (lambda.role) untold.grantSendMessages(lambda.role);
    const mapping = new CfnEventSourceMapping(this, 'Stream', {
      functionName: lambda.functionName,
      eventSourceArn: ledger.tableStreamArn ?? '',
      startingPosition: 'TRIM_HORIZON',
      batchSize: BATCH_SIZE,
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: FOR_EVER,
      maximumRecordAgeInSeconds: FOR_EVER,
      functionResponseTypes: ['ReportBatchItemFailures'],
      destinationConfig: { onFailure: { destination: untold.queueArn } },
      // Runs only: not the claims, which change all the time.
      filterCriteria: {
        filters: [{ pattern: JSON.stringify({ dynamodb: { NewImage: { startedAt: { S: [{ exists: true }] } } } }) }],
      },
    });
    // Lambda refuses a stream that the role may not read yet.
    if (lambda.role) mapping.node.addDependency(lambda.role);
    alarms.add(
      'LateEvents',
      lambda.metric('IteratorAge', { statistic: 'Maximum' }),
      'Events of runs are late: tell-of-runs fails.',
      {
        threshold: LATE.toMilliseconds(),
      },
    );
    everyHour.addTarget(new LambdaFunction(lambda, { retryAttempts: 0 }));
    this.#addSchemas();
    Validations.of(lambda).acknowledge({
      id: 'Serverless-LambdaEventSourceMappingDestination',
      reason: 'It has one; and the ends that the stream did not tell are looked for every hour.',
    });
  }

  #addSchemas(): void {
    const registry = new CfnRegistry(this, 'Registry', {
      registryName: ownName(this, 'cache-ops-events'),
      description: 'The events of cache-ops',
    });
    for (const name of eventNames()) {
      const id = name.replaceAll(' ', '');
      new CfnSchema(this, id, {
        registryName: registry.attrRegistryName,
        schemaName: `cache-ops@${id}`,
        type: 'JSONSchemaDraft4',
        description: `What the event ${name} says`,
        content: JSON.stringify(eventJsonSchema(name, 'draft-4')),
      });
    }
  }
}

/** The one right of the function beside the ledger. */
export function mayPutEvents(scope: Construct): PolicyStatement {
  const bus = Stack.of(scope).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' });
  return new PolicyStatement({
    actions: ['events:PutEvents'],
    resources: [bus],
    conditions: { StringEquals: { 'events:source': 'cache-ops' } },
  });
}
