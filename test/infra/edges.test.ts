import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settingsSchema } from '../../infra/settings/settings.ts';
import { matchesPattern } from '../../local/event-pattern.ts';
import { stackTemplate } from '../support/stack-template.ts';
import { machinesOf, required } from './machines.ts';
import { permissionsOf } from './permissions.ts';
import { synthesize } from './synthesize.ts';

const ID = 'E2EXAMPLE1ABCD';
const edge = {
  target: 'city-gis',
  service: 'Basemaps/City.MapServer',
  cloudFront: { distributionId: ID, paths: ['/arcgis/rest/services/Basemaps/City/MapServer/*'] },
};
const withPaths = (...paths: unknown[]) => ({ ...edge, cloudFront: { distributionId: ID, paths } });
const ended = (change: object = {}) => ({
  source: 'cache-ops',
  'detail-type': 'Run Ended',
  detail: { stack: 'CacheOps', target: edge.target, service: edge.service, status: 'succeeded', ...change },
});

function problemsWith(...edges: unknown[]): string[] {
  const parsed = settingsSchema.safeParse({ edges });
  return parsed.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
}

describe('an edge of the settings', () => {
  for (const [what, wrong, expected] of [
    ['a target that cannot be', { ...edge, target: 'city gis' }, /^edges\.0\.target: must be 1-64/],
    ['a service without its type', { ...edge, service: 'Basemaps/City' }, /^edges\.0\.service: must be Folder\/Name/],
    ['a service in two folders', { ...edge, service: 'A/B/City.MapServer' }, /^edges\.0\.service: must be/],
    [
      'nothing that stands before it',
      { target: 'gis', service: 'City.MapServer' },
      /^edges\.0\.cloudFront: is missing/,
    ],
    [
      'an address for an id',
      { ...edge, cloudFront: { distributionId: 'd1.cloudfront.net', paths: ['/*'] } },
      /\.distributionId: must be/,
    ],
    ['no path', withPaths(), /paths: must name at least one path/],
    ['sixteen paths', withPaths(...Array.from({ length: 16 }, (_, n) => `/${n}/*`)), /paths: must be 15 at most/],
    ['a path without its slash', withPaths('tiles/*'), /paths\.0: must begin with \//],
    ['an asterisk inside', withPaths('/tiles/*/map'), /paths\.0: must begin with \//],
    ['a space', withPaths('/my tiles/*'), /paths\.0: must begin with \//],
    ['what a rule takes for a variable', withPaths('/<run>'), /paths\.0: must begin with \//],
    [
      'paths that fill a rule',
      withPaths(...'abcde'.split('').map((a) => `/${a.repeat(1500)}`)),
      /paths: must have 7000/,
    ],
    ['an unknown key', { ...edge, distribution: ID }, /^edges\.0: unknown key|edges\.0/],
  ] as const) {
    it(`is refused with ${what}`, () => {
      const [problem = '', ...more] = problemsWith(wrong);

      assert.deepEqual(more, []);
      assert.match(problem, expected);
    });
  }

  it('is refused where it is there twice, and not where another distribution stands before the same service', () => {
    assert.deepEqual(problemsWith(edge, edge), ['edges.1: is there twice: name all paths in one of them']);
    assert.deepEqual(problemsWith(edge, { ...edge, cloudFront: { ...edge.cloudFront, distributionId: 'E3' } }), []);
  });

  it('may have fifteen paths, single files and queries', () => {
    assert.deepEqual(
      problemsWith(withPaths('/a?f=json&x=1', '/%C3%A4/tile', ...Array.from({ length: 13 }, () => '/*'))),
      [],
    );
  });
});

describe('the rule of an edge', () => {
  const { rules } = stackTemplate({ edges: [edge, { ...edge, service: 'Roads.MapServer' }] });
  const takers = (event: object) =>
    rules.filter(({ EventPattern }) => EventPattern && matchesPattern(EventPattern, event)).length;

  it('takes the runs that changed the service and succeeded, wholly or partly', () => {
    assert.deepEqual(
      [ended(), ended({ status: 'partly' }), ended({ service: 'Roads.MapServer' })].map(takers),
      [1, 1, 1],
    );
  });

  for (const [what, change] of [
    ['a failed one', { status: 'failed' }],
    ['a stopped one', { status: 'stopped' }],
    ['one that nobody watches', { status: 'submitted' }],
    ['one of another service', { service: 'Basemaps/Other.MapServer' }],
    ['one of another target', { target: 'county-gis' }],
    ['one of another stack', { stack: 'test-CacheOps' }],
    ['one that attached to another', { attachedTo: 'other' }],
  ] as const) {
    it(`leaves ${what}`, () => {
      assert.equal(takers(ended(change)), 0);
    });
  }

  it('takes no event but the end of a run: its own failure starts nothing', () => {
    assert.equal(takers({ ...ended(), 'detail-type': 'Edge Not Invalidated' }), 0);
    assert.equal(takers({ ...ended(), source: 'other' }), 0);
  });

  it('is not there without edges, nor its machine', () => {
    assert.equal(machinesOf().has('invalidate-edge'), false);
  });
});

describe('what invalidates an edge', () => {
  const settings = { edges: [edge, { ...edge, service: 'Roads.MapServer' }] };

  it('may invalidate the distributions of the settings, note it in entries of runs, and nothing else', () => {
    const rights = permissionsOf(synthesize(settings).template.toJSON()).filter(
      ({ who, resources }) => who === 'machine invalidate-edge' && resources[0] !== '*',
    );

    const [invalidate, ...others] = rights;
    assert.deepEqual(invalidate?.actions, ['cloudfront:CreateInvalidation']);
    assert.deepEqual(invalidate.resources, [`arn:aws:cloudfront::<account>:distribution/${ID}`]);
    assert.deepEqual(
      others.flatMap(({ actions }) => actions),
      ['dynamodb:UpdateItem', 'kms:Decrypt'],
    );
  });

  it('tries nothing again that another try does not mend, by either name, and all else for an hour', () => {
    const { Retry } = required(required(machinesOf(settings), 'invalidate-edge').states, 'Invalidate');

    const [refused, others] = Retry;
    const names = refused?.ErrorEquals ?? [];
    assert.ok(names.includes('CloudFront.AccessDeniedException') && names.includes('CloudFront.NoSuchDistribution'));
    assert.equal(refused?.['MaxAttempts'], 0);
    const { IntervalSeconds, BackoffRate, MaxAttempts } = Object(others);
    assert.deepEqual([IntervalSeconds * MaxAttempts, BackoffRate], [3600, 1]);
  });
});
