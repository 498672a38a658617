import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { EventApi } from '../../local/event-api.ts';
import { refusalOf } from '../../local/event-api-clients.ts';
import { channelOf } from '../../shared/clients/channel.ts';
import { connect, type EventClient } from '../support/event-client.ts';
import type { JobPlatform } from '../support/job-platform.ts';
import { startTiles, tilePlatform } from '../support/tile-runs.ts';

const DOWN = { status: 503, reply: { message: 'Service Unavailable' } };

async function open(t: TestContext) {
  const platform = await tilePlatform(t, { tells: true, settings: { clients: { websocket: true } } });
  assert.ok(platform.eventApi);
  const client = await connect(platform.eventApi);
  t.after(() => client[Symbol.dispose]());
  return { platform, client, eventApi: platform.eventApi };
}

const renewed = ({ events }: JobPlatform) =>
  events.filter((event) => event['detail-type'] === 'Tiles Renewed').map(({ detail }) => Object(detail));
const ownChannel = ({ target }: JobPlatform) => channelOf(target, 'Basemap.MapServer');
const allChannels = async (platform: JobPlatform) => (await ownChannel(platform)).replace(/[^/]+$/, '*');
const lettersOf = ({ letters }: JobPlatform) =>
  letters.filter(({ queue }) => queue.startsWith('ClientsUntoldClients')).map(({ body }) => JSON.parse(body));

/** All that was sent before is there when the answer is. */
const flush = (client: EventClient) => client.ask({ type: 'unsubscribe', id: 'none' }, 'unsubscribe_error');

describe('map clients', () => {
  it('hear on the channel of a service, and above it, that its tiles were renewed, and nothing of another service', async (t) => {
    const { platform, client } = await open(t);
    const own = await client.listen(await ownChannel(platform));
    const ofTarget = await client.listen(await allChannels(platform));
    const others = await client.listen(await channelOf(platform.target, 'Roads.MapServer'));
    const inFolder = await client.listen(await channelOf(platform.target, 'Imagery/Basemap.MapServer'));

    startTiles(platform, 'one');
    platform.start('clear-rest-cache', { target: platform.target });
    await platform.idle();
    await flush(client);

    assert.equal(renewed(platform).length, 1);
    assert.deepEqual(own, renewed(platform));
    assert.deepEqual(ofTarget, own);
    assert.deepEqual([others, inFolder], [[], []]);
    assert.partialDeepStrictEqual(own[0], { target: platform.target, service: 'Basemap.MapServer' });
  });

  it('hear nothing more once they have unsubscribed', async (t) => {
    const { platform, client } = await open(t);
    const heard = await client.listen(await allChannels(platform));

    await client.ask({ type: 'unsubscribe', id: 'of-0' }, 'unsubscribe_success');
    startTiles(platform, 'one');
    await platform.idle();
    await flush(client);

    assert.deepEqual([renewed(platform).length, heard], [1, []]);
  });

  it('hear it later, once, where AppSync does not answer for two minutes', async (t) => {
    const { platform, client, eventApi } = await open(t);
    const heard = await client.listen(await allChannels(platform));
    eventApi.trouble = DOWN;

    startTiles(platform, 'one');
    let attempts = 0;
    platform.onInvoke(({ functionName, moment }) => {
      if (functionName !== 'tell-clients' || moment !== 'before') return;
      attempts += 1;
      if (attempts === 3) eventApi.trouble = undefined;
    });
    await platform.idle();
    await flush(client);

    assert.deepEqual([attempts, heard], [3, renewed(platform)]);
    assert.deepEqual(lettersOf(platform), []);
  });

  for (const [what, trouble, error, attempts] of [
    ['does not answer for an hour', DOWN, 'AwsUnavailableError', 3],
    [
      'refuses it',
      refusalOf(401, 'UnauthorizedException', 'You are not authorized to make this call.'),
      'UnauthorizedException',
      3,
    ],
    [
      'takes the request and not the event',
      { status: 200, reply: { failed: [{ index: 0 }] } },
      'AwsUnavailableError',
      3,
    ],
  ] as const) {
    it(`do not hear it where AppSync ${what}: the event is a dead letter that names the error, and the run has succeeded`, async (t) => {
      const { platform, eventApi } = await open(t);
      eventApi.trouble = trouble;

      const run = startTiles(platform, 'one');
      await platform.idle();

      const [letter, ...more] = lettersOf(platform);
      assert.deepEqual(more, []);
      assert.deepEqual(letter.requestPayload.detail, renewed(platform)[0]);
      assert.equal(letter.requestContext.approximateInvokeCount, attempts);
      assert.equal(letter.responsePayload.errorType, error);
      assert.match(letter.responsePayload.errorMessage, /AppSync .*\/tiles\/.*\/Basemap-2EMapServer: /);
      assert.equal(run.status, 'SUCCEEDED');
    });
  }

  it('may not tell anything themselves, by HTTP or by WebSocket', async (t) => {
    const { platform, client, eventApi } = await open(t);
    const channel = await ownChannel(platform);
    const heard = await client.listen(channel);

    const byKey = await publish(eventApi, { 'x-api-key': eventApi.apiKey }, channel);
    const byNothing = await publish(eventApi, {}, channel);
    const authorization = { 'x-api-key': eventApi.apiKey };
    const bySocket = await client.ask(
      { type: 'publish', id: 'p', channel, events: ['{}'], authorization },
      'publish_error',
    );
    await flush(client);

    assert.deepEqual([byKey.status, byNothing.status], [401, 401]);
    assert.deepEqual(await byKey.json(), {
      errors: [{ errorType: 'UnauthorizedException', message: 'You are not authorized to make this call.' }],
    });
    assert.partialDeepStrictEqual(bySocket, { errors: [{ errorType: 'UnauthorizedException' }] });
    assert.deepEqual([heard, eventApi.published], [[], []]);
  });

  it('are told nothing, and have nowhere to listen, without the setting', async (t) => {
    const platform = await tilePlatform(t, { tells: true });

    startTiles(platform, 'one');
    await platform.idle();

    assert.equal(renewed(platform).length, 1);
    assert.equal(platform.eventApi, undefined);
  });
});

function publish({ url }: EventApi, headers: Record<string, string>, channel: string): Promise<Response> {
  const body = JSON.stringify({ channel, events: ['{}'] });
  return fetch(url, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body });
}
