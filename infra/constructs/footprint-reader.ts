import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Settings } from '../settings/settings.ts';
import type { Alarms } from './alarms.ts';
import type { EncryptionKey } from './encryption-key.ts';
import type { Ledger } from './ledger.ts';
import { OperationFunction } from './operation-function.ts';
import type { RasterBucket } from './raster-bucket.ts';

type Raster = Settings['rasters'][number];

interface FootprintReaderProps {
  readonly rasters: readonly Raster[];
  readonly ledger: Ledger;
  /** The sources, as functions are told of them. */
  readonly variable: string;
  /** The bucket of the sources that name none. */
  readonly ownBucket: RasterBucket | undefined;
  readonly encryptionKey: EncryptionKey;
  readonly alarms: Alarms;
}

/** The function that reads rasters where they lie: below the prefixes of their sources, and nothing else of S3. */
export class FootprintReader extends OperationFunction {
  constructor(scope: Construct, id: string, props: FootprintReaderProps) {
    const { rasters, ledger, variable, ownBucket, encryptionKey, alarms } = props;
    super(scope, id, {
      name: 'read-footprint',
      description: 'Reads where new rasters lie, and which tiles they touch.',
      // A call reads for a minute at most; a manifest may list some thousands of files.
      timeout: Duration.minutes(5),
      memoryMB: 1024,
      environment: { LEDGER_TABLE: ledger.tableName, RASTERS: variable },
      access: ledger.decisionAccess(['Query', 'UpdateItem']),
      encryptionKey,
    });
    for (const raster of rasters.filter(isRead)) this.#allowReading(raster, ownBucket);
    alarms.add(id, this.function.metricErrors(), 'New rasters cannot be read where they lie: S3 refuses it, or fails.');
  }

  #allowReading({ bucket, prefix = '', keyArn, ready }: Raster, ownBucket: RasterBucket | undefined): void {
    const stack = Stack.of(this);
    const bucketArn =
      bucket === undefined
        ? (ownBucket?.bucketArn ?? '')
        : stack.formatArn({ service: 's3', region: '', account: '', resource: bucket });
    const start = literal(prefix);
    const folder = start.slice(0, start.lastIndexOf('/') + 1);
    // Where the prefix goes on behind a folder, these lie beside what begins so.
    const beside = folder === start ? [] : [ready?.marker, ready?.manifest].filter((name) => name !== undefined);
    const objects = [`${start}*`, ...beside.map((name) => `${folder}${literal(name)}`)];
    this.allow(
      new PolicyStatement({ actions: ['s3:GetObject'], resources: objects.map((key) => `${bucketArn}/${key}`) }),
      // Without it S3 answers 403 where an object is not there. It asks so without a prefix.
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [bucketArn],
        conditions: { StringLikeIfExists: { 's3:prefix': `${start}*` } },
      }),
    );
    if (keyArn !== undefined) {
      const viaService = `s3.${stack.region}.amazonaws.com`;
      this.allow(
        new PolicyStatement({
          actions: ['kms:Decrypt'],
          resources: [keyArn],
          conditions: { StringEquals: { 'kms:ViaService': viaService } },
        }),
      );
    }
    Validations.of(this).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${bucket === undefined ? `<${stack.getLogicalId(Object(ownBucket?.node.defaultChild))}.Arn>` : `arn:<AWS::Partition>:s3:::${bucket}`}/${start}*]`,
      reason:
        'It reads the rasters of a source and what lies beside them; their names are not known before they arrive.',
    });
  }
}

/** Whether anything of a source is read. */
function isRead({ tiles, ready }: Raster): boolean {
  return tiles !== undefined || (ready?.marker ?? ready?.manifest ?? ready?.sidecar) !== undefined;
}

/** In a policy `${…}` is a variable. */
function literal(text: string): string {
  return text.replaceAll('$', '$${$}');
}
