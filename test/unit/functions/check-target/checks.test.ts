import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answerOf, Finding, type Step, takeSteps } from '../../../../functions/check-target/checks.ts';
import { InvalidSecretError, VendorRejectedError, VendorUnreachableError } from '../../../../shared/errors.ts';
import { hideSecret } from '../../../../shared/http/redact.ts';

const NAMES = ['a', 'b', 'c'];
const LATER = Date.now() + 60_000;
const well: Step['look'] = async () => undefined;
const fails =
  (error: Error): Step['look'] =>
  async () =>
    await Promise.reject(error);

async function statusesOf(steps: Step[], deadline = LATER): Promise<Record<string, string>> {
  const checks = await takeSteps(NAMES, steps, deadline);
  return Object.fromEntries(checks.map(({ check, status }) => [check, status]));
}

describe('takeSteps', () => {
  it('skips what needs a check that failed, and goes on with the others', async () => {
    const statuses = await statusesOf([
      { check: 'a', needs: [], look: fails(new VendorRejectedError('no')) },
      { check: 'b', needs: ['a'], look: well },
      { check: 'c', needs: [], look: well },
    ]);

    assert.deepEqual(statuses, { a: 'failed', b: 'skipped', c: 'ok' });
  });

  it('ends where nobody can be reached, or a cause shows everywhere', async () => {
    for (const error of [new VendorUnreachableError('gone', { sent: false }), new Finding('role', { endsAll: true })]) {
      const statuses = await statusesOf([
        { check: 'a', needs: [], look: fails(error) },
        { check: 'b', needs: [], look: well },
      ]);

      assert.deepEqual(statuses, { a: 'failed', b: 'skipped', c: 'skipped' });
    }
  });

  it('lets a step blame an earlier check, whose first advice stands', async () => {
    const steps: Step[] = [
      { check: 'a', needs: [], look: well },
      { check: 'b', needs: ['a'], look: fails(new Finding('first', { check: 'a' })) },
      { check: 'c', needs: [], look: fails(new Finding('second', { check: 'a' })) },
    ];

    const checks = await takeSteps(NAMES, steps, LATER);

    assert.deepEqual(checks, [
      { check: 'a', status: 'failed', advice: 'first' },
      { check: 'b', status: 'skipped' },
      { check: 'c', status: 'skipped' },
    ]);
  });

  it('takes what is wrong with the secret for the check secret', async () => {
    const steps: Step[] = [{ check: 'a', needs: [], look: fails(new InvalidSecretError('add portalUrl')) }];

    assert.deepEqual(await takeSteps(['secret', 'a'], steps, LATER), [
      { check: 'secret', status: 'failed', advice: 'add portalUrl' },
      { check: 'a', status: 'skipped' },
    ]);
  });

  it('begins nothing after its deadline, and says so', async () => {
    const steps: Step[] = [{ check: 'a', needs: [], look: () => assert.fail('it began') }];

    const [first, ...others] = await takeSteps(NAMES, steps, Date.now() - 1);

    assert.partialDeepStrictEqual(first, { check: 'a', status: 'failed' });
    assert.match(first?.advice ?? '', /too slowly/);
    assert.deepEqual(
      others.map(({ status }) => status),
      ['skipped', 'skipped'],
    );
  });

  it('lets a mistake of its own out, and no secret', async () => {
    hideSecret('hunter2-hunter2');
    const [told] = await takeSteps(
      ['a'],
      [{ check: 'a', needs: [], look: fails(new Finding('is hunter2-hunter2')) }],
      LATER,
    );

    assert.equal(told?.advice, 'is ***');
    await assert.rejects(statusesOf([{ check: 'a', needs: [], look: fails(new TypeError('x')) }]), TypeError);
  });

  it('fails as a whole as soon as one check failed', () => {
    assert.equal(
      answerOf([
        { check: 'a', status: 'ok', advice: 'soon' },
        { check: 'b', status: 'skipped' },
      ]).status,
      'succeeded',
    );
    assert.equal(answerOf([{ check: 'a', status: 'failed' }]).status, 'failed');
  });
});
