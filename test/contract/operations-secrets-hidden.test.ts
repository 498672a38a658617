import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it, mock } from 'node:test';
import { handler as checkJob } from '../../functions/check-job/handler.ts';
import { handler as clearRestCache } from '../../functions/clear-rest-cache/handler.ts';
import { handler as purge } from '../../functions/purge-microstrategy-caches/handler.ts';
import { handler as refresh } from '../../functions/refresh-service/handler.ts';
import { invoke, startTestAws, type TestAws, work } from '../support/invoke.ts';
import { watchOf } from '../support/watch.ts';
import { jsonAnswer, type SeenRequest, startWeatherServer, type WeatherServer } from '../support/weather-server.ts';

const PASSWORD = 'p&ss "w\\örd"+%41 <x>/$&?#=';
const TOKEN = 'tok/en+With=Odd&Characters-0123456789';
const COOKIE = 'c0okie/Value+1=%22-9876543210';
const PROJECT = 'B7CA92F04B9FAE8D941C3E9B7E0CD754';
const TASK = 'rest/services/System/PublishingTools/GPServer/Refresh%20Service';
/** So much of a secret must not be left over where a text is cut. */
const PART_CHARACTERS = 10;

const htmlText = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
const namedHtmlText = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const inSmallHex = (text: string) => encodeURIComponent(text).replace(/%../g, (byte) => byte.toLowerCase());

/** What servers make of a text that they echo. */
const ECHOES: [what: string, echo: (text: string) => string][] = [
  ['as it is', (text) => text],
  ['as JSON text', (text) => JSON.stringify(text)],
  ['as a form field', (text) => new URLSearchParams({ password: text }).toString()],
  ['encoded for an address', encodeURIComponent],
  ['escaped for HTML', namedHtmlText],
  ['escaped for HTML by numbers', htmlText],
  ['encoded for an address in small letters', inSmallHex],
  ['encoded for an address twice', (text) => inSmallHex(encodeURIComponent(text))],
  ['in base64', (text) => Buffer.from(text).toString('base64')],
  ['in base64 with the user', (text) => Buffer.from(`svc:${text}`).toString('base64')],
];

