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
  const forms: [what: string, form: string, left?: string][] = [
    ['as it is', secret],
    ['inside JSON', JSON.stringify({ password: secret }), '{"password":"***"}'],
    ['in a form', new URLSearchParams({ password: secret }).toString(), 'password=***'],
    ['in an address', `https://gis.example.org/?p=${encodeURIComponent(secret)}`, 'https://gis.example.org/?p=***'],
  ];
  const numbers = (text: string, write: (code: number) => string) =>
    [...text].map((character) => write(character.codePointAt(0) ?? 0)).join('');
  const base64 = (text: string, encoding: 'base64' | 'base64url' = 'base64') => Buffer.from(text).toString(encoding);
  const twice = (encode: (text: string) => string) => encode(encode(secret));
  const inSmallHex = (text: string) => encodeURIComponent(text).replace(/%../g, (byte) => byte.toLowerCase());
  const allInHex = (text: string) => Buffer.from(text).toString('hex').replace(/../g, '%$&');
  const inMarkup = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('/', '&#47;');
  forms.push(
    ['in an address with small hexadecimals, as .NET writes them', inSmallHex(secret)],
    ['in an address with every byte encoded', allInHex(secret)],
    ['in an address as old scripts write it', numbers(secret, (code) => `%u${code.toString(16).padStart(4, '0')}`)],
    ['in an address in the character set of Western Europe', inSmallHex(secret).replace('%c3%a4', '%e4')],
    ['in an address, encoded twice', twice(encodeURIComponent)],
    ['in an address with small hexadecimals, encoded twice', twice(inSmallHex)],
    ['in a form, encoded twice', twice((text) => new URLSearchParams({ p: text }).toString().slice(2))],
    ['on a page by decimal numbers', numbers(secret, (code) => `&#${code};`)],
    ['on a page by decimal numbers with zeros before them', numbers(secret, (code) => `&#00${code};`)],
    ['on a page by hexadecimal numbers', numbers(secret, (code) => `&#x${code.toString(16)};`)],
    ['on a page by large hexadecimal numbers', numbers(secret, (code) => `&#X${code.toString(16).toUpperCase()};`)],
    ['on a page by names, in capitals too', inMarkup(secret).replaceAll('&amp;', '&AMP;')],
    ['on a page, encoded twice', twice(inMarkup)],
    ['on a page, of an address', inMarkup(inSmallHex(secret))],
    ['in JSON of plain letters', JSON.stringify(secret).replace('ä', '\\u00E4'), '"***"'],
    ['in JSON within JSON', JSON.stringify(JSON.stringify(secret)), '"\\"***\\""'],
    [
      'in a page within JSON, as an address',
      JSON.stringify(`<a href="?p=${inMarkup(inSmallHex(secret))}">`),
      JSON.stringify('<a href="?p=***">'),
    ],
    ['in base64', base64(secret)],
    ['in base64 for addresses', base64(secret, 'base64url')],
    ['in base64 with the user before it', base64(`svc:${secret}`)],
    ['in base64 with a longer user before it', base64(`admin:${secret}`)],
    ['in base64 with more behind it', base64(`{"user":"service","password":"${secret}","f":"json"}`)],
    ['in base64 in an address', encodeURIComponent(base64(`svc:${secret}`))],
    ['in an address in base64', base64(encodeURIComponent(secret))],
  );
  for (const [what, form, left = '***'] of forms) {
    it(`takes a secret out ${what}`, () => {
      hideSecret(secret);

      const text = redact(`before ${form} after`);

      assert.equal(text, `before ${left} after`);
    });
  }

  it('leaves the texts around a secret as they are, escaped or not', () => {
    hideSecret('correct-horse');

    const text = redact('100%25 &lt;b&gt; C:\\temp %E4 correct%2Dhorse &#99;orrect-horse "\\u0041"');

    assert.equal(text, '100%25 &lt;b&gt; C:\\temp %E4 *** *** "\\u0041"');
  });

  it('takes a secret out that holds what looks escaped', () => {
    hideSecret('p%41&#65;\\u0041');

    const text = redact(`p%41&#65;\\u0041 ${encodeURIComponent('p%41&#65;\\u0041')}`);

    assert.equal(text, '*** ***');
  });

  it('takes all of a secret out whose repetitions overlap', () => {
    hideSecret('abcab');

    const text = redact('abcabcab');

    assert.doesNotMatch(text, /[abc]/);
  });

  it('keeps the start of a very long text, with no part of a secret at its end', () => {
    hideSecret('correct-horse');

    const text = redact(`${'x'.repeat(95)}${'correct%2dhorse'.repeat(20)}`, 100);

    assert.equal(text, `${'x'.repeat(95)}*** … (cut)`);
  });

  it('is done in two seconds with hostile megabytes of escapes within escapes, and of secrets', () => {
    for (let count = 0; count < 20; count += 1) hideSecret(`correct-horse-${count}`);
    const encoded = base64('correct-horse-0').slice(0, -4);
    const hostile = ['%2525&amp;#x25;\\\\u0025cor', encoded, 'correct-horse-1'].map((text) => text.repeat(40_000));
    // Of this process alone: others may keep the processor busy.
    const before = process.cpuUsage();

    for (const text of hostile) redact(text);

    const { user } = process.cpuUsage(before);
    assert.ok(user < 2_000_000, `${user / 1000} ms`);
  });

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
