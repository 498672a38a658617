import { Duration, Stack } from 'aws-cdk-lib';
import { CfnApi, CfnApiKey, CfnChannelNamespace } from 'aws-cdk-lib/aws-appsync';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { NAMESPACE } from '../../shared/clients/channel.ts';
import { SOURCE } from '../../shared/ledger/events.ts';
import { ownName } from '../names.ts';
import type { Alarms } from './alarms.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { EncryptionKey } from './encryption-key.ts';
import { keyEnd } from './key-end.ts';
import type { OperationFunction } from './operation-function.ts';
import type { DecisionProps } from './telling.ts';

interface MapClientsProps {
  /** Adds a function that runs outside the VPC. */
  readonly decision: (name: string, props: DecisionProps) => OperationFunction;
  /** Is invoked every hour: by its metric the alarm knows what time it is. */
  readonly sweepRuns: OperationFunction;
  readonly encryptionKey: EncryptionKey;
  readonly alarms: Alarms;
}

const IAM = { authType: 'AWS_IAM' };
const API_KEY = { authType: 'API_KEY' };
const WARNED_BEFORE = Duration.days(30);

/** By what map clients hear of renewed tiles: an AppSync Events API, the function that publishes, and a key that may only listen. */
export class MapClients extends Construct {
  /** What a map page has to know, by the names of the stack's outputs. */
  readonly outputs: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: MapClientsProps) {
    super(scope, id);
    const api = this.#addApi();
    const end = keyEnd(new Date());
    const key = new CfnApiKey(this, 'Key', {
      apiId: api.attrApiId,
      description: 'Lets map pages listen for renewed tiles; it may do nothing else.',
      expires: seconds(end),
    });
    this.#addPublisher(api, props);
    this.#watchEnd(end, props);
    this.outputs = {
      ClientsHttpEndpoint: endpoint(api),
      ClientsWebSocketEndpoint: `wss://${api.attrDnsRealtime}/event/realtime`,
      ClientsApiKey: key.attrApiKey,
      ClientsApiKeyId: key.attrApiKeyId,
      ClientsApiKeyEnd: end.toISOString(),
    };
  }

  #addApi(): CfnApi {
    const api = new CfnApi(this, 'Api', {
      name: ownName(this, 'cache-ops-clients'),
      eventConfig: {
        authProviders: [IAM, API_KEY],
        connectionAuthModes: [IAM, API_KEY],
        defaultPublishAuthModes: [IAM],
        defaultSubscribeAuthModes: [IAM, API_KEY],
      },
    });
    new CfnChannelNamespace(this, 'Namespace', {
      apiId: api.attrApiId,
      name: NAMESPACE,
      publishAuthModes: [IAM],
      subscribeAuthModes: [IAM, API_KEY],
    });
    return api;
  }

  #addPublisher(api: CfnApi, { decision, encryptionKey, alarms }: MapClientsProps): void {
    const untold = new DeadLetterQueue(this, 'UntoldClients', {
      encryptionKey,
      alarms,
      meaning: 'Map clients were not told that tiles were renewed: the message holds the event.',
    });
    const { function: lambda } = decision('tell-clients', {
      description: 'Tells map clients which tiles were renewed.',
      environment: { EVENTS_URL: endpoint(api), EVENTS_REGION: Stack.of(this).region },
      access: [
        new PolicyStatement({
          actions: ['appsync:EventPublish'],
          resources: [`${api.attrApiArn}/channelNamespace/${NAMESPACE}`],
        }),
      ],
      failures: untold,
      retries: 2,
    });
    new Rule(this, 'Renewed', {
      eventPattern: {
        source: [SOURCE],
        detailType: ['Tiles Renewed'],
        detail: { stack: [Stack.of(this).stackName] },
      },
      targets: [new LambdaFunction(lambda, { deadLetterQueue: untold })],
    });
  }

  /**
   * AppSync has no metric of it. `EPOCH` gives the time of every period of its metric, those without data included
   * ("Using metric math", Amazon CloudWatch user guide), and this one has data every hour.
   */
  #watchEnd(end: Date, { sweepRuns, alarms }: MapClientsProps): void {
    const period = Duration.hours(1);
    const time = new MathExpression({
      expression: 'EPOCH(m1)',
      usingMetrics: { m1: sweepRuns.function.metricInvocations({ period }) },
      period,
      label: 'Seconds since 1970',
    });
    alarms.add('ClientKeyEnds', time, `The key of map clients ends at ${end.toISOString()}: deploy the stack again.`, {
      threshold: seconds(end) - WARNED_BEFORE.toSeconds(),
    });
  }
}

function endpoint(api: CfnApi): string {
  return `https://${api.attrDnsHttp}/event`;
}

function seconds(time: Date): number {
  return time.getTime() / 1000;
}