describe('what leaves a function whose vendor echoes what it was sent', () => {
  let aws: TestAws;
  let weather: WeatherServer;
  let logged: string;

  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());
  beforeEach(async () => {
    weather = await startWeatherServer();
    logged = '';
    const { write } = process.stdout;
    // The log is what the test is about: it is kept, and still written.
    mock.method(process.stdout, 'write', (chunk: string | Uint8Array) => {
      logged += chunk.toString();
      return write.call(process.stdout, chunk);
    });
  });
  afterEach(async () => {
    mock.restoreAll();
    await weather.close();
  });

  const arcgisTarget = (more: object = { username: 'svc', password: PASSWORD }) =>
    aws.newTarget({ vendor: 'arcgis', url: `${weather.origin}/arcgis`, ...more });
  const microstrategyTarget = () =>
    aws.newTarget({
      vendor: 'microstrategy',
      url: `${weather.origin}/MicroStrategyLibrary`,
      username: 'svc',
      password: PASSWORD,
    });

  function serveArcgis(): void {
    weather.always(/rest\/info/, jsonAnswer({ currentVersion: 11.3 }));
    weather.always(/generateToken/, jsonAnswer({ token: TOKEN, expires: Date.now() + 3_600_000 }));
  }

  function serveMicrostrategy(): void {
    const headers = {
      'x-mstr-authtoken': TOKEN,
      'set-cookie': [`JSESSIONID=${COOKIE}; Path=/`, 'library-ingress=node-1; Path=/'],
    };
    weather.always(/auth\/login/, { status: 204, headers });
    weather.always(/auth\/logout/, ({ headers: sent }) => refusal(500, `logout of ${JSON.stringify(sent)}`));
  }

  const refusal = (status: number, message: string) => ({ ...jsonAnswer({ code: 'ERR001', message }), status });
  const wholeRequest = (request: SeenRequest) =>
    `${JSON.stringify(request.headers)} ${request.body} ${JSON.stringify(request.body)}`;

  /** Everything that Lambda would report and log of an invocation. */
  async function everythingOf(run: Promise<unknown>): Promise<string> {
    const left = await run.then(
      (result) => [result],
      (error: unknown) => {
        const { name, message, stack, cause } = Object(error);
        return [name, message, stack, String(cause), Object.values(Object(error)), Object(error).code];
      },
    );
    return `${JSON.stringify(left)}\n${left.map(String).join('\n')}\n${logged}`;
  }

  function assertHidden(text: string, ...secrets: string[]): void {
    for (const secret of secrets) {
      for (const [what, echo] of ECHOES) {
        assert.ok(!text.includes(echo(secret)), `a secret ${what}`);
      }
      assert.ok(!text.includes(htmlText(secret)), 'a secret escaped for HTML by numbers');
    }
  }

  for (const [what, echo] of ECHOES) {
    it(`hides a password that a refused ArcGIS sign-in echoes ${what}`, async () => {
      weather.always(/rest\/info/, jsonAnswer({ currentVersion: 11.3 }));
      const error = { code: 400, message: `No such user: ${echo(PASSWORD)}`, details: [echo(PASSWORD)] };
      weather.always(/generateToken/, jsonAnswer({ error }));

      const left = await everythingOf(work(clearRestCache, { target: arcgisTarget() }));

      assert.match(left, /VendorAuthError.*No such user/);
      assertHidden(left, PASSWORD);
    });

    it(`hides a password that a refused MicroStrategy login echoes ${what}`, async () => {
      weather.always(/auth\/login/, {
        ...jsonAnswer({ code: 'ERR003', message: `Login failure ${echo(PASSWORD)}` }),
        status: 401,
      });

      const left = await everythingOf(work(purge, { target: microstrategyTarget(), projects: 'ALL' }));

      assert.match(left, /VendorAuthError.*Login failure/);
      assertHidden(left, PASSWORD);
    });
  }

  it('hides an ArcGIS token in an error, whatever of the request is echoed', async () => {
    serveArcgis();
    weather.always(/cache\/clear/, (request) =>
      jsonAnswer({ status: 'error', code: 500, messages: [wholeRequest(request)] }),
    );

    const left = await everythingOf(work(clearRestCache, { target: arcgisTarget() }));

    assert.match(left, /VendorRejectedError/);
    assertHidden(left, TOKEN);
  });

  it('hides a long-lived token', async () => {
    weather.always(/cache\/clear/, (request) => jsonAnswer({ error: { code: 498, message: wholeRequest(request) } }));

    const left = await everythingOf(work(clearRestCache, { target: arcgisTarget({ token: TOKEN }) }));

    assert.match(left, /VendorAuthError/);
    assertHidden(left, TOKEN);
  });

  it('hides a token in the answer to a submit that is uncertain, and does not tell its body', async () => {
    serveArcgis();
    weather.always(/ImageServer$/, jsonAnswer({}));
    weather.always(/submitJob/, ({ body }) => ({ body: `<html>${body}</html>` }));

    const left = await everythingOf(
      invoke(refresh, { submit: { target: arcgisTarget(), serviceName: 'A', serviceType: 'ImageServer' } }),
    );

    assert.match(left, /SubmitUncertainError/);
    assertHidden(left, TOKEN);
    assert.doesNotMatch(left, /<html>|serviceType=/);
  });

  const watch = (target: string) =>
    watchOf({ operation: 'refresh-service', target, service: 'A.ImageServer', taskPath: TASK });
  for (const jobStatus of ['esriJobSucceeded', 'esriJobFailed']) {
    it(`hides a token in the messages of a job, also where a message is cut (${jobStatus})`, async () => {
      serveArcgis();
      const descriptions = [TOKEN, `${'x'.repeat(480)}${TOKEN}`, `${'x'.repeat(470)}${TOKEN}`];
      const messages = descriptions.map((description) => ({ type: 'esriJobMessageTypeError', description }));
      weather.always(/jobs\/j1$/, jsonAnswer({ jobStatus, messages }));

      const left = await everythingOf(invoke(checkJob, watch(arcgisTarget())));

      assert.match(left, /xxx/);
      assertHidden(left, TOKEN, TOKEN.slice(0, PART_CHARACTERS));
    });
  }

  it('hides password, token and cookies in the results of a purge and in its log', async () => {
    serveMicrostrategy();
    weather.always(/caches/, (request) => refusal(500, `${JSON.stringify(request.headers)} ${PASSWORD}`));

    const left = await everythingOf(work(purge, { target: microstrategyTarget(), projects: [PROJECT] }));

    assert.match(left, /PartialFailureError/);
    assert.match(left, /logout/);
    assertHidden(left, PASSWORD, TOKEN, COOKIE, 'node-1');
  });

  for (const secret of [PASSWORD, TOKEN, COOKIE]) {
    it(`hides "${secret.slice(0, 3)}…" where the reason of a failed purge is cut`, async () => {
      serveMicrostrategy();
      const { host } = new URL(weather.origin);
      const before = `VendorRejectedError: DELETE ${host}/MicroStrategyLibrary/api/monitors/projects/${PROJECT}/caches/element: the server refused with HTTP 500: ERR001 `;
      weather.always(/caches/, refusal(500, `${'x'.repeat(500 - before.length - PART_CHARACTERS - 2)}${secret}`));

      const left = await everythingOf(work(purge, { target: microstrategyTarget(), projects: [PROJECT] }));

      assert.match(left, /xxx/);
      assertHidden(left, secret, secret.slice(0, PART_CHARACTERS));
    });
  }

  it('hides a password that is echoed as JSON text in a reason that becomes JSON once more', async () => {
    serveMicrostrategy();
    weather.always(/caches/, refusal(500, `login was {"password":${JSON.stringify(PASSWORD)}}`));

    const left = await everythingOf(work(purge, { target: microstrategyTarget(), projects: [PROJECT] }));

    assert.match(left, /PartialFailureError/);
    assertHidden(left, PASSWORD, 'örd');
  });

  it('hides the new password and the old one after a rotation', async () => {
    weather.always(/rest\/info/, jsonAnswer({ currentVersion: 11.3 }));
    const target = arcgisTarget();
    const sent: string[] = [];
    weather.always(/generateToken/, ({ body }) => {
      sent.push(new URLSearchParams(body).get('password') ?? '');
      aws.setSecret(target, {
        vendor: 'arcgis',
        url: `${weather.origin}/arcgis`,
        username: 'svc',
        password: 'rotated-Password2',
      });
      return jsonAnswer({ error: { code: 400, message: `Not ${sent.join(' nor ')}`, details: [] } });
    });

    const left = await everythingOf(work(clearRestCache, { target }));

    assert.deepEqual(sent, [PASSWORD, 'rotated-Password2']);
    assert.match(left, /VendorAuthError/);
    assertHidden(left, PASSWORD, 'rotated-Password2');
  });

  it('names the keys of a secret that does not fit, and none of its values', async () => {
    const target = aws.newTarget({
      vendor: 'arcgis',
      url: `http://gis.example.org/${TOKEN}`,
      username: 'svc',
      password: PASSWORD,
      token: TOKEN,
      extra: COOKIE,
    });

    const left = await everythingOf(work(clearRestCache, { target }));

    assert.match(left, /InvalidSecretError.*url.*token/);
    assertHidden(left, PASSWORD, TOKEN, COOKIE);
  });
});
