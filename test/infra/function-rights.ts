import { pascalCase } from '../../infra/operations.ts';
import { OPERATIONS } from './machines.ts';
import { ACCOUNT, keyStatement, REGION } from './synthesize.ts';

export const RENEWAL = 'renew-from-rasters';
export const LEDGER = 'arn:aws:dynamodb:JobsLedger';
export const TOPIC = 'arn:aws:sns:NotificationsTopic';
export const stateMachineArn = (name: string) => `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:${name}`;
export const CHAT = 'arn:aws:sns:eu-west-1:111122223333:chat';

/** Only state machines call these; they talk to a vendor. */
export const OF_MACHINES = ['check-job', 'cancel-job', 'count-rasters'];
/** It talks to a vendor for people, and only reads. */
export const FOR_PEOPLE = ['check-target'];
/** These decide, and talk to nobody outside AWS. */
export const DECISIONS = [
  'take-turn',
  'join-targets',
  'next-unit',
  'settle-run',
  'sweep-runs',
  'pause-site',
  'tell-of-runs',
  'send-notices',
  'tell-clients',
  'start-refresh',
  'renew-rasters',
  'show-runs',
  'act-on-run',
];
/** It reads S3, and writes the ledger. */
export const OF_RASTERS = 'read-footprint';
export const FUNCTIONS = [...OPERATIONS, ...OF_MACHINES, ...FOR_PEOPLE, ...DECISIONS, OF_RASTERS];

const allow = (Action: string | string[], Resource: string | string[]) => ({ Effect: 'Allow', Action, Resource });
const executionsOf = (name: string) => stateMachineArn(name).replace(':stateMachine:', ':execution:');

/** Starting the machine for new rasters, and looking whether it is at work. */
const RENEWAL_STARTS = [
  allow('states:StartExecution', stateMachineArn(RENEWAL)),
  allow('states:DescribeExecution', `${executionsOf(RENEWAL)}:*`),
];

