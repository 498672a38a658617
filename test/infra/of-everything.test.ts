import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { occurrenceLines } from '../../cli/occurrence-lines.ts';
import { settingsSchema } from '../../infra/settings/settings.ts';
import { synthesize } from './synthesize.ts';

const BOUNDARY = 'arn:aws:iam::111122223333:policy/teams/boundary';
const stack = synthesize({
  tags: { team: 'gis', 'cost-center': '4711' },
  permissionsBoundary: BOUNDARY,
  logDays: 30,
  rasters: [{ refresh: { target: 'gis', serviceName: 'A', serviceType: 'ImageServer' } }],
});
const propertiesOf = (type: string) => stack.idsOf(type).map((id) => stack.resources.get(id)?.Properties ?? {});

describe('what the settings ask of everything that is deployed', () => {
  it('is a permissions boundary of every role', () => {
    const roles = propertiesOf('AWS::IAM::Role');

    assert.ok(roles.length > 20);
    for (const role of roles) assert.equal(role['PermissionsBoundary'], BOUNDARY);
  });

  it('is how long every log is kept', () => {
    const days = new Set(propertiesOf('AWS::Logs::LogGroup').map((log) => log['RetentionInDays']));

    assert.deepEqual([...days], [30]);
  });

  for (const type of [
    'AWS::Lambda::Function',
    'AWS::StepFunctions::StateMachine',
    'AWS::IAM::Role',
    'AWS::SQS::Queue',
  ]) {
    it(`is the tags of every ${type}`, () => {
      const all = propertiesOf(type);

      assert.ok(all.length > 0);
      for (const { Tags } of all) {
        assert.deepEqual(Tags, [
          { Key: 'cost-center', Value: '4711' },
          { Key: 'team', Value: 'gis' },
        ]);
      }
    });
  }

  const REFUSED: [what: string, settings: object, said: RegExp][] = [
    ['a tag of AWS', { tags: { 'aws:x': 'y' } }, /not begin with aws:/],
    ['a tag that is a number', { tags: { center: 4711 } }, /"center"/],
    ['too long a tag', { tags: { a: 'x'.repeat(257) } }, /at most 256/],
    ['days that CloudWatch does not know', { logDays: 42 }, /must be one of 1, 3, 5/],
    ['a boundary that is a name', { permissionsBoundary: 'boundary' }, /managed policy's ARN/],
    ['a role for a boundary', { permissionsBoundary: 'arn:aws:iam::111122223333:role/x' }, /managed policy's ARN/],
  ];
  for (const [what, settings, said] of REFUSED) {
    it(`is not ${what}`, () => {
      assert.match(settingsSchema.safeParse(settings).error?.message ?? '', said);
    });
  }
});

describe('the lines of synth about schedules', () => {
  const schedule = { operation: 'clear-rest-cache', input: { target: 'gis' } };
  const lineOf = (more: object) => {
    const settings = settingsSchema.parse({ schedules: [{ name: 'nightly', ...schedule, ...more }] });
    return occurrenceLines(settings, new Date('2026-10-24T12:00:00Z'));
  };

  it('have the next three times, as its own clocks show them', () => {
    assert.deepEqual(lineOf({ expression: 'cron(0 3 * * ? *)', timezone: 'Europe/Paris' }), [
      '  nightly: 2026-10-25 03:00 GMT+1, 2026-10-26 03:00 GMT+1, 2026-10-27 03:00 GMT+1 (Europe/Paris)',
    ]);
  });

  it('have the interval of a rate, and say what is over or off', () => {
    assert.deepEqual(lineOf({ expression: 'rate(6 hours)' }), [
      '  nightly: every 6 hours, beginning with the deployment',
    ]);
    assert.deepEqual(lineOf({ expression: 'rate(1 day)' }), ['  nightly: every day, beginning with the deployment']);
    assert.deepEqual(lineOf({ expression: 'at(2026-01-01T00:00:00)' }), ['  nightly: never again']);
    assert.deepEqual(lineOf({ expression: 'rate(1 day)', enabled: false }), ['  nightly: switched off']);
  });
});
