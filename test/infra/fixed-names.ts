import type { Resource } from './synthesize.ts';

/** The property that says what a resource is called in its account and region. */
export const NAMED_BY = new Map([
  ['AWS::CloudWatch::Alarm', 'AlarmName'],
  ['AWS::CloudWatch::Dashboard', 'DashboardName'],
  ['AWS::DynamoDB::Table', 'TableName'],
  ['AWS::EventSchemas::Registry', 'RegistryName'],
  ['AWS::Events::Rule', 'Name'],
  ['AWS::IAM::Role', 'RoleName'],
  ['AWS::KMS::Alias', 'AliasName'],
  ['AWS::Lambda::Function', 'FunctionName'],
  ['AWS::Logs::LogGroup', 'LogGroupName'],
  ['AWS::Logs::QueryDefinition', 'Name'],
  ['AWS::S3::Bucket', 'BucketName'],
  ['AWS::SNS::Topic', 'TopicName'],
  ['AWS::SQS::Queue', 'QueueName'],
  ['AWS::Scheduler::ScheduleGroup', 'Name'],
  ['AWS::StepFunctions::StateMachine', 'StateMachineName'],
]);

/** What the template itself calls a resource; undefined where CloudFormation makes a name up. */
export function fixedNameOf({ Type, Properties }: Pick<Resource, 'Type' | 'Properties'>): string | undefined {
  const name = Properties[NAMED_BY.get(Type) ?? ''];
  return name === undefined ? undefined : String(name);
}
