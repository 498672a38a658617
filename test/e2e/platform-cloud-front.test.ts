import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CloudFront } from '../../local/cloud-front.ts';

const ID = 'E2EXAMPLE1ABCD';
const request = (reference: string, paths: string[], Quantity = paths.length) => ({
  DistributionId: ID,
  InvalidationBatch: { CallerReference: reference, Paths: { Quantity, Items: paths } },
});

function start() {
  let now = Date.UTC(2026, 0);
  const cloudFront = new CloudFront({ now: () => now });
  const pass = (seconds: number) => {
    now += seconds * 1000;
  };
  return {
    cloudFront,
    pass,
    ask: (...given: Parameters<typeof request>) => Object(cloudFront.createInvalidation(request(...given))),
  };
}

describe('CloudFront on this machine', () => {
  it('answers a reference that it knows by the same invalidation, also when that is done', () => {
    const { cloudFront, pass, ask } = start();

    const first = ask('a', ['/*']);
    pass(90);
    const again = ask('a', ['/*']);

    assert.equal(again.Invalidation.Id, first.Invalidation.Id);
    assert.deepEqual([first.Invalidation.Status, again.Invalidation.Status], ['InProgress', 'Completed']);
    assert.equal(cloudFront.invalidations.length, 1);
    assert.notEqual(ask('b', ['/*']).Invalidation.Id, first.Invalidation.Id);
  });

  it('refuses other paths under a known reference, and a number that is not theirs', () => {
    const { ask } = start();
    ask('a', ['/*']);

    assert.throws(() => ask('a', ['/other']), { name: 'InvalidationBatchAlreadyExists' });
    assert.throws(() => ask('b', ['/*'], 2), { name: 'InconsistentQuantities' });
  });

  it('works on fifteen paths with an asterisk at a time, whichever requests they came by', () => {
    const { pass, ask } = start();
    for (let index = 0; index < 5; index += 1) ask(String(index), ['/a*', '/b*', '/c*', '/single']);

    assert.throws(() => ask('sixth', ['/d*']), { name: 'TooManyInvalidationsInProgress' });
    ask('single', ['/single']);
    pass(60);
    ask('sixth', ['/d*']);
  });
});