/** What each function that decides may do. */
const OF_DECISIONS: Record<string, object[]> = {
  'take-turn': [
    allow(['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem'], LEDGER),
    allow('dynamodb:Query', `${LEDGER}/index/waiting`),
    keyStatement('dynamodb', 'kms:Decrypt'),
    traces(),
  ],
  'settle-run': [
    allow(['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem'], LEDGER),
    keyStatement('dynamodb', 'kms:Decrypt'),
    traces(),
    allow(
      'states:StopExecution',
      OPERATIONS.map((name) => `${executionsOf(name)}:*`),
    ),
  ],
  'next-unit': [
    allow(['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem'], LEDGER),
    allow('dynamodb:Query', `${LEDGER}/index/started`),
    keyStatement('dynamodb', 'kms:Decrypt'),
    traces(),
    allow('states:StartExecution', 'arn:aws:stepfunctions:JobsCancelRun'),
  ],
  'join-targets': [
    allow(['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem'], LEDGER),
    keyStatement('dynamodb', 'kms:Decrypt'),
    traces(),
  ],
  'sweep-runs': [
    allow('dynamodb:BatchGetItem', LEDGER),
    allow('dynamodb:Query', `${LEDGER}/index/open`),
    keyStatement('dynamodb', 'kms:Decrypt'),
    traces(),
    allow('states:StartExecution', 'arn:aws:stepfunctions:JobsCancelRun'),
    allow(
      'states:DescribeExecution',
      OPERATIONS.map((name) => `${executionsOf(name)}:*`),
    ),
    ...RENEWAL_STARTS,
    {
      ...allow(['dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:Query'], LEDGER),
      Condition: {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['rasters'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    },
  ],
  'pause-site': [
    allow(['dynamodb:BatchGetItem', 'dynamodb:UpdateItem'], LEDGER),
    allow('dynamodb:Query', `${LEDGER}/index/open`),
    keyStatement('dynamodb', 'kms:Decrypt'),
    traces(),
    allow(
      'states:StopExecution',
      OPERATIONS.map((name) => `${executionsOf(name)}:*`),
    ),
  ],
  'show-runs': [
    {
      ...allow('dynamodb:Query', LEDGER),
      Condition: {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['pause', 'last-run', 'failed-run'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    },
    allow('dynamodb:BatchGetItem', LEDGER),
    allow('dynamodb:Query', `${LEDGER}/index/open`),
    keyStatement('dynamodb', 'kms:Decrypt'),
    traces(),
  ],
  'act-on-run': [
    allow('dynamodb:GetItem', LEDGER),
    keyStatement('dynamodb', 'kms:Decrypt'),
    allow('states:StartExecution', [stateMachineArn('pause-site'), stateMachineArn('manage-map-server-cache-tiles')]),
    traces(),
    allow(
      'states:StopExecution',
      [...OPERATIONS, RENEWAL].map((name) => `${executionsOf(name)}:*`),
    ),
  ],
  'tell-of-runs': [
    allow(['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem'], LEDGER),
    allow('dynamodb:Query', `${LEDGER}/index/open`),
    keyStatement('dynamodb', 'kms:Decrypt'),
    allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], LEDGER),
    allow('dynamodb:ListStreams', '*'),
    {
      ...allow('events:PutEvents', `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/default`),
      Condition: { StringEquals: { 'events:source': 'cache-ops' } },
    },
    traces(),
    allow('sqs:SendMessage', 'arn:aws:sqs:RunEventsUntoldRuns'),
    keyStatement('sqs', ['kms:GenerateDataKey', 'kms:Decrypt']),
  ],
  'send-notices': [
    allow(['dynamodb:UpdateItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:Query'], LEDGER),
    keyStatement('dynamodb', 'kms:Decrypt'),
    allow('sns:Publish', [TOPIC, CHAT]),
    keyStatement('sns', ['kms:GenerateDataKey', 'kms:Decrypt']),
    traces(),
    allow('sqs:SendMessage', 'arn:aws:sqs:UnsentNotices'),
    keyStatement('sqs', ['kms:GenerateDataKey', 'kms:Decrypt']),
  ],
  'tell-clients': [
    allow('appsync:EventPublish', 'arn:aws:appsync:ClientsApi/channelNamespace/tiles'),
    traces(),
    allow('sqs:SendMessage', 'arn:aws:sqs:ClientsUntoldClients'),
    keyStatement('sqs', ['kms:GenerateDataKey', 'kms:Decrypt']),
  ],
  'start-refresh': [
    allow(['dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem'], LEDGER),
    keyStatement('dynamodb', 'kms:Decrypt'),
    traces(),
    allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], 'arn:aws:sqs:RastersNewRasters'),
    keyStatement('sqs', 'kms:Decrypt'),
    ...RENEWAL_STARTS,
  ],
  'read-footprint': [
    allow(['dynamodb:Query', 'dynamodb:UpdateItem'], LEDGER),
    keyStatement('dynamodb', 'kms:Decrypt'),
    traces(),
  ],
  'renew-rasters': [
    allow(['dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:Query', 'dynamodb:BatchWriteItem'], LEDGER),
    keyStatement('dynamodb', 'kms:Decrypt'),
    traces(),
    ...RENEWAL_STARTS,
  ],
};

function traces(): object {
  return allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*');
}

/** All that a function may do. */
export function expectedStatements(name: string): object[] {
  const log = allow(['logs:CreateLogStream', 'logs:PutLogEvents'], `arn:aws:logs:${pascalCase(name)}Logs`);
  const ofDecision = OF_DECISIONS[name];
  if (ofDecision !== undefined) return [log, ...ofDecision];
  const secrets = allow(
    'secretsmanager:GetSecretValue',
    `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:cache-ops/*`,
  );
  if ([...OF_MACHINES, ...FOR_PEOPLE].includes(name)) return [log, secrets, traces()];
  return [
    log,
    allow('states:StartExecution', stateMachineArn(name)),
    secrets,
    traces(),
    allow('sqs:SendMessage', 'arn:aws:sqs:FailedInvocations'),
    keyStatement('sqs', ['kms:GenerateDataKey', 'kms:Decrypt']),
    allow('states:DescribeExecution', `${executionsOf(name)}:by-hand-*`),
  ];
}
