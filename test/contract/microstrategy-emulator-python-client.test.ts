import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { LibraryClient, logIn, refusalOf } from '../../local/emulators/microstrategy/library-client.ts';
import {
  type MicrostrategyEmulator,
  startMicrostrategyEmulator,
} from '../../local/emulators/microstrategy/microstrategy-emulator.ts';

// What the vendor's Python client (PyPI `mstrio-py` 11.6.10.101) sends, and what it reads of the answers.

const TUTORIAL = 'B7CA92F04B9FAE8D941C3E9B7E0CD754';
const ARCHIVE = '9E1F6C2D40B84F3A8A5C7D0E3B926F48';

describe("the vendor's Python client at the MicroStrategy emulator", () => {
  let emulator: MicrostrategyEmulator;
  let client: LibraryClient;

  beforeEach(async () => {
    emulator = await startMicrostrategyEmulator();
    client = await logIn(emulator);
  });
  afterEach(() => emulator.close());

  const object = (id: string, type = '32', as = client) =>
    as.send('GET', `/api/objects/${id}?type=${type}&comments=True`, { headers: { 'X-MSTR-ProjectID': id } });

  it('falls back to application type 35 where 76 is refused', async () => {
    const { username, password } = emulator;
    const fields = { loginMode: '1', username, password };
    const logInAs = (applicationType: string) =>
      new LibraryClient(emulator).send('POST', '/api/auth/login', {
        body: new URLSearchParams({ ...fields, applicationType }),
      });

    const [python, web] = [await logInAs('76'), await logInAs('35')];

    assert.deepEqual([python.status, web.status], [400, 204]);
    assert.match(await python.text(), /constraint violations/);
  });

  it('reads all projects in pages, whose total is in a header', async () => {
    const page = await client.send('GET', '/api/monitors/projects?offset=1&limit=2');
    const one = await client.send('GET', `/api/monitors/projects?offset=0&limit=1000&projects.id=${ARCHIVE}`);

    const { projects } = Object(await page.json());
    assert.equal(page.headers.get('x-mstr-total-count'), '4');
    assert.equal(projects.length, 2);
    assert.equal(one.headers.get('x-mstr-total-count'), '1');
    assert.partialDeepStrictEqual(await one.json(), { projects: [{ id: ARCHIVE }] });
  });

  it('reads a project by its name, encoded as it must be', async () => {
    const found = await client.send('GET', '/api/projects/Consolidated%20Education%20Project');
    const unknown = await client.send('GET', '/api/projects/Nothing');
    const broken = await client.send('GET', '/api/projects/%ZZ');

    assert.partialDeepStrictEqual(await found.json(), { name: 'Consolidated Education Project', status: 0 });
    assert.deepEqual(await refusalOf(unknown), [500, 'ERR001']);
    assert.deepEqual(await refusalOf(broken), [500, 'ERR001']);
  });

  it('reads a project as an object of the metadata', async () => {
    const found = await object(TUTORIAL);

    const expected = { id: TUTORIAL, name: 'Tutorial', type: 32, subtype: 8192, acg: 255 };
    assert.partialDeepStrictEqual(await found.json(), expected);
  });

  it('reads no object that is not there, of another type, of no access, or of a project that is not loaded', async () => {
    const analyst = await logIn(emulator, emulator.accounts.analyst);

    const refused = [
      await object('00000000000000000000000000000001'),
      await object(TUTORIAL, '3'),
      await object('CE52831411E696C8BD2F0080EFD5AF44', '32', analyst),
      await object(ARCHIVE),
    ];

    const [missing, type, hidden, unloaded] = await Promise.all(refused.map(refusalOf));
    for (const refusal of [missing, type, hidden]) assert.deepEqual(refusal, [404, 'ERR004']);
    assert.deepEqual(unloaded, [404, 'ERR001', -2147209151]);
  });

  it('reads its privileges with id, name and description', async () => {
    const reply = await client.send('GET', '/api/sessions/privileges');

    const privileges: unknown = await reply.json();
    assert.ok(Array.isArray(privileges) && privileges.length === 2);
    for (const { id, name, description } of privileges) {
      assert.ok([id, name, description].every((text) => typeof text === 'string' && text !== ''));
    }
  });
});
