import { rmSync } from 'node:fs';
import * as z from 'zod';
import type { Settings } from '../infra/settings/settings.ts';
import { stackName } from '../infra/stack-name.ts';
import { count } from './settings-line.ts';

/** By type of resource: what it is, and how it is removed. The key is last: what it encrypts cannot be read without it. */
const STAYING: readonly (readonly [type: string, what: string, remove: string])[] = [
  ['AWS::DynamoDB::Table', 'ledger', 'aws dynamodb delete-table --table-name <name>'],
  ['AWS::S3::Bucket', 'raster bucket', 'empty it, then aws s3 rb s3://<name>'],
  ['AWS::Logs::LogGroup', 'log group', 'aws logs delete-log-group --log-group-name <name>'],
  ['AWS::KMS::Key', 'KMS key, last of all', 'aws kms schedule-key-deletion --key-id <id>'],
];

const templateSchema = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), DeletionPolicy: z.string().optional() })),
});

/** What is left when the stack of these settings is deleted, and how to remove it. */
export async function whatStays(settings: Settings): Promise<string[]> {
  const stack = stackName(settings);
  const types = await staying(settings);
  const unknown = [...types.keys()].filter((type) => !STAYING.some(([known]) => known === type));
  const lines = STAYING.flatMap(([type, what, remove]) => {
    const number = types.get(type) ?? 0;
    return number === 0 ? [] : [`  - ${count(number, what)}: ${remove}`];
  });
  return [
    `Delete ${stack} when no run is at work: its machines end, and their jobs run on.`,
    'These stay, and cost money until you remove them:',
    ...lines,
    ...unknown.map((type) => `  - ${type}`),
    `  - the secrets of the targets: aws secretsmanager delete-secret --secret-id ${settings.secretPrefix}<target>`,
    `Their names: aws cloudformation describe-stack-resources --stack-name ${stack} --output table`,
    'Write them down before the stack is gone.',
  ];
}

/** How many resources of each type CloudFormation leaves. */
async function staying(settings: Settings): Promise<Map<string, number>> {
  const [{ App }, { addStack }] = await Promise.all([import('aws-cdk-lib'), import('../infra/add-stack.ts')]);
  // Without bundling, which is what takes the time.
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] }, analyticsReporting: false });
  const { stackName: name } = addStack(app, settings);
  const assembly = app.synth();
  const { Resources } = templateSchema.parse(assembly.getStackByName(name).template);
  rmSync(assembly.directory, { recursive: true });
  const types = Object.values(Resources).flatMap(({ Type, DeletionPolicy = '' }) =>
    DeletionPolicy.startsWith('Retain') ? [Type] : [],
  );
  return new Map([...Map.groupBy(types, (type) => type)].map(([type, all]) => [type, all.length]));
}
