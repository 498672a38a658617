import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { listen, type Renewed } from '../../examples/map/listen.ts';
import { type EventApi, startEventApi } from '../../local/event-api.ts';
import { publishToChannel } from '../../shared/lambda/publish-to-channel.ts';

const CHANNEL = '/tiles/gis/Basemap-2EMapServer';
const RENEWED = { renewedAt: '2026-01-31T03:00:00.000Z' };

async function open(t: TestContext, eventAs: 'list' | 'text' = 'list'): Promise<EventApi> {
  const namespaces = [{ name: 'tiles', publish: ['AWS_IAM'], subscribe: ['AWS_IAM', 'API_KEY'] }];
  const api = await startEventApi({ connect: ['API_KEY'], namespaces, apiKeys: ['da2-local'] }, { eventAs });
  t.after(() => api.close());
  const credentials = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  Object.assign(process.env, credentials, { EVENTS_URL: api.url, EVENTS_REGION: 'us-east-1' });
  return api;
}

/** What the page does where no browser is: it listens, and whoever waits hears of each connection and each event. */
function pageOf(t: TestContext, { url: http, realtimeUrl: websocket, apiKey: key }: EventApi, channel = CHANNEL) {
  let connected = Promise.withResolvers<void>();
  const told: Renewed[] = [];
  const heard = Promise.withResolvers<void>();
  const end = listen({ http, websocket, key }, channel, {
    listening: () => connected.resolve(),
    told(renewed) {
      told.push(renewed);
      heard.resolve();
    },
  });
  t.after(end);
  return {
    told,
    heard: heard.promise,
    connected: () => connected.promise,
    forget() {
      connected = Promise.withResolvers();
    },
  };
}

describe('the example page', () => {
  for (const eventAs of ['list', 'text'] as const) {
    it(`hears on its channel what was renewed, said as a ${eventAs}`, async (t) => {
      const api = await open(t, eventAs);
      const page = pageOf(t, api);
      await page.connected();

      await publishToChannel('/tiles/gis/Roads-2EMapServer', { renewedAt: 'never' });
      await publishToChannel(CHANNEL, RENEWED);
      await page.heard;

      assert.deepEqual(page.told, [RENEWED]);
    });
  }

  it('connects again when AppSync ends the connection, and says so, because it may have missed something', async (t) => {
    const api = await open(t);
    const page = pageOf(t, api);
    await page.connected();

    page.forget();
    api.hangUp();
    await page.connected();
    await publishToChannel(CHANNEL, RENEWED);
    await page.heard;

    assert.deepEqual(page.told, [RENEWED]);
  });
});
