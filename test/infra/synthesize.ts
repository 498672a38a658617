import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { addStack } from '../../infra/add-stack.ts';
import { settingsSchema } from '../../infra/settings/settings.ts';
import { readableId, resolveReferences } from './references.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';
/** What tells this stack from a former one of its name. */
export const STACK_ID = '0a1b2c3d-0000-11f0-8000-0123456789ab';
/** The key that the stack makes. */
export const KEY = 'arn:aws:kms:EncryptionKey';

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
});

/** A resource with its references replaced by ARNs that tell what is meant: `arn:aws:sqs:<logical id>`. */
export type Resource = z.output<typeof resourceSchema>;

export interface Synthesized {
  /** Of the stack. */
  readonly name: string;
  readonly template: Template;
  readonly resources: ReadonlyMap<string, Resource>;
  /** The logical ids of a type's resources. */
  idsOf(type: string): string[];
  /** The one resource of the type whose logical id starts so. */
  one(type: string, idStart?: string): Resource;
}

/** An app with the stack and without bundling, which is what takes the time. */
export function appOf(settings: object = {}): { app: App; stack: Stack } {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  return { app, stack: addStack(app, settingsSchema.parse(settings)) };
}

/** Synthesizes the stack with settings as they stand in the file. */
export function synthesize(settings: object = {}): Synthesized {
  const { stack } = appOf(settings);
  const template = Template.fromStack(stack);
  const json = z.object({ Resources: z.record(z.string(), resourceSchema) }).parse(template.toJSON());
  const resources = new Map(
    Object.entries(json.Resources).map(([id, resource]) => [
      id,
      {
        ...resource,
        Properties: z
          .record(z.string(), z.unknown())
          .parse(resolveReferences(resource.Properties, (logicalId) => reference(logicalId, json.Resources))),
      },
    ]),
  );
  const find = (type: string, idStart: string) =>
    [...resources].filter(([id, { Type }]) => Type === type && id.startsWith(idStart));
  return {
    name: stack.stackName,
    template,
    resources,
    idsOf: (type) => find(type, '').map(([id]) => id),
    one: (type, idStart = '') => {
      const [found, ...more] = find(type, idStart);
      if (!found || more.length > 0) throw new Error(`${found ? 'several' : 'no'} ${type} ${idStart}*`);
      return found[1];
    },
  };
}

/** What a role may do with the key when this service asks for it, as the template has it. */
export function keyStatement(service: 'dynamodb' | 'sqs' | 'sns', action: string | string[]): object {
  return {
    Effect: 'Allow',
    Action: action,
    Resource: KEY,
    Condition: { StringEquals: { 'kms:ViaService': `${service}.${REGION}.amazonaws.com` } },
  };
}

const PSEUDO_PARAMETERS: Record<string, string> = {
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
  'AWS::StackId': `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/CacheOps/${STACK_ID}`,
};

function reference(id: string, resources: Record<string, Resource>): string {
  const service = resources[id]?.Type.split('::')[1]?.toLowerCase();
  return PSEUDO_PARAMETERS[id] ?? `arn:aws:${service}:${readableId(id)}`;
}
