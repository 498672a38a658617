import { createHash } from 'node:crypto';
import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { SOURCE } from '../../shared/ledger/events.ts';
import { invalidateEdge } from '../machines/invalidate-edge/invalidate-edge.ts';
import { type Edge, serviceOf } from '../settings/edges.ts';
import type { Alarms } from './alarms.ts';
import type { EncryptionKey } from './encryption-key.ts';
import { EventDelivery } from './event-delivery.ts';
import type { Ledger } from './ledger.ts';
import { LoggedStateMachine } from './logged-state-machine.ts';
import { type RasterRenewal, RENEWAL } from './raster-renewal.ts';

interface EdgesProps {
  readonly edges: readonly Edge[];
  readonly ledger: Ledger;
  /** The machine of every operation, by its name. */
  readonly operations: ReadonlyMap<string, LoggedStateMachine>;
  readonly renewal: RasterRenewal | undefined;
  readonly encryptionKey: EncryptionKey;
  readonly alarms: Alarms;
}

/** What stands before the servers: it forgets its tiles when a run has changed them. */
export class Edges extends Construct {
  constructor(scope: Construct, id: string, props: EdgesProps) {
    super(scope, id);
    const { edges, ledger, operations, renewal, encryptionKey, alarms } = props;
    const runs = [...operations.keys(), ...(renewal === undefined ? [] : [RENEWAL])];
    const { partition, stackName } = Stack.of(this);
    const distributions = new Set(edges.map(({ cloudFront }) => cloudFront.distributionId));
    const machine = new LoggedStateMachine(this, 'InvalidateEdge', {
      name: 'invalidate-edge',
      encryptionKey,
      definition: invalidateEdge({ partition, table: ledger.tableName }),
      permissions: [
        new PolicyStatement({
          actions: ['cloudfront:CreateInvalidation'],
          resources: [...distributions].map((distribution) => this.#arnOf(distribution)),
        }),
        ledger.access('UpdateItem', runs),
        ledger.keyAccess(),
      ],
    });
    alarms.addForExecutions('InvalidateEdge', machine, 'CloudFront keeps old tiles: it was not invalidated.');
    const delivery = new EventDelivery(this, {
      machine,
      roleId: 'Role',
      queueId: 'UndeliveredEnds',
      meaning: 'The end of a run could not start the invalidation of an edge: the message holds the event.',
      encryptionKey,
      alarms,
    });
    const rules = edges.map((edge) => {
      const { target, cloudFront } = edge;
      const service = serviceOf(edge);
      return new Rule(this, `Edge-${this.#hashOf({ target, service, ...cloudFront })}`, {
        eventPattern: {
          source: [SOURCE],
          detailType: ['Run Ended'],
          detail: {
            stack: [stackName],
            target: [target],
            service: [service],
            status: ['succeeded', 'partly'],
            // Whoever attached to an equal run has changed nothing itself.
            attachedTo: [{ exists: false }],
          },
        },
        targets: [delivery.target(this.#toldOf(cloudFront))],
      });
    });
    delivery.allow(rules);
  }

  #arnOf(distribution: string): string {
    return Stack.of(this).formatArn({
      service: 'cloudfront',
      region: '',
      resource: 'distribution',
      resourceName: distribution,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
  }

  /** The same reference for the same paths: services that share them share the invalidation. */
  #toldOf({ distributionId, paths }: Edge['cloudFront']) {
    const edge = {
      reference: `${Stack.of(this).stackName}-${this.#hashOf({ distributionId, paths })}`,
      distributionId,
      paths: { Quantity: paths.length, Items: paths },
    };
    return {
      inputTemplate: `{"edge":${JSON.stringify(edge)},"run":"<run>","operation":"<operation>","endedAt":"<endedAt>"}`,
      inputPathsMap: { run: '$.detail.run', operation: '$.detail.operation', endedAt: '$.detail.finishedAt' },
    };
  }

  /** The same in every synthesis, also of a distribution of the same app. */
  #hashOf(value: object): string {
    const text = JSON.stringify(Stack.of(this).resolve(value));
    return createHash('sha256').update(text).digest('hex').slice(0, 12);
  }
}
