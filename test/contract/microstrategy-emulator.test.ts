import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { defaultAccounts } from '../../local/emulators/microstrategy/accounts.ts';
import { LibraryClient, logIn, refusalOf } from '../../local/emulators/microstrategy/library-client.ts';
import type {
  MicrostrategyEmulator,
  MicrostrategyEmulatorOptions,
} from '../../local/emulators/microstrategy/microstrategy-emulator.ts';
import { startMicrostrategyEmulator } from '../../local/emulators/microstrategy/microstrategy-emulator.ts';

const TUTORIAL = 'B7CA92F04B9FAE8D941C3E9B7E0CD754';
const ARCHIVE = '9E1F6C2D40B84F3A8A5C7D0E3B926F48';
const UNKNOWN = '00000000000000000000000000000001';

async function start(t: TestContext, options: MicrostrategyEmulatorOptions = {}): Promise<MicrostrategyEmulator> {
  const emulator = await startMicrostrategyEmulator(options);
  t.after(() => emulator.close());
  return emulator;
}

function pick(list: unknown, key: string): unknown[] {
  assert.ok(Array.isArray(list));
  return list.map((item: Record<string, unknown>) => item[key]);
}

test('a login answers 204 without a body, a token header and three cookies', async (t) => {
  const emulator = await start(t);
  const { username, password } = emulator;

  const response = await new LibraryClient(emulator).post('/api/auth/login', { loginMode: 1, username, password });

  assert.equal(response.status, 204);
  assert.equal(await response.text(), '');
  assert.match(response.headers.get('X-MSTR-AuthToken') ?? '', /^[0-9a-z]{26,}$/);
  assert.deepEqual(
    response.headers.getSetCookie().map((cookie) => cookie.split('=')[0]),
    ['JSESSIONID', 'iSession', 'library-ingress'],
  );
  assert.match(response.headers.getSetCookie()[0] ?? '', /; Path=\/MicroStrategyLibrary; HttpOnly$/);
});

test('a login may be a form, and of application type 76 on a newer server', async (t) => {
  const emulator = await start(t, { serverVersion: '11.5.0600' });
  const { username, password } = emulator;
  const client = new LibraryClient(emulator);

  const body = new URLSearchParams({ loginMode: '1', username, password, applicationType: '76' });
  const response = await client.send('POST', '/api/auth/login', { body });

  assert.equal(response.status, 204);
  assert.equal((await client.send('GET', '/api/sessions')).status, 200);
});

for (const name of ['ldapAdmin', 'apiToken'] as const) {
  test(`the account ${name} logs in with its own mode only and may purge`, async (t) => {
    const emulator = await start(t);
    const { username, password } = emulator.accounts[name];

    const standard = await new LibraryClient(emulator).post('/api/auth/login', { loginMode: 1, username, password });
    const purged = await (await logIn(emulator, emulator.accounts[name])).purge(TUTORIAL);

    assert.deepEqual(await refusalOf(standard), [401, 'ERR003', -2147216959]);
    assert.equal(purged.status, 204);
  });
}

const { username, password } = defaultAccounts().disabled;
const JSON_TYPE = 'application/json';
const REFUSED_LOGINS: [string, string, string, [number, string, number?]][] = [
  ['an unknown user', JSON_TYPE, '{"loginMode":1,"username":"x","password":"y"}', [401, 'ERR003', -2147216959]],
  ['a disabled account', JSON_TYPE, JSON.stringify({ loginMode: 1, username, password }), [401, 'ERR003', -2147216965]],
  ['application type 76', JSON_TYPE, '{"loginMode":1,"username":"x","applicationType":76}', [400, 'ERR006']],
  ['the guest mode', JSON_TYPE, '{"loginMode":8,"username":"x"}', [401, 'ERR003']],
  ['a number that is no mode', JSON_TYPE, '{"loginMode":-1,"username":"x"}', [400, 'ERR006']],
  ['no mode, which is the standard one', JSON_TYPE, '{"username":"x","password":"y"}', [401, 'ERR003', -2147216959]],
  ['no user', JSON_TYPE, '{"loginMode":1,"password":"y"}', [400, 'ERR007']],
  ['broken JSON', JSON_TYPE, '{"loginMode":1', [400, 'ERR006']],
  ['an empty body', JSON_TYPE, '', [400, 'ERR005']],
  ['a text', 'text/plain', 'loginMode=1', [415, 'ERR001']],
];
for (const [what, type, body, expected] of REFUSED_LOGINS) {
  test(`a login with ${what} is refused with ${expected.join(' ')} and opens nothing`, async (t) => {
    const emulator = await start(t);

    const headers = { 'Content-Type': type };
    const response = await new LibraryClient(emulator).send('POST', '/api/auth/login', { headers, body });

    assert.deepEqual(await refusalOf(response), expected);
    assert.equal(emulator.openSessions(), 0);
  });
}

