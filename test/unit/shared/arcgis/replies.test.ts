import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { readReply, TokenRefused } from '../../../../shared/arcgis/replies.ts';
import { VendorBusyError, VendorRejectedError } from '../../../../shared/errors.ts';
import { parseWithNaN } from '../../../../shared/http/json.ts';

const PLACE = 'POST gis.example.org/server/rest/info';
const schema = z.looseObject({ jobId: z.string() });

/** What reading an answer throws, or undefined. */
function errorOf(body: unknown, status = 200): unknown {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  try {
    readReply({ status, headers: {}, text, place: PLACE }, schema);
    return undefined;
  } catch (error) {
    return error;
  }
}

const restError = (code: unknown, message: string, details: unknown = []) => ({ error: { code, message, details } });
const adminError = (code: number, ...messages: string[]) => ({ status: 'error', messages, code });

describe('an answer of ArcGIS', () => {
  it('is read where it is what the schema wants, with whatever else it holds', () => {
    const text = '{"jobId":"j1","jobStatus":"esriJobSubmitted","new":null}';

    const reply = readReply({ status: 200, headers: {}, text, place: PLACE }, schema);

    assert.deepEqual(reply, { jobId: 'j1', jobStatus: 'esriJobSubmitted', new: null });
  });

  const withNaN: [text: string, reply: object | undefined][] = [
    ['{"jobId":"j1","x":NaN}', { jobId: 'j1', x: null }],
    ['{"jobId":"NaN \\" NaN","NaN":[NaN,1, NaN ]}', { jobId: 'NaN " NaN', NaN: [null, 1, null] }],
    ['{"jobId":"j1","x":-NaN}', undefined],
    ['{"jobId":"j1","x":nan}', undefined],
    ['{"jobId":"j1","x":Infinity}', undefined],
    ['{"jobId":"j1","x":NaN', undefined],
    ['{"jobId":"j1,"x":NaN}', undefined],
    ['NaN', undefined],
  ];
  for (const [text, reply] of withNaN) {
    const answer = { status: 200, headers: {}, text, place: PLACE };

    it(`is ${reply === undefined ? 'still broken' : 'read'} as ${text} where bare NaN counts as null`, () => {
      const read = () => readReply(answer, schema, parseWithNaN);

      if (reply === undefined) assert.throws(read, { name: 'VendorContractError' });
      else assert.deepEqual(read(), reply);
    });

    it(`is broken as ${text} where nothing is said of NaN`, () => {
      assert.throws(() => readReply(answer, schema), { name: 'VendorContractError' });
    });
  }

  const refused: [what: string, body: unknown, status?: number][] = [
    ['a REST error inside a 200', restError(400, 'Unable to complete operation.', ['Invalid parameter'])],
    ['a REST error without a code', { error: { message: 'no' } }],
    ['a REST error with nothing in it', { error: {} }],
    ['a REST error with a code as text', restError('400', 'no', 'why')],
    ['an error that is only text', { error: 'no' }],
    ['an Admin error inside a 200', adminError(500, 'Folder does not exist')],
    ['an Admin error in capitals', { status: 'ERROR', messages: 'no' }],
    ['an Admin failure', { status: 'failed' }],
    ['a bare success: false', { success: false }],
    ['success: false beside what the schema wants', { jobId: 'j1', success: false }],
    ['an error beside what the schema wants', { jobId: 'j1', ...restError(400, 'no') }],
    ['a code that is an error alone', { code: 403, messages: ['no'] }],
    ['a right that is missing', restError(403, 'You do not have permissions')],
    ['JSON with a status that is an error', { jobId: 'j1' }, 404],
    ['a 500 that says nothing of the service', restError(500, 'Error executing tool.')],
    ['HTML with a status that is an error', '<html>Not found</html>', 404],
    ['a code of its own with HTTP 500', restError(400, 'Unable to complete operation.'), 500],
    ['a code that is no number', restError('E_FAIL', 'no')],
    ['an error of no code, empty as text', restError('', 'no')],
    ["a gateway's code, with no word of ArcGIS' beside it", { code: 503, message: 'upstream' }],
  ];
  for (const [what, body, status] of refused) {
    it(`is VendorRejectedError for ${what}`, () => {
      const error = errorOf(body, status);

      assert.ok(error instanceof VendorRejectedError);
      assert.ok(error.message.includes(PLACE));
    });
  }

  it("keeps the vendor's code, message and details", () => {
    const error = errorOf(restError(400, 'Unable to complete operation.', ['Invalid levels', 'Again']));

    assert.ok(error instanceof VendorRejectedError);
    assert.equal(error.code, 400);
    assert.match(error.message, /400.*Unable to complete operation\. Invalid levels Again/);
  });

  const withoutCode = [
    { error: 'Internal Server Error', status: 500, timestamp: 1 },
    { error: { code: null, message: 'no' } },
    { error: { code: true } },
    { error: { code: 'E_FAIL' } },
    { error: { code: 200 } },
    { error: { code: 500.5 } },
    { status: 'error' },
    { success: false },
    { code: 500, message: 'Internal server error' },
  ];
  for (const body of withoutCode) {
    it(`has no code of ArcGIS' own in ${JSON.stringify(body)}, and says so`, () => {
      const error = errorOf(body);

      assert.ok(error instanceof VendorRejectedError);
      assert.equal(error.code, undefined);
      assert.match(error.message, /something before the site/);
    });
  }

  it('keeps a code that is no number in its words', () => {
    const error = errorOf(restError('E_FAIL', 'No.'));

    assert.match(Object(error).message, /: code E_FAIL No\./);
  });

  for (const code of [400, 404]) {
    it(`says of code ${code} to look at the names that were given, of code 500 to look into the log`, () => {
      const [error, other] = [errorOf(restError(code, 'Invalid URL')), errorOf(restError(500, 'Failed'))];

      assert.match(Object(error).message, /Check the names in the input\.$/);
      assert.match(Object(other).message, /log for the cause\.$/);
    });
  }

  for (const code of [498, 499]) {
    for (const body of [restError(code, 'Invalid Token'), adminError(code, 'Token Required')]) {
      it(`refuses the token with ${code} as ${Object.keys(body)[0]}`, () => {
        const error = errorOf(body);

        assert.ok(error instanceof TokenRefused);
      });
    }
  }

  const busy: [what: string, body: unknown, sent: boolean][] = [
    ['code 429', restError(429, 'Too many requests'), false],
    ['code 503', restError(503, 'Unavailable'), false],
    ['code 502, behind which work may have been done', restError(502, 'Bad gateway'), true],
    ['code 504, behind which work may have been done', restError(504, 'Gateway time-out'), true],
    ['a service that may be stopped', restError(500, "Service Base/Roads/MapServer not started. 'x'"), false],
    ['a service that is not available', restError(500, 'The service is not available.'), false],
    ['a web adaptor that reached no machine', adminError(500, 'Could not access any server machines.'), true],
  ];
  for (const [what, body, sent] of busy) {
    it(`is VendorBusyError for ${what}`, () => {
      const error = errorOf(body);

      assert.ok(error instanceof VendorBusyError);
      assert.equal(error.sent, sent);
    });

    it(`may have been obeyed after ${what} with HTTP 500`, () => {
      const error = errorOf(body, 500);

      assert.ok(error instanceof VendorBusyError);
      assert.equal(error.sent, true);
    });
  }

  const failed: [what: string, body: unknown][] = [
    ['a page', '<html>HTTP Status 500</html>'],
    ['nothing', ''],
    ["a gateway's own JSON", { timestamp: 1, status: 500, error: 'Internal Server Error' }],
    ['JSON with neither error nor code', { message: 'Internal server error' }],
    ['an error without a code', { error: { message: 'no' } }],
    ['a success', { jobId: 'j1' }],
  ];
  for (const status of [500, 520]) {
    for (const [what, body] of failed) {
      it(`is VendorBusyError for HTTP ${status} with ${what}: nobody knows what was done`, () => {
        const error = errorOf(body, status);

        assert.ok(error instanceof VendorBusyError);
        assert.deepEqual([error.sent, error.httpStatus], [true, status]);
        assert.match(error.message, new RegExp(`HTTP ${status}.*Try again later`));
      });
    }
  }

  const notDocumented: [what: string, body: unknown][] = [
    ['HTML', '  <!DOCTYPE html><html>Sign in</html>'],
    ['nothing', ''],
    ['half of its JSON', '{"jobId":"j'],
    ['JSON that is no object', '"j1"'],
    ['null', 'null'],
    ['an object without the field', {}],
    ['a field of another type', { jobId: 7 }],
    ['an array', []],
  ];
  for (const [what, body] of notDocumented) {
    it(`is VendorContractError for ${what} with a status that means success`, () => {
      const error = errorOf(body);

      assert.ok(error instanceof Error);
      assert.equal(error.name, 'VendorContractError');
    });
  }

  it('is VendorAuthError where the web server before the site wants its own login', () => {
    const error = errorOf('<html>401</html>', 401);

    assert.ok(error instanceof Error);
    assert.equal(error.name, 'VendorAuthError');
  });

  it('is not an error for a field named error that holds nothing, nor for a code below 400', () => {
    const errors = [
      { jobId: 'j1', error: null },
      { jobId: 'j1', code: 200 },
      { jobId: 'j1', status: 'success' },
    ].map((body) => errorOf(body));

    assert.deepEqual(errors, [undefined, undefined, undefined]);
  });
});
