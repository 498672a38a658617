import * as z from 'zod';
import { readableId, resolveReferences } from './references.ts';

/** One statement of a policy in words. */
export interface Permission {
  /** The function, machine or other user of the role; in a policy of a resource, whom that lets in. */
  readonly who: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  /** By the names of the template. */
  readonly resources: readonly string[];
  readonly conditions: readonly string[];
}

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
});
const strings = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const principalSchema = z.union([z.string().transform((one) => [one]), z.record(z.string(), strings)]);
const documentSchema = z.object({
  Statement: z.array(
    z.object({
      Effect: z.enum(['Allow', 'Deny']),
      Action: strings,
      Resource: strings,
      Principal: principalSchema.optional(),
      Condition: z.record(z.string(), z.record(z.string(), strings)).default({}),
    }),
  ),
});
const rolePolicySchema = z.object({ PolicyDocument: documentSchema, Roles: z.array(z.string()) });

/** Policies that stand at a resource: their property, and what their `*` means. */
const RESOURCE_POLICIES: Record<string, string> = {
  'AWS::SQS::QueuePolicy': 'PolicyDocument',
  'AWS::SNS::TopicPolicy': 'PolicyDocument',
  'AWS::S3::BucketPolicy': 'PolicyDocument',
  'AWS::EC2::VPCEndpoint': 'PolicyDocument',
  'AWS::KMS::Key': 'KeyPolicy',
};

const PSEUDO_PARAMETERS: Record<string, string> = {
  'AWS::Partition': 'aws',
  'AWS::Region': '<region>',
  'AWS::AccountId': '<account>',
};

type Resources = z.output<typeof templateSchema>['Resources'];

/** Everything that the policies of a template say: what roles may do, then whom the resources let in. */
export function permissionsOf(templateJson: unknown): Permission[] {
  const { Resources } = templateSchema.parse(templateJson);
  const resolved = (properties: unknown) => resolveReferences(properties, (id) => nameOf(id, Resources));
  const users = usersOfRoles(Resources);
  const ofRoles = Object.values(Resources)
    .filter(({ Type }) => Type === 'AWS::IAM::Policy')
    .flatMap(({ Properties }) => {
      const { PolicyDocument, Roles } = rolePolicySchema.parse(resolved(Properties));
      const who = Roles.map((role) => users.get(role) ?? role).join(', ');
      return PolicyDocument.Statement.map((statement) => permission(who, statement));
    });
  const ofResources = Object.entries(Resources).flatMap(([id, { Type, Properties }]) => {
    const property = RESOURCE_POLICIES[Type];
    const document = property === undefined ? undefined : resolved(Properties[property]);
    if (document === undefined) return [];
    return documentSchema.parse(document).Statement.map((statement) => {
      const names = Object.values(statement.Principal ?? {})
        .flat()
        .join(', ');
      const principal = names === '*' ? 'everybody' : names;
      const who = Type === 'AWS::EC2::VPCEndpoint' ? `${principal} at endpoint ${readableId(id)}` : principal;
      // In a key's own policy the key is called *.
      const Resource = Type === 'AWS::KMS::Key' ? [nameOf(id, Resources)] : statement.Resource;
      return permission(who, { ...statement, Resource });
    });
  });
  return [...ofRoles.toSorted((a, b) => a.who.localeCompare(b.who)), ...ofResources];
}

function permission(who: string, statement: z.output<typeof documentSchema>['Statement'][number]): Permission {
  const conditions = Object.entries(statement.Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => `${key} ${operator} ${values.join(' or ')}`),
  );
  return { who, effect: statement.Effect, actions: statement.Action, resources: statement.Resource, conditions };
}

/** Who works under a role, by the role's name. */
function usersOfRoles(resources: Resources): Map<string, string> {
  const users = new Map<string, string>();
  for (const [id, { Type, Properties }] of Object.entries(resources)) {
    if (Type === 'AWS::IAM::Policy') continue;
    const text = JSON.stringify(Properties);
    for (const [, role = ''] of text.matchAll(/"(?:Role|RoleArn)":\{"Fn::GetAtt":\["(\w+)","Arn"\]\}/g)) {
      users.set(nameOf(role, resources), nameOf(id, resources));
    }
  }
  return users;
}

/** `function clear-rest-cache`, `queue FailedInvocations`: the kind of a resource and the name that people know. */
function nameOf(id: string, resources: Resources): string {
  const { Type = '', Properties = {} } = resources[id] ?? {};
  const pseudo = PSEUDO_PARAMETERS[id];
  if (pseudo !== undefined) return pseudo;
  const kind = Type.split('::')
    .at(-1)
    ?.replace(/^[A-Z]+/, (start) => start.toLowerCase());
  if (Type === 'AWS::Lambda::Function') return `function ${kebabCase(readableId(id).replace(/Function$/, ''))}`;
  if (Type === 'AWS::StepFunctions::StateMachine') return `machine ${Properties['StateMachineName']}`;
  if (Type === 'AWS::Scheduler::Schedule') return 'schedules';
  return `${kind} ${readableId(id)}`;
}

function kebabCase(name: string): string {
  return name.replace(/(?!^)[A-Z]/g, '-$&').toLowerCase();
}
