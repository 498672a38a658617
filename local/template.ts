import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { Intrinsics, type Template, templateSchema } from './intrinsics.ts';

const assetsSchema = z.object({
  files: z.record(z.string(), z.object({ source: z.object({ path: z.string() }) })),
});

const functionSchema = z.object({
  // A function whose code stands in the template is CloudFormation's own to call.
  Code: z.object({ S3Key: z.string().default('') }),
  Handler: z.string(),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()) }).default({ Variables: {} }),
  Timeout: z.coerce.number().default(3),
  MemorySize: z.coerce.number().default(128),
});

const stateMachineSchema = z.object({ DefinitionString: z.string() });

/** What CreateTable is told too. */
const tableSchema = z.object({
  KeySchema: z.array(z.unknown()),
  AttributeDefinitions: z.array(z.unknown()),
  GlobalSecondaryIndexes: z.array(z.unknown()).optional(),
  BillingMode: z.literal('PAY_PER_REQUEST'),
});

const queueSchema = z.object({
  VisibilityTimeout: z.coerce.number().default(30),
  RedrivePolicy: z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number() }).optional(),
});

const mappingSchema = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  BatchSize: z.number().default(10),
  MaximumBatchingWindowInSeconds: z.number().default(0),
  FunctionResponseTypes: z.array(z.string()).default([]),
});

const ruleSchema = z.object({
  EventPattern: z.record(z.string(), z.unknown()).optional(),
  ScheduleExpression: z.string().optional(),
  State: z.string().default('ENABLED'),
  Targets: z
    .array(
      z.object({
        Arn: z.string(),
        InputTransformer: z
          .object({ InputPathsMap: z.record(z.string(), z.string()), InputTemplate: z.string() })
          .optional(),
      }),
    )
    .default([]),
});

const bucketSchema = z.object({
  NotificationConfiguration: z
    .object({ EventBridgeConfiguration: z.object({ EventBridgeEnabled: z.boolean().default(true) }).optional() })
    .optional(),
});

const scheduleSchema = z.object({
  State: z.string().default('ENABLED'),
  Target: z.object({ Arn: z.string(), Input: z.string().default('{}') }),
});

const authModesSchema = z
  .array(z.object({ AuthType: z.string() }))
  .transform((modes) => modes.map((mode) => mode.AuthType));
const eventApiSchema = z.object({ EventConfig: z.object({ ConnectionAuthModes: authModesSchema }) });
const namespaceSchema = z.object({
  PublishAuthModes: authModesSchema,
  SubscribeAuthModes: authModesSchema,
});

const asyncInvocationSchema = z.object({
  FunctionName: z.string(),
  MaximumRetryAttempts: z.number().default(2),
  DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.string() }).optional() }).default({}),
});

/** A named resource of the template, its intrinsic functions resolved. */
type Named<T> = T & { name: string; arn: string };
/** A Lambda function and the folder that holds its bundle. */
export type FunctionResource = Named<z.infer<typeof functionSchema>> & { directory: string };
export type StateMachineResource = { name: string; arn: string; definition: unknown };
export type TableResource = { name: string; definition: z.infer<typeof tableSchema> };
export type QueueResource = Named<z.infer<typeof queueSchema>>;
export type RuleResource = Named<z.infer<typeof ruleSchema>>;
type BucketResource = Named<z.infer<typeof bucketSchema>>;
export type ScheduleResource = Named<z.infer<typeof scheduleSchema>>;
export type EventSourceMapping = z.infer<typeof mappingSchema>;

/** An AppSync Events API: by which modes clients may connect, publish and listen, and the keys of the mode `API_KEY`. */
export interface EventApiResource {
  connect: string[];
  namespaces: { name: string; publish: string[]; subscribe: string[] }[];
  apiKeys: string[];
}

/** What becomes of an event whose function fails and nobody waits for. */
export interface AsyncInvocation {
  functionName: string;
  retries: number;
  /** The name of a queue. */
  failures: string | undefined;
}

