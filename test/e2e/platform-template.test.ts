import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Intrinsics, templateSchema } from '../../local/intrinsics.ts';
import { readTemplate } from '../../local/template.ts';

const template = {
  Parameters: { Stage: { Default: 'prod' } },
  Resources: {
    Refresh: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: 'assets', S3Key: 'abc.zip' },
        Handler: 'index.handler',
        Timeout: 120,
        Environment: {
          Variables: {
            SECRET_PREFIX: 'cache-ops/',
            RASTERS: { 'Fn::Join': ['', ['[{"bucket":"', { Ref: 'Rasters' }, '"}]']] },
          },
        },
      },
    },
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: 'refresh-service',
        DefinitionString: {
          'Fn::Join': [
            '',
            ['{"StartAt":"A","States":{"A":{"Resource":"', { 'Fn::GetAtt': ['Refresh', 'Arn'] }, '"}}}'],
          ],
        },
      },
    },
    NewRasters: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        VisibilityTimeout: 750,
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['GivenUp', 'Arn'] }, maxReceiveCount: 5 },
      },
    },
    GivenUp: { Type: 'AWS::SQS::Queue' },
    Rasters: { Type: 'AWS::S3::Bucket', Properties: {} },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        BatchSize: 100,
        EventSourceArn: { 'Fn::GetAtt': ['NewRasters', 'Arn'] },
        FunctionName: { Ref: 'Refresh' },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      },
    },
  },
  Outputs: { RefreshServiceStateMachineArn: { Value: { Ref: 'Machine' } } },
};

const intrinsics = new Intrinsics(templateSchema.parse(template));

const values: [string, unknown, unknown][] = [
  ['Ref of a parameter', { Ref: 'Stage' }, 'prod'],
  ['Ref of a function', { Ref: 'Refresh' }, 'Refresh'],
  ['Ref of a state machine', { Ref: 'Machine' }, 'arn:aws:states:us-east-1:000000000000:stateMachine:refresh-service'],
  ['Ref of a queue', { Ref: 'GivenUp' }, 'https://sqs.us-east-1.amazonaws.com/000000000000/GivenUp'],
  ['Ref of a bucket', { Ref: 'Rasters' }, 'rasters'],
  ['GetAtt of an ARN', { 'Fn::GetAtt': ['Rasters', 'Arn'] }, 'arn:aws:s3:::rasters'],
  ['GetAtt of a name', { 'Fn::GetAtt': 'Machine.Name' }, 'refresh-service'],
  [
    'Sub with names, attributes and literals',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is CloudFormation's own syntax
    { 'Fn::Sub': ['${AWS::Region}/${Refresh.Arn}/${Own}/${!Literal}', { Own: { Ref: 'Stage' } }] },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is CloudFormation's own syntax
    'us-east-1/arn:aws:lambda:us-east-1:000000000000:function:Refresh/prod/${Literal}',
  ],
  ['Select and Split', { 'Fn::Select': [1, { 'Fn::Split': [':', { Ref: 'AWS::StackId' }] }] }, 'aws'],
  ['functions inside plain values', { list: [{ Ref: 'Stage' }, 1] }, { list: ['prod', 1] }],
];
for (const [name, value, expected] of values) {
  test(`resolves ${name}`, () => {
    assert.deepEqual(intrinsics.resolve(value), expected);
  });
}

test('refuses an intrinsic function that it does not know', () => {
  assert.throws(() => intrinsics.resolve({ 'Fn::ImportValue': 'Other' }), /Fn::ImportValue/);
});

test('refuses a reference to nothing', () => {
  assert.throws(() => intrinsics.resolve({ Ref: 'Nothing' }), /no resource Nothing/);
});

test('reads functions with the folders of their bundles, definitions, queues, mappings and outputs', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'cache-ops-template-'));
  t.after(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'CacheOps.template.json'), JSON.stringify(template));
  const assets = { files: { abc: { source: { path: 'asset.abc' } } } };
  writeFileSync(join(directory, 'CacheOps.assets.json'), JSON.stringify(assets));

  const stack = readTemplate(directory);

  const [refresh] = stack.functions;
  assert.equal(refresh?.directory, join(directory, 'asset.abc'));
  assert.deepEqual(refresh.Environment.Variables, { SECRET_PREFIX: 'cache-ops/', RASTERS: '[{"bucket":"rasters"}]' });
  assert.deepEqual(stack.stateMachines[0]?.definition, { StartAt: 'A', States: { A: { Resource: refresh.arn } } });
  const queueArns = stack.queues.map(({ arn, RedrivePolicy }) => [arn, RedrivePolicy?.deadLetterTargetArn]);
  assert.deepEqual(queueArns, [
    ['arn:aws:sqs:us-east-1:000000000000:NewRasters', 'arn:aws:sqs:us-east-1:000000000000:GivenUp'],
    ['arn:aws:sqs:us-east-1:000000000000:GivenUp', undefined],
  ]);
  assert.equal(stack.eventSourceMappings[0]?.FunctionName, refresh.name);
  assert.deepEqual(stack.outputs, {
    RefreshServiceStateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:refresh-service',
  });
});
