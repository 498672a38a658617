import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectCreatedEvent, publishEvent } from '../../local/event-bus.ts';
import { matchesPattern } from '../../local/event-pattern.ts';

const event = objectCreatedEvent({ bucket: 'rasters', key: 'landsat/scene 1.TIF', sizeBytes: 64, etag: 'e' });
const object = (pattern: object) => ({ detail: { object: pattern } });

const cases: [string, object, boolean][] = [
  ['exact values', { source: ['aws.s3'], 'detail-type': ['Object Created'] }, true],
  ['one of several values', { source: ['aws.ec2', 'aws.s3'] }, true],
  ['another value', { source: ['aws.ec2'] }, false],
  ['a value in an array of the event', { resources: ['arn:aws:s3:::rasters'] }, true],
  ['a key that the event has not', object({ owner: ['me'] }), false],
  ['prefix', object({ key: [{ prefix: 'landsat/' }] }), true],
  ['another prefix', object({ key: [{ prefix: 'sentinel/' }] }), false],
  ['prefix in another case', object({ key: [{ prefix: 'Landsat/' }] }), false],
  ['prefix whatever its case', object({ key: [{ prefix: { 'equals-ignore-case': 'LANDSAT/' } }] }), true],
  ['suffix in another case', object({ key: [{ suffix: '.tif' }] }), false],
  ['a suffix that stands before the end', object({ key: [{ suffix: 'scene' }] }), false],
  ['suffix whatever its case', object({ key: [{ suffix: { 'equals-ignore-case': '.tif' } }] }), true],
  ['one of two suffixes', object({ key: [{ suffix: '.tiff' }, { suffix: '.TIF' }] }), true],
  ['equals-ignore-case', object({ key: [{ 'equals-ignore-case': 'LANDSAT/SCENE 1.tif' }] }), true],
  ['wildcard', object({ key: [{ wildcard: 'landsat/*.TIF' }] }), true],
  ['a wildcard that is only a part', object({ key: [{ wildcard: 'landsat/*.TI' }] }), false],
  ['the dot of a wildcard as itself', object({ key: [{ wildcard: 'landsat/*1?TIF' }] }), false],
  ['a number above', object({ size: [{ numeric: ['>', 0] }] }), true],
  ['a number not above', object({ size: [{ numeric: ['>', 64] }] }), false],
  ['a number in a range', object({ size: [{ numeric: ['>=', 64, '<', 65] }] }), true],
  ['a number out of a range', object({ size: [{ numeric: ['>', 0, '<', 64] }] }), false],
  ['exists', object({ etag: [{ exists: true }] }), true],
  ['does not exist', object({ owner: [{ exists: false }] }), true],
  ['exists but must not', object({ etag: [{ exists: false }] }), false],
  ['anything but another', object({ key: [{ 'anything-but': ['a', 'b'] }] }), true],
  ['anything but this', object({ size: [{ 'anything-but': 64 }] }), false],
  ['anything but this prefix', object({ key: [{ 'anything-but': { prefix: 'landsat/' } }] }), false],
  ['anything but a value of a key that it has not', object({ owner: [{ 'anything-but': ['me'] }] }), false],
  ['one of two branches', { $or: [{ source: ['aws.ec2'] }, object({ size: [64] })] }, true],
];
for (const [name, pattern, expected] of cases) {
  test(`${expected ? 'takes' : 'leaves'} an event by ${name}`, () => {
    assert.equal(matchesPattern(pattern, event), expected);
  });
}

test('refuses an operator that it does not know', () => {
  assert.throws(() => matchesPattern({ source: [{ cidr: '10.0.0.0/8' }] }, event), /cidr/);
});

test('sends an event, its key as S3 keeps it, to the queues of the enabled rules that fit', async () => {
  const rule = (name: string, source: string, State = 'ENABLED') => ({
    name,
    arn: name,
    State,
    EventPattern: { source: [source] },
    Targets: [{ Arn: `arn:aws:sqs:us-east-1:000000000000:${name}` }],
  });
  const rules = [rule('fits', 'aws.s3'), rule('disabled', 'aws.s3', 'DISABLED'), rule('other', 'aws.ec2')];
  const sent: [string, string][] = [];

  const queues = await publishEvent(rules, event, { sqs: (arn, body) => sent.push([arn, body]) });

  assert.equal(queues, 1);
  assert.equal(sent.length, 1);
  assert.equal(sent[0]?.[0], 'arn:aws:sqs:us-east-1:000000000000:fits');
  assert.equal(JSON.parse(sent[0][1]).detail.object.key, 'landsat/scene 1.TIF');
});
