import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { ASKED } from '../../shared/ledger/raster-items.ts';
import { stateMachineArn } from '../arns.ts';
import { manageTiles } from '../operations.ts';
import type { Settings } from '../settings/settings.ts';
import type { Alarms } from './alarms.ts';
import type { EncryptionKey } from './encryption-key.ts';
import { FootprintReader } from './footprint-reader.ts';
import type { Ledger } from './ledger.ts';
import type { LoggedStateMachine } from './logged-state-machine.ts';
import type { OperationFunction } from './operation-function.ts';
import type { RasterBucket } from './raster-bucket.ts';
import { RasterRenewal, RENEWAL } from './raster-renewal.ts';
import { RasterSource } from './raster-source.ts';
import type { DecisionProps } from './telling.ts';

interface RastersProps {
  readonly settings: Pick<Settings, 'rasters' | 'ledger'>;
  readonly ledger: Ledger;
  /** The functions and the machines of all operations. */
  readonly functions: ReadonlyMap<string, IFunction>;
  readonly operations: ReadonlyMap<string, LoggedStateMachine>;
  /** Adds a function that has the ledger and no secret, and one that has secrets and no ledger. */
  readonly decision: (name: string, props: DecisionProps) => OperationFunction;
  readonly vendorFunction: (name: string, description: string) => IFunction;
  readonly encryptionKey: EncryptionKey;
  readonly alarms: Alarms;
}

/** All that follows from new rasters. */
export function addRasters(
  scope: Construct,
  props: RastersProps,
): { renewal: RasterRenewal; bucket: RasterBucket | undefined } {
  const { settings, ledger, functions, operations, decision, vendorFunction, encryptionKey, alarms } = props;
  const { rasters } = settings;
  const environment = { LEDGER_TABLE: ledger.tableName };
  const renewRasters = decision('renew-rasters', {
    description: 'Decides what is next for new rasters.',
    environment: { ...environment, KEEP_DAYS: String(settings.ledger.keepDays) },
    access: ledger.decisionAccess(['GetItem', 'UpdateItem', 'Query', 'BatchWriteItem']),
  });
  const startRefresh = decision('start-refresh', {
    description: 'Records new rasters, and starts what takes care of them.',
    environment: { ...environment, STATE_MACHINE_ARN: stateMachineArn(scope, RENEWAL) },
    access: ledger.decisionAccess(['GetItem', 'UpdateItem', 'BatchGetItem', 'BatchWriteItem']),
  });
  const parts = { rasters, encryptionKey, alarms };
  const { bucket, variable, givenUp } = new RasterSource(scope, 'Rasters', { ...parts, startRefresh });
  const reader = new FootprintReader(scope, 'ReadFootprint', { ...parts, ledger, variable, ownBucket: bucket });
  const asked = new Map<string, IFunction>([
    ['read-footprint', reader.function],
    ['count-rasters', vendorFunction('count-rasters', 'Counts the rasters that an image service finds.')],
    ...[...functions].filter(([name]) => name === manageTiles.name),
  ]);
  const renewal = new RasterRenewal(scope, 'Renewal', {
    ...parts,
    ledger,
    renewRasters,
    asked: ASKED.flatMap((name) => asked.get(name) ?? []),
    operations,
    variable,
    givenUp,
  });
  renewal.allowStarting(startRefresh);
  return { renewal, bucket };
}
