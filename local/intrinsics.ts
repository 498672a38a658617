import * as z from 'zod';

/** The account and the region that the local platform plays. */
export const LOCAL_ACCOUNT = '000000000000';
export const LOCAL_REGION = 'us-east-1';

/** The parts of a CloudFormation template that are read here. */
export const templateSchema = z.object({
  Parameters: z.record(z.string(), z.object({ Default: z.unknown().optional() })).default({}),
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown() })).default({}),
});

/** A parsed template. */
export type Template = z.infer<typeof templateSchema>;

interface ResourceKind {
  nameProperty: string;
  arn: (name: string) => string;
  /** What `Ref` gives; the name when absent. */
  ref?: (name: string) => string;
}

const arnOf = (service: string, prefix: string) => (name: string) =>
  `arn:aws:${service}:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${prefix}${name}`;

const KINDS: Record<string, ResourceKind> = {
  'AWS::Lambda::Function': { nameProperty: 'FunctionName', arn: arnOf('lambda', 'function:') },
  'AWS::StepFunctions::StateMachine': {
    nameProperty: 'StateMachineName',
    arn: arnOf('states', 'stateMachine:'),
    ref: arnOf('states', 'stateMachine:'),
  },
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    arn: arnOf('sqs', ''),
    ref: (name) => `https://sqs.${LOCAL_REGION}.amazonaws.com/${LOCAL_ACCOUNT}/${name}`,
  },
  'AWS::DynamoDB::Table': { nameProperty: 'TableName', arn: arnOf('dynamodb', 'table/') },
  'AWS::S3::Bucket': { nameProperty: 'BucketName', arn: (name) => `arn:aws:s3:::${name}` },
  'AWS::SNS::Topic': { nameProperty: 'TopicName', arn: arnOf('sns', ''), ref: arnOf('sns', '') },
  'AWS::Events::Rule': { nameProperty: 'Name', arn: arnOf('events', 'rule/') },
  'AWS::Logs::LogGroup': { nameProperty: 'LogGroupName', arn: arnOf('logs', 'log-group:') },
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    arn: (name) => `arn:aws:iam::${LOCAL_ACCOUNT}:role/${name}`,
  },
};
const OTHER_KIND: ResourceKind = { nameProperty: 'Name', arn: arnOf('local', '') };

const PSEUDO_PARAMETERS: Record<string, string> = {
  'AWS::AccountId': LOCAL_ACCOUNT,
  'AWS::Region': LOCAL_REGION,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'CacheOps',
  'AWS::StackId': `arn:aws:cloudformation:${LOCAL_REGION}:${LOCAL_ACCOUNT}:stack/CacheOps/local`,
};

/** Replaces CloudFormation's intrinsic functions by the values that they have on this machine. */
export class Intrinsics {
  readonly #template: Template;

  constructor(template: Template) {
    this.#template = template;
  }

  /** The physical name of a resource: its own, or one made of its logical id. */
  nameOf(logicalId: string): string {
    const { Type: type, Properties: properties } = this.#resource(logicalId);
    const given = properties[kindOf(type).nameProperty];
    if (given !== undefined) return this.text(given);
    // Bucket names have no upper case; Lambda stops at 64 characters.
    return type === 'AWS::S3::Bucket' ? logicalId.toLowerCase().slice(0, 63) : logicalId.slice(0, 64);
  }

  arnOf(logicalId: string): string {
    return kindOf(this.#resource(logicalId).Type).arn(this.nameOf(logicalId));
  }

  /** Resolves a value that must come out as text. */
  text(value: unknown): string {
    const resolved = this.resolve(value);
    if (typeof resolved === 'object') throw new Error(`not a text: ${JSON.stringify(value)}`);
    return String(resolved);
  }

  resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(item));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [only] = entries;
    if (entries.length === 1 && only && (only[0] === 'Ref' || only[0].startsWith('Fn::'))) {
      return this.#call(only[0], only[1]);
    }
    return Object.fromEntries(entries.map(([key, item]) => [key, this.resolve(item)]));
  }

  #call(name: string, argument: unknown): unknown {
    switch (name) {
      case 'Ref':
        return this.#ref(String(argument));
      case 'Fn::GetAtt':
        return this.#attribute(argument);
      case 'Fn::Join':
        return this.#join(argument);
      case 'Fn::Sub':
        return this.#substitute(argument);
      case 'Fn::Select': {
        const [index, list] = z.tuple([z.coerce.number(), z.array(z.unknown())]).parse(this.resolve(argument));
        return list[index];
      }
      case 'Fn::Split': {
        const [separator, text] = z.tuple([z.string(), z.string()]).parse(this.resolve(argument));
        return text.split(separator);
      }
      default:
        throw new Error(`The local platform does not know the intrinsic function ${name}`);
    }
  }

  #ref(name: string): unknown {
    const pseudo = PSEUDO_PARAMETERS[name];
    if (pseudo !== undefined) return pseudo;
    const parameter = this.#template.Parameters[name];
    if (parameter) return parameter.Default;
    const physicalName = this.nameOf(name);
    return kindOf(this.#resource(name).Type).ref?.(physicalName) ?? physicalName;
  }

  #attribute(argument: unknown): string {
    const [logicalId = '', attribute = ''] = Array.isArray(argument)
      ? argument.map(String)
      : String(argument).split(/\.(.*)/s);
    const physicalName = this.nameOf(logicalId);
    if (attribute === 'Arn' || attribute === 'TopicArn') return this.arnOf(logicalId);
    if (attribute === 'StreamArn') return `${this.arnOf(logicalId)}/stream/local`;
    return attribute.endsWith('Name') ? physicalName : `${physicalName}.${attribute}`;
  }

  #join(argument: unknown): string {
    const [separator, parts] = z.tuple([z.string(), z.array(z.unknown())]).parse(argument);
    return parts.map((part) => this.text(part)).join(separator);
  }

  #substitute(argument: unknown): string {
    const [text, variables] = z
      .tuple([z.string(), z.record(z.string(), z.unknown())])
      .parse(Array.isArray(argument) ? argument : [argument, {}]);
    return text.replaceAll(/\$\{([^}]+)\}/g, (_match, name: string) => {
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      if (name in variables) return this.text(variables[name]);
      return name.includes('.') ? this.#attribute(name) : this.text({ Ref: name });
    });
  }

  #resource(logicalId: string): Template['Resources'][string] {
    const resource = this.#template.Resources[logicalId];
    if (!resource) throw new Error(`The template has no resource ${logicalId}`);
    return resource;
  }
}

function kindOf(type: string): ResourceKind {
  return KINDS[type] ?? OTHER_KIND;
}