test('the fifth wrong password locks the account against the right one', async (t) => {
  const emulator = await start(t);
  const { username, password } = emulator;
  const client = new LibraryClient(emulator);

  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const wrong = await client.post('/api/auth/login', { loginMode: 1, username, password: 'wrong' });
    assert.deepEqual(await refusalOf(wrong), [401, 'ERR003', -2147216959]);
  }
  const right = await client.post('/api/auth/login', { loginMode: 1, username, password });

  assert.deepEqual(await refusalOf(right), [401, 'ERR003', -2147072513]);
});

for (const lost of ['JSESSIONID', 'iSession', 'library-ingress', 'token']) {
  test(`a call without its ${lost} is refused although it has the rest of the session`, async (t) => {
    const client = await logIn(await start(t));
    client.cookies.delete(lost);
    if (lost === 'token') client.token = '';

    const response = await client.send('GET', '/api/projects');

    assert.deepEqual(await refusalOf(response), [401, 'ERR009']);
  });
}

test('a purge with the load-balancer cookie from before its refresh is refused', async (t) => {
  const emulator = await start(t);
  const client = await logIn(emulator);
  const atLogin = client.cookies.get('library-ingress') ?? '';
  await client.send('GET', '/api/projects');
  const refreshed = client.cookies.get('library-ingress') ?? '';

  client.cookies.set('library-ingress', atLogin);
  const stale = await client.purge(TUTORIAL);
  client.cookies.set('library-ingress', refreshed);
  const current = await client.purge(TUTORIAL);

  assert.notEqual(refreshed, atLogin);
  assert.deepEqual(await refusalOf(stale), [401, 'ERR009']);
  assert.equal(current.status, 204);
});

test('reads that are under way while the load-balancer cookie changes all succeed', async (t) => {
  const client = await logIn(await start(t));

  const responses = await Promise.all(Array.from({ length: 5 }, () => client.send('GET', '/api/projects')));
  const purged = await client.purge(TUTORIAL);

  assert.deepEqual(new Set(responses.map(({ status }) => status)), new Set([200]));
  assert.equal(purged.status, 204);
});

test('an idle session ends, and every call before keeps it alive', async (t) => {
  let now = 0;
  const emulator = await start(t, { now: () => now, sessionSeconds: 60 });
  const client = await logIn(emulator);

  now = 59_000;
  const kept = await client.send('PUT', '/api/sessions');
  now = 118_000;
  const alive = await client.send('GET', '/api/sessions');
  now = 178_000;
  const dead = await client.send('GET', '/api/sessions');

  assert.deepEqual([kept.status, alive.status], [204, 200]);
  assert.deepEqual(await refusalOf(dead), [401, 'ERR009']);
  assert.equal(emulator.openSessions(), 0);
});

test('sessions that the server has ended are refused', async (t) => {
  const emulator = await start(t);
  const client = await logIn(emulator);

  emulator.expireSessions();

  assert.deepEqual(await refusalOf(await client.purge(TUTORIAL)), [401, 'ERR009']);
});

test('a logout closes its own session, and a second one is refused', async (t) => {
  const emulator = await start(t);
  const [client, other] = [await logIn(emulator), await logIn(emulator)];

  const first = await client.send('POST', '/api/auth/logout');
  const second = await client.send('POST', '/api/auth/logout');

  assert.equal(first.status, 204);
  assert.deepEqual(await refusalOf(second), [401, 'ERR009']);
  assert.equal(emulator.openSessions(), 1);
  assert.equal((await other.send('GET', '/api/sessions')).status, 200);
});

test('deleting the login does not exist and logs nobody out', async (t) => {
  const emulator = await start(t);
  const client = await logIn(emulator);

  const response = await client.send('DELETE', '/api/auth/login');

  assert.deepEqual(await refusalOf(response), [404, 'ERR004']);
  assert.equal(emulator.openSessions(), 1);
});

for (const cacheType of ['element', 'object'] as const) {
  test(`a purge of the ${cacheType} cache empties that one of that project and nothing else`, async (t) => {
    const emulator = await start(t, { now: () => 42 });
    const before = structuredClone(emulator.projects);

    const response = await (await logIn(emulator)).purge(TUTORIAL, cacheType);

    assert.equal(response.status, 204);
    assert.equal(await response.text(), '');
    const [tutorial, ...others] = emulator.projects;
    assert.deepEqual(tutorial?.caches, { ...before[0]?.caches, [cacheType]: 0 });
    assert.deepEqual(tutorial?.purges, [{ cacheType, at: 42 }]);
    assert.deepEqual(others, before.slice(1));
  });
}