/** What the local platform runs of a synthesized stack. */
export interface StackTemplate {
  functions: FunctionResource[];
  stateMachines: StateMachineResource[];
  tables: TableResource[];
  queues: QueueResource[];
  rules: RuleResource[];
  buckets: BucketResource[];
  schedules: ScheduleResource[];
  eventSourceMappings: EventSourceMapping[];
  asyncInvocations: AsyncInvocation[];
  eventApi: EventApiResource | undefined;
  outputs: Record<string, string>;
}

/** Reads the one stack of a cloud assembly. */
export function readTemplate(assemblyDirectory: string): StackTemplate {
  const template = templateSchema.parse(readJson(assemblyDirectory, '.template.json'));
  const assets = assetsSchema.parse(readJson(assemblyDirectory, '.assets.json')).files;
  const intrinsics = new Intrinsics(template);
  const read = <T>(type: string, schema: z.ZodType<T>) => readResources(template, intrinsics, type, schema);

  return {
    functions: read('AWS::Lambda::Function', functionSchema).flatMap((resource) => {
      const path = assets[resource.Code.S3Key.replace(/\.zip$/, '')]?.source.path;
      return path === undefined ? [] : [{ ...resource, directory: join(assemblyDirectory, path) }];
    }),
    stateMachines: read('AWS::StepFunctions::StateMachine', stateMachineSchema).map(
      ({ name, arn, DefinitionString }) => ({ name, arn, definition: JSON.parse(DefinitionString) }),
    ),
    tables: read('AWS::DynamoDB::Table', tableSchema).map(({ name, arn: _arn, ...definition }) => ({
      name,
      definition,
    })),
    queues: read('AWS::SQS::Queue', queueSchema),
    rules: read('AWS::Events::Rule', ruleSchema),
    buckets: read('AWS::S3::Bucket', bucketSchema),
    schedules: read('AWS::Scheduler::Schedule', scheduleSchema),
    eventSourceMappings: read('AWS::Lambda::EventSourceMapping', mappingSchema),
    asyncInvocations: read('AWS::Lambda::EventInvokeConfig', asyncInvocationSchema).map(
      ({ FunctionName: functionName, MaximumRetryAttempts: retries, DestinationConfig }) => ({
        functionName,
        retries,
        failures: DestinationConfig.OnFailure?.Destination.split(':').at(-1),
      }),
    ),
    eventApi: readEventApi(template, intrinsics),
    outputs: Object.fromEntries(
      Object.entries(template.Outputs).map(([name, { Value: value }]) => [name, intrinsics.text(value)]),
    ),
  };
}

/** The only one of the stack, where it has one; the value of a key is what its outputs say. */
function readEventApi(template: Template, intrinsics: Intrinsics): EventApiResource | undefined {
  const read = <T>(type: string, schema: z.ZodType<T>) => readResources(template, intrinsics, type, schema);
  const [api] = read('AWS::AppSync::Api', eventApiSchema);
  if (api === undefined) return undefined;
  const keys = Object.entries(template.Resources).filter(([, { Type: type }]) => type === 'AWS::AppSync::ApiKey');
  return {
    connect: api.EventConfig.ConnectionAuthModes,
    namespaces: read('AWS::AppSync::ChannelNamespace', namespaceSchema).map(
      ({ name, PublishAuthModes: publish, SubscribeAuthModes: subscribe }) => ({ name, publish, subscribe }),
    ),
    apiKeys: keys.map(([logicalId]) => intrinsics.text({ 'Fn::GetAtt': [logicalId, 'ApiKey'] })),
  };
}

function readResources<T>(template: Template, intrinsics: Intrinsics, type: string, schema: z.ZodType<T>): Named<T>[] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([logicalId, { Properties: properties }]) => ({
      ...schema.parse(intrinsics.resolve(properties)),
      name: intrinsics.nameOf(logicalId),
      arn: intrinsics.arnOf(logicalId),
    }));
}

function readJson(directory: string, ending: string): unknown {
  const name = readdirSync(directory).find((entry) => entry.endsWith(ending));
  if (name === undefined) throw new Error(`no *${ending} in ${directory}`);
  return JSON.parse(readFileSync(join(directory, name), 'utf8'));
}
