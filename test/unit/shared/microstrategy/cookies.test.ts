import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { redact } from '../../../../shared/http/redact.ts';
import { Cookies } from '../../../../shared/microstrategy/cookies.ts';

function headerAfter(...answers: (string | string[] | undefined)[]): string {
  const cookies = new Cookies();
  for (const lines of answers) cookies.keep(lines === undefined ? {} : { 'set-cookie': [lines].flat() });
  return cookies.header;
}

describe('the cookies of a session', () => {
  const kept: [what: string, answers: (string | string[] | undefined)[], header: string][] = [
    ['none', [undefined], ''],
    ['one', ['JSESSIONID=A1; Path=/; HttpOnly'], 'JSESSIONID=A1'],
    ['several of one answer', [['JSESSIONID=A1', 'iSession=B2', 'AWSALB=C3']], 'JSESSIONID=A1; iSession=B2; AWSALB=C3'],
    ['those of later answers too', ['JSESSIONID=A1', undefined, 'AWSALB=C3'], 'JSESSIONID=A1; AWSALB=C3'],
    ['the newest value', ['AWSALB=C3', 'AWSALB=C4; Path=/'], 'AWSALB=C4'],
    ['a value with = and quotes as it came', ['route="a==b"; Path=/'], 'route="a==b"'],
    ['an empty value', ['route=; Path=/'], 'route='],
    ['none that has no name', ['=A1', '; Path=/', 'nonsense'], ''],
    ['none whose Max-Age is 0', ['route=A1', 'route=A2; Max-Age=0'], ''],
    ['none that ended in the past', ['route=A1', 'route=; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], ''],
    ['one that ends in the future', ['route=A1; Expires=Fri, 31 Dec 9999 23:59:59 GMT'], 'route=A1'],
    ['one by its Max-Age before its Expires', ['r=A1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; max-age=60'], 'r=A1'],
  ];
  for (const [what, answers, header] of kept) {
    it(`are ${what}`, () => {
      const sent = headerAfter(...answers);

      assert.equal(sent, header);
    });
  }

  it('are taken from the single line that undici gives as a string', () => {
    const cookies = new Cookies();

    cookies.keep(Object.assign({}, JSON.parse('{"set-cookie":"JSESSIONID=A1"}')));

    assert.equal(cookies.header, 'JSESSIONID=A1');
  });

  it('are hidden in whatever is said later', () => {
    headerAfter('JSESSIONID=0F6B1C2D3E; Path=/');

    const text = redact('the server refused session 0F6B1C2D3E');

    assert.equal(text, 'the server refused session ***');
  });
});
