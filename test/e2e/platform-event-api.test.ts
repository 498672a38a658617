import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EventApi, startEventApi } from '../../local/event-api.ts';
import { publishToChannel } from '../../shared/lambda/publish-to-channel.ts';
import { connect } from '../support/event-client.ts';

const CHANNEL = '/tiles/gis/Basemap-2EMapServer';

async function open(t: TestContext, options: Parameters<typeof startEventApi>[1] = {}): Promise<EventApi> {
  const namespaces = [{ name: 'tiles', publish: ['AWS_IAM'], subscribe: ['AWS_IAM', 'API_KEY'] }];
  const api = await startEventApi({ connect: ['AWS_IAM', 'API_KEY'], namespaces, apiKeys: ['da2-local'] }, options);
  t.after(() => api.close());
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    EVENTS_URL: api.url,
    EVENTS_REGION: 'us-east-1',
  });
  return api;
}

describe('the local AppSync Events API', () => {
  it('acknowledges a connection, says how long silence may last, and keeps it alive', async (t) => {
    const api = await open(t, { keepAliveSeconds: 0.05 });
    using client = await connect(api);

    const ack = await client.ask({ type: 'connection_init' }, 'connection_ack');
    await sleep(200);

    assert.deepEqual(ack, { type: 'connection_ack', connectionTimeoutMs: 300_000 });
    assert.ok(client.messages.filter(({ type }) => type === 'ka').length >= 2);
  });

  for (const [what, options] of [
    ['with another key', { key: 'da2-other' }],
    ['for another host', { host: 'example.org' }],
    ['without the protocol', { protocol: 'graphql-ws' }],
  ] as const) {
    it(`refuses a connection ${what}`, async (t) => {
      const api = await open(t);

      await assert.rejects(connect(api, options), /refused/);
    });
  }

  for (const [what, message, errorType] of [
    ['a channel that cannot be', { channel: '/tiles/city_gis' }, 'BadRequestException'],
    ['too many parts', { channel: '/tiles/a/b/c/d/e' }, 'BadRequestException'],
    ['a part of 51 characters', { channel: `/tiles/${'a'.repeat(51)}` }, 'BadRequestException'],
    ['a wildcard in the middle', { channel: '/tiles/*/b' }, 'BadRequestException'],
    ['another namespace', { channel: '/default/b' }, 'UnauthorizedException'],
    ['another key', { authorization: { 'x-api-key': 'da2-other' } }, 'UnauthorizedException'],
    ['an id that is taken', { id: 'of-0' }, 'DuplicatedOperationError'],
  ] as const) {
    it(`refuses to let one listen by ${what}`, async (t) => {
      const api = await open(t);
      using client = await connect(api);
      await client.listen(CHANNEL);
      const authorization = { 'x-api-key': api.apiKey };

      const error = await client.ask(
        { type: 'subscribe', id: 'mine', channel: CHANNEL, authorization, ...message },
        'subscribe_error',
      );

      assert.partialDeepStrictEqual(error, { errors: [{ errorType }] });
    });
  }

  for (const eventAs of ['list', 'text'] as const) {
    it(`says what is published by IAM to everybody who listens, as a ${eventAs}`, async (t) => {
      const api = await open(t, { eventAs });
      using one = await connect(api);
      using other = await connect(api);
      const heard = [await one.listen(CHANNEL), await other.listen('/tiles/*')];

      await publishToChannel(CHANNEL, { n: 1 });
      await publishToChannel('/tiles/gis/Roads-2EMapServer', { n: 2 });
      for (const client of [one, other]) await client.ask({ type: 'unsubscribe', id: 'of-0' }, 'unsubscribe_success');

      assert.deepEqual(heard, [[{ n: 1 }], [{ n: 1 }, { n: 2 }]]);
      const data = one.messages.find(({ type }) => type === 'data');
      assert.deepEqual(data?.['event'], eventAs === 'list' ? ['{"n":1}'] : '{"n":1}');
    });
  }

  it('refuses what is signed with another secret, or is another text than was signed', async (t) => {
    const api = await open(t);
    process.env['AWS_SECRET_ACCESS_KEY'] = 'other';

    await assert.rejects(publishToChannel(CHANNEL, {}), { name: 'UnauthorizedException' });
    await assert.rejects(publishToChannel('/tiles/city_gis', {}), { name: 'BadRequestException' });
    assert.deepEqual(api.published, []);
  });
});