const REFUSED_PURGES: [string, string, MicrostrategyEmulatorOptions, [number, string, number?]][] = [
  ['the singular path of the old documentation', `${TUTORIAL}/cache/element`, {}, [404, 'ERR004']],
  ['a server without the call', `${TUTORIAL}/caches/element`, { serverVersion: '11.3.0700' }, [404, 'ERR004']],
  ['another cache type', `${TUTORIAL}/caches/report`, {}, [400, 'ERR006']],
  ['an id that is none', 'Tutorial/caches/element', {}, [400, 'ERR006']],
  ['an unknown project', `${UNKNOWN}/caches/element`, {}, [400, 'ERR006']],
  [
    'an unknown project, as seen in the field,',
    `${UNKNOWN}/caches/element`,
    { unknownProjectStatus: 404 },
    [404, 'ERR001', -2147209151],
  ],
  ['a project that is not loaded', `${ARCHIVE}/caches/element`, {}, [404, 'ERR001', -2147209151]],
  ['a full session cap', `${TUTORIAL}/caches/element`, { sessionsPerUser: 0 }, [500, 'ERR001', -2147072486]],
];
for (const [what, path, options, expected] of REFUSED_PURGES) {
  test(`a purge with ${what} is refused with ${expected.join(' ')} and purges nothing`, async (t) => {
    const emulator = await start(t, options);
    const client = await logIn(emulator);

    const response = await client.send('DELETE', `/api/monitors/projects/${path}`);

    assert.deepEqual(await refusalOf(response), expected);
    assert.deepEqual(
      emulator.projects.flatMap(({ purges }) => purges),
      [],
    );
  });
}

test('a user without the cache privilege may not purge', async (t) => {
  const emulator = await start(t);
  const client = await logIn(emulator, emulator.accounts.analyst);

  assert.deepEqual(await refusalOf(await client.purge(TUTORIAL)), [403, 'ERR014', -2147213784]);
});

test('a logout frees the place under the session cap', async (t) => {
  const emulator = await start(t, { sessionsPerUser: 1 });
  const [first, second] = [await logIn(emulator), await logIn(emulator)];

  const capped = await second.purge(TUTORIAL);
  await first.send('POST', '/api/auth/logout');
  const free = await second.purge(TUTORIAL);

  assert.deepEqual(await refusalOf(capped), [500, 'ERR001', -2147072486]);
  assert.equal(free.status, 204);
});

test('the project list is a bare array of what the user may access, unloaded projects as active too', async (t) => {
  const emulator = await start(t);
  const [admin, analyst] = [await logIn(emulator), await logIn(emulator, emulator.accounts.analyst)];

  const all: unknown = await (await admin.send('GET', '/api/projects')).json();
  const some: unknown = await (await analyst.send('GET', '/api/projects')).json();

  assert.deepEqual(pick(all, 'name'), ['Tutorial', 'Consolidated Education Project', 'Sales', 'Archive']);
  assert.deepEqual(pick(all, 'status'), [0, 0, 0, 0]);
  assert.deepEqual(pick(some, 'name'), ['Tutorial', 'Sales']);
});

test('the monitors show to those who may see them which projects are loaded', async (t) => {
  const emulator = await start(t);
  const [admin, analyst] = [await logIn(emulator), await logIn(emulator, emulator.accounts.analyst)];

  const nodes = await (await admin.send('GET', `/api/monitors/iServer/nodes?projects.id=${ARCHIVE}`)).json();
  const page = await admin.send('GET', '/api/monitors/projects?offset=2&limit=-1');
  const refused = await analyst.send('GET', '/api/monitors/iServer/nodes');

  const projects = [{ id: ARCHIVE, name: 'Archive', status: 'unloaded' }];
  const node = { name: 'iserver-1', port: 34952, status: 'running', load: 1, default: true };
  assert.deepEqual(nodes, { nodes: [{ ...node, projects }] });
  assert.match(await page.text(), /^{"projects":\[{[^[]+"name":"Sales".+"name":"Archive"/);
  assert.deepEqual(await refusalOf(refused), [403, 'ERR014', -2147213784]);
});

test('a planned fault meets one request, which has no effect, and the next one is served', async (t) => {
  const emulator = await start(t);
  const client = await logIn(emulator);
  emulator.failNext('DELETE', /caches/, { status: 503, headers: { 'Retry-After': '1' }, body: 'busy' });
  emulator.failNext('DELETE', /caches/, 'reset');

  const busy = await client.purge(TUTORIAL);
  await assert.rejects(client.purge(TUTORIAL));
  const served = await client.purge(TUTORIAL);

  assert.deepEqual([busy.status, busy.headers.get('Retry-After'), served.status], [503, '1', 204]);
  assert.equal(emulator.projects[0]?.purges.length, 1);
});
