import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { redact } from '../../../../shared/http/redact.ts';
import { startTestAws, type TestAws } from '../../../support/invoke.ts';
import { readArcgisTarget, readMicrostrategyTarget } from '../../../support/targets.ts';
import { fixture } from '../../../support/tls.ts';

const SECRET = { vendor: 'arcgis', url: 'https://gis.example.org/server', username: 'svc', password: 'hunter2' };

describe('reading a target', () => {
  let aws: TestAws;
  before(async () => {
    aws = await startTestAws();
  });
  after(async () => {
    await aws.close();
  });

  it('is UnknownTargetError where there is no secret of that name', async () => {
    const read = readArcgisTarget('nobody');

    await assert.rejects(read, { name: 'UnknownTargetError', message: /"nobody".*cache-ops\/nobody/ });
  });

  const unfit: [what: string, secret: unknown, keys: RegExp][] = [
    ['is no JSON', 'hunter2', /not a JSON object/],
    ['is a JSON array', ['hunter2'], /not a JSON object/],
    ['is null', 'null', /not a JSON object/],
    ["is the other vendor's", { ...SECRET, vendor: 'microstrategy' }, /^Target "\S+" is a MicroStrategy server/],
    ['has several keys that do not fit', { ...SECRET, url: 'hunter2', username: undefined }, /url: .*username: /],
  ];
  for (const [what, secret, keys] of unfit) {
    it(`is InvalidSecretError where the secret ${what}, without its values`, async () => {
      const target = aws.newTarget(secret);

      const read = readArcgisTarget(target);

      await assert.rejects(read, (error: Error) => {
        assert.equal(error.name, 'InvalidSecretError');
        assert.match(error.message, keys);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      });
    });
  }

  it('keeps unknown keys out and tells their names', async () => {
    const target = aws.newTarget({ ...SECRET, engine: 'custom', host: 'hunter2', constructor: 'hunter2' });
    const told: unknown[] = [];

    const read = await readArcgisTarget(target, { onUnknownKeys: (secretId, keys) => told.push([secretId, keys]) });

    assert.deepEqual(read, SECRET);
    assert.deepEqual(told, [[`cache-ops/${target}`, ['engine', 'host', 'constructor']]]);
  });

  it('blames the target and not the secret where it is of the other vendor', async () => {
    const target = aws.newTarget(SECRET);

    const read = readMicrostrategyTarget(target);

    const message = new RegExp(
      `^Target "${target}" is an ArcGIS site .*for MicroStrategy servers: give another target`,
    );
    await assert.rejects(read, { name: 'InvalidSecretError', message });
  });

  it('hides the password and the tokens from then on', async () => {
    await readArcgisTarget(aws.newTarget({ ...SECRET, password: 'swordfish-1' }));
    await readMicrostrategyTarget(aws.newTarget({ ...SECRET, vendor: 'microstrategy', password: 'swordfish-2' }));

    const text = redact('swordfish-1 swordfish-2');

    assert.equal(text, '*** ***');
  });

  it('hides the key of a client certificate and the password of a proxy from then on', async () => {
    const httpsProxy = 'http://svc:sword%2Ffish@proxy.example.org:3128';
    const clientKey = fixture('client-key.pem');
    await readArcgisTarget(
      aws.newTarget({ ...SECRET, httpsProxy, clientKey, clientCertificate: fixture('client.pem') }),
    );

    const text = redact(`${httpsProxy} sword/fish ${Buffer.from('svc:sword/fish').toString('base64')} ${clientKey}`);

    assert.equal(text, 'http://svc:***@proxy.example.org:3128 *** *** ***');
  });

  it('hides the user of a proxy that has no password: it is a token then', async () => {
    const httpsProxy = 'http://proxy-token-1@proxy.example.org:3128';

    await readArcgisTarget(aws.newTarget({ ...SECRET, httpsProxy }));

    assert.equal(redact(httpsProxy), 'http://***@proxy.example.org:3128');
  });

  it('gives the same object while the secret is the same, also when it is read afresh', async () => {
    const target = aws.newTarget(SECRET);

    const reads = [await readArcgisTarget(target), await readArcgisTarget(target, { fresh: true })];

    assert.equal(reads[0], reads[1]);
  });

  it('does not see a change at once, and sees it when it reads afresh', async () => {
    const target = aws.newTarget(SECRET);
    await readArcgisTarget(target);
    aws.setSecret(target, { ...SECRET, username: 'rotated' });

    const cached = await readArcgisTarget(target);
    const fresh = await readArcgisTarget(target, { fresh: true });

    assert.deepEqual([cached.username, fresh.username], ['svc', 'rotated']);
  });

  it('sees a change after five minutes', async (t) => {
    const target = aws.newTarget(SECRET);
    await readArcgisTarget(target);
    aws.setSecret(target, { ...SECRET, username: 'rotated' });
    const later = Date.now() + 5 * 60_000 + 1;
    t.mock.method(Date, 'now', () => later);

    const read = await readArcgisTarget(target);

    assert.equal(read.username, 'rotated');
  });

  it('forgets a failure: the secret that is made afterwards is read', async () => {
    const target = 'made-afterwards';
    await assert.rejects(readArcgisTarget(target));
    aws.setSecret(target, SECRET);

    const read = await readArcgisTarget(target);

    assert.deepEqual(read, SECRET);
  });
});
