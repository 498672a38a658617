import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { VendorAuthError, VendorContractError, VendorRejectedError } from '../../../../shared/errors.ts';
import { assertNoContent, assertSuccess, readReply, SessionRefused } from '../../../../shared/microstrategy/replies.ts';

const answer = (status: number, body: unknown = '') => ({
  status,
  headers: {},
  text: typeof body === 'string' ? body : JSON.stringify(body),
  place: 'DELETE bi.example.org/MicroStrategyLibrary/api/monitors/projects/B19D/caches/element',
});

function thrown(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('an answer of MicroStrategy', () => {
  for (const status of [200, 201, 202, 204]) {
    it(`is a success with HTTP ${status}`, () => {
      const error = thrown(() => assertSuccess(answer(status)));

      assert.equal(error, undefined);
    });
  }

  const errors: [what: string, status: number, body: unknown, kind: new (...args: never[]) => Error][] = [
    ['a session that is gone', 401, { code: 'ERR009', message: 'The user session has expired' }, SessionRefused],
    ['the same, with the zeros of the table', 401, { code: 'ERR0009' }, SessionRefused],
    ['the same, wrapped', 401, { errors: [{ code: 'ERR009' }] }, SessionRefused],
    ['wrong credentials', 401, { code: 'ERR003', iServerCode: -2147216959, message: 'Login failure' }, VendorAuthError],
    ['wrong credentials with another status', 400, { code: 'ERR003' }, VendorAuthError],
    ['an account that is disabled', 500, { code: 'ERR001', iServerCode: -2147216963 }, VendorAuthError],
    ['a lock after too many failed logins', 403, { code: 'ERR001', iServerCode: -2147072513 }, VendorAuthError],
    ['a 401 of no known code', 401, '<html>', SessionRefused],
    ['a right that is missing', 403, { code: 'ERR014', message: 'no privilege' }, VendorRejectedError],
    ['ERR009 with a status that is no 401', 403, { code: 'ERR009' }, VendorRejectedError],
    ['an unknown project', 404, { code: 'ERR004' }, VendorRejectedError],
    ['a session cap', 500, { code: 'ERR001', iServerCode: -2147072486 }, VendorRejectedError],
    ['HTML with an error status', 500, '<html>Error</html>', VendorRejectedError],
    ['an empty answer with an error status', 400, '', VendorRejectedError],
    ['an envelope of the wrong types', 400, { code: 7, message: ['x'] }, VendorRejectedError],
  ];
  for (const [what, status, body, kind] of errors) {
    it(`is ${kind.name} for ${what}`, () => {
      const error = thrown(() => assertSuccess(answer(status, body)));

      assert.ok(error instanceof kind);
    });
  }

  it("keeps the vendor's codes, message and ticket", () => {
    const body = { code: 'ERR014', iServerCode: '-2147072151', message: 'no privilege', ticketId: 'a1b2' };

    const error = thrown(() => assertSuccess(answer(403, body)));

    assert.ok(error instanceof VendorRejectedError);
    assert.deepEqual([error.code, error.iServerCode], ['ERR014', -2147072151]);
    assert.match(error.message, /HTTP 403: ERR014 -2147072151 no privilege \(ticket a1b2/);
  });

  it('is told by its HTTP status where it has no code', () => {
    const error = thrown(() => assertSuccess(answer(405, '')));

    assert.ok(error instanceof VendorRejectedError);
    assert.equal(error.code, 'HTTP 405');
    assert.match(error.message, /HTTP 405 and no reason/);
  });

  it('is no success where a login page stands in for nothing', () => {
    const error = thrown(() => assertNoContent(answer(200, '<html>Sign in</html>')));

    assert.ok(error instanceof VendorContractError);
  });

  it('may be empty, or JSON, where nothing is to be returned', () => {
    const errors = ['', ' \n', {}].map((body) => thrown(() => assertNoContent(answer(200, body))));

    assert.deepEqual(errors, [undefined, undefined, undefined]);
  });

  it('is read where it is what the schema wants', () => {
    const reply = readReply(answer(200, [{ id: 'B19D', new: 1 }]), z.array(z.looseObject({ id: z.string() })));

    assert.deepEqual(reply, [{ id: 'B19D', new: 1 }]);
  });

  for (const body of ['', '<html>', '[{"id":', [{}], {}]) {
    it(`is VendorContractError where ${JSON.stringify(body)} comes with a status that means success`, () => {
      const error = thrown(() => readReply(answer(200, body), z.array(z.object({ id: z.string() }))));

      assert.ok(error instanceof VendorContractError);
    });
  }

  it('is an error before its body is looked at', () => {
    const error = thrown(() => readReply(answer(403, []), z.array(z.unknown())));

    assert.ok(error instanceof VendorRejectedError);
  });
});
