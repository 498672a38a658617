import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { hideCookie, hideSecret, redact, redactJson } from '../../../../shared/http/redact.ts';

const MIN_CHARACTERS = 3;
const RUNS = 150;

/** Any secret but one that holds the mask's own character, which would be found again in the mask. */
const secretText = fc
  .oneof(
    fc.string({ minLength: MIN_CHARACTERS }),
    fc.string({ minLength: MIN_CHARACTERS, unit: 'grapheme' }),
    fc.string({ minLength: MIN_CHARACTERS, unit: fc.constantFrom('a', '\ud800', '\udc00', '𠮷') }),
  )
  .filter((text) => !text.includes('*'));

/** How a secret may stand in a text. */
const formsOf = (secret: string) =>
  [secret, encodeURIComponent(secret.toWellFormed()), JSON.stringify(secret).slice(1, -1)].filter(
    (form) => !form.includes('*'),
  );

describe('redacting', () => {
  it('leaves a text without secrets as it is', () => {
    const text = redact('nothing to hide');

    assert.equal(text, 'nothing to hide');
  });

  const secret = 'p"ä\\ss w&rd=/+%\n1';
  const forms: [what: string, form: string][] = [
    ['as it is', secret],
    ['inside JSON', JSON.stringify({ password: secret })],
    ['in a form', new URLSearchParams({ password: secret }).toString()],
    ['in an address', `https://gis.example.org/?password=${encodeURIComponent(secret)}`],
  ];
  for (const [what, form] of forms) {
    it(`takes a secret out ${what}`, () => {
      hideSecret(secret);

      const text = redact(`before ${form} after`);

      assert.doesNotMatch(text, /ss.{1,5}w/);
      assert.match(text, /^before .*\*\*\*.* after$/s);
    });
  }

  it('takes out the longer secret of two that begin alike, every time that it comes', () => {
    hideSecret('swordfish');
    hideSecret('swordfish-two');

    const text = redact('swordfish-two swordfish swordfish-two');

    assert.equal(text, '*** *** ***');
  });

  it('takes secrets out of every string of a JSON value, at any depth', () => {
    hideSecret('swordfish');

    const value = redactJson({
      results: [{ reason: 'no swordfish', count: 2, none: null, ok: true }],
      text: 'swordfish',
    });

    assert.deepEqual(value, { results: [{ reason: 'no ***', count: 2, none: null, ok: true }], text: '***' });
  });

  it('never leaves a hidden secret, whatever stands around it and whatever is hidden besides', () => {
    fc.assert(
      fc.property(fc.array(secretText, { minLength: 1, maxLength: 5 }), fc.string(), fc.string(), (all, head, tail) => {
        for (const each of all) hideSecret(each);

        const texts = all.flatMap((each) => [
          redact(`${head}${each}${tail}`),
          redact(JSON.stringify({ [`${head} `]: `${each}${tail}` })),
          redact(new URLSearchParams({ q: each }).toString()),
          redact(encodeURIComponent(each.toWellFormed())),
        ]);

        for (const form of all.flatMap(formsOf)) assert.ok(texts.every((text) => !text.includes(form)));
      }),
      { numRuns: RUNS },
    );
  });

  it('still knows a secret that is used all the time when hundreds of tokens have come and gone', () => {
    const password = 'correct-horse-battery-staple';
    for (let count = 0; count < 500; count += 1) {
      hideSecret(`token-number-${count}`);
      hideSecret(password);
    }

    const text = redact(`${password} token-number-499`);

    assert.equal(text, '*** ***');
  });
});

describe('many cookies', () => {
  it('never push a password out of what is hidden, and are hidden themselves as long as they are new', () => {
    hideSecret('correct-horse-battery');

    for (let number = 0; number < 500; number += 1) hideCookie(`AWSALB-value-${number}`);

    assert.equal(redact('correct-horse-battery AWSALB-value-499'), '*** ***');
  });
});
