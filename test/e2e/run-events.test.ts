import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type JobPlatform, startJobPlatform } from '../support/job-platform.ts';

const CLEAR = 'clear-rest-cache';
const TILES = 'manage-map-server-cache-tiles';
const BASEMAP = { inputService: 'Basemap.MapServer', updateMode: 'RECREATE_ALL_TILES' };
const CHAT = 'arn:aws:sns:us-east-1:000000000000:chat';
const OWN = 'arn:aws:sns:us-east-1:000000000000:own';

async function open(t: TestContext, notifications?: object): Promise<JobPlatform> {
  const settings = notifications === undefined ? {} : { notifications };
  const platform = await startJobPlatform({ tells: true, settings, emulator: { jobSeconds: 40 } });
  t.after(() => platform.close());
  return platform;
}

const of = ({ events }: JobPlatform, name: string) =>
  events.filter((event) => event['detail-type'] === name).map(({ detail }) => Object(detail));

describe('the events of a run', () => {
  it('tell its start and its end once, with what was asked and what came of it', async (t) => {
    const platform = await open(t);
    const { target } = platform;

    platform.start(CLEAR, { target, folderName: 'Imagery' }, 'mine');
    await platform.idle();

    const [started, ...moreStarts] = of(platform, 'Run Started');
    const [ended, ...moreEnds] = of(platform, 'Run Ended');
    assert.deepEqual([moreStarts, moreEnds], [[], []]);
    const own = { stack: 'CacheOps', run: `${CLEAR}/mine`, operation: CLEAR, target, startedBy: 'person' };
    assert.partialDeepStrictEqual(started, { ...own, input: { target, folderName: 'Imagery' } });
    assert.partialDeepStrictEqual(ended, { ...own, status: 'succeeded', result: { scope: { folderName: 'Imagery' } } });
    const entry = await platform.ledger.get(CLEAR, 'mine');
    assert.ok(entry?.['toldAt'] !== undefined && entry['open'] === undefined);
  });

  it('tell the end of one that failed, was refused, or was stopped', async (t) => {
    const platform = await open(t);
    const { target } = platform;

    platform.start(CLEAR, { target: 'no-such-target' }, 'failed');
    platform.start(CLEAR, { target, folderName: '../admin' }, 'refused');
    const stopped = platform.start(TILES, { target, ...BASEMAP }, 'stopped');
    await platform.clock.after(20, () => undefined);
    stopped.abort();
    await platform.idle();

    const ends = of(platform, 'Run Ended').map(({ run, status, error, input }) => [
      run,
      status,
      error,
      input !== undefined,
    ]);
    assert.deepEqual(ends.toSorted(), [
      [`${CLEAR}/failed`, 'failed', 'UnknownTargetError', true],
      [`${CLEAR}/refused`, 'failed', 'InvalidInputError', false],
      [`${TILES}/stopped`, 'cancelled', 'JobCancelledError', true],
    ]);
  });

  it('tell what map clients draw again, where tiles were renewed, once however many asked', async (t) => {
    const platform = await open(t);
    const { target } = platform;

    platform.start(TILES, { target, ...BASEMAP }, 'one');
    platform.start(TILES, { target, ...BASEMAP }, 'equal');
    await platform.idle();

    const [renewed, ...more] = of(platform, 'Tiles Renewed');
    assert.deepEqual(more, []);
    assert.partialDeepStrictEqual(renewed, { target, service: 'Basemap.MapServer' });
    assert.ok(renewed.scales.length > 1);
    assert.deepEqual(renewed.extent.spatialReference, { wkid: 102100, latestWkid: 3857 });
    assert.ok(renewed.extent4326.xmin >= -180 && renewed.extent4326.ymax <= 90, JSON.stringify(renewed));
    assert.equal(of(platform, 'Run Ended').length, 2);
  });

  it('tell the same of a plan, once when all its units are done', async (t) => {
    const platform = await open(t);
    const { target } = platform;
    const updateExtent = { xmin: 0, ymin: 0, xmax: 1e6, ymax: 1e6 };

    platform.start(TILES, { target, ...BASEMAP, updateExtent, plan: { maxTilesPerJob: 1 } }, 'planned');
    await platform.idle();

    const [renewed, ...more] = of(platform, 'Tiles Renewed');
    assert.deepEqual(more, []);
    assert.partialDeepStrictEqual(renewed, { run: `${TILES}/planned`, target, service: 'Basemap.MapServer' });
    assert.partialDeepStrictEqual(renewed.extent, updateExtent);
    assert.ok(renewed.scales.length > 1);
  });

  it('tell of a pause, until when and why', async (t) => {
    const platform = await open(t);
    const { target, clock } = platform;
    const until = new Date(clock.now() + 3_600_000).toISOString();
    await platform.start('pause-site', { target, until, reason: 'new disks' }).ended;

    platform.start(CLEAR, { target }, 'waits');
    await platform.idle();

    const [paused, ...more] = of(platform, 'Run Paused');
    assert.deepEqual(more, []);
    assert.partialDeepStrictEqual(paused, { run: `${CLEAR}/waits`, target, pausedUntil: until, reason: 'new disks' });
  });

  it('come back where the event bus does not take them, and each end is told once all the same', async (t) => {
    const platform = await open(t);
    let failures = 0;
    platform.onInvoke(({ functionName, moment }) => {
      if (functionName !== 'tell-of-runs' || moment !== 'after' || failures >= 2) return;
      failures += 1;
      throw new Error('the answer is lost');
    });

    platform.start(CLEAR, { target: platform.target }, 'mine');
    await platform.idle();

    assert.equal(failures, 2);
    assert.equal(of(platform, 'Run Ended').length, 1);
  });

  it('hold no input that is larger than 10 kB', async (t) => {
    const platform = await open(t);
    const ring = Array.from({ length: 800 }, (_, index) => [
      Math.cos(index / 127) * 1000.5,
      Math.sin(index / 127) * 1000.5,
    ]);
    const areaOfInterest = {
      geometryType: 'esriGeometryPolygon',
      spatialReference: { wkid: 3857 },
      features: [{ geometry: { rings: [[...ring, ring[0]]] } }],
    };

    platform.start(TILES, { target: platform.target, ...BASEMAP, areaOfInterest }, 'large');
    await platform.idle();

    assert.deepEqual(
      [...of(platform, 'Run Started'), ...of(platform, 'Run Ended')].map(({ input }) => input),
      [undefined, undefined],
    );
  });
});

describe('the notices of a run', () => {
  it('are one mail for each topic, that says what to do, and one message of chat', async (t) => {
    const platform = await open(t, { email: 'team@example.org', topicArn: OWN, chat: { topicArn: CHAT } });

    const run = platform.start(CLEAR, { target: 'no-such-target' }, 'failed');
    platform.start(CLEAR, { target: platform.target }, 'succeeded');
    await platform.idle();

    const mails = platform.published.filter(({ topicArn }) => topicArn !== CHAT);
    assert.deepEqual(
      mails
        .map(({ topicArn }) =>
          topicArn
            .split(':')
            .at(-1)
            ?.replace(/(?<=^NotificationsTopic)\w+$/, ''),
        )
        .toSorted(),
      ['NotificationsTopic', 'own'].toSorted(),
    );
    for (const { subject, message } of mails) {
      assert.equal(subject, `CacheOps: ${CLEAR} of no-such-target failed`);
      assert.match(message, /^Operation: +clear-rest-cache$/m);
      assert.match(message, /^Target: +no-such-target$/m);
      assert.match(message, /^Error: +UnknownTargetError: .+$/m);
      assert.match(message, /^What to do: +Create the secret of the target/m);
      assert.ok(
        message.includes(
          `https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/${run.arn}`,
        ),
      );
    }
    const [chat, ...more] = platform.published
      .filter(({ topicArn }) => topicArn === CHAT)
      .map(({ message }) => JSON.parse(message));
    assert.deepEqual(more, []);
    assert.partialDeepStrictEqual(chat, {
      version: '1.0',
      source: 'custom',
      content: { textType: 'client-markdown' },
      metadata: { threadId: `CacheOps/${CLEAR}/failed` },
    });
  });

  it('are those that the settings ask for, and one mail a run at most', async (t) => {
    const platform = await open(t, { topicArn: OWN, tell: ['paused', 'succeeded'] });
    const { target, clock } = platform;
    const until = new Date(clock.now() + 600_000).toISOString();
    await platform.start('pause-site', { target, until, reason: 'new disks' }).ended;

    platform.start(CLEAR, { target }, 'waits');
    platform.start(CLEAR, { target: 'no-such-target' }, 'failed');
    await platform.idle();

    assert.deepEqual(
      platform.published.map(({ subject }) => subject),
      [`CacheOps: ${CLEAR} of ${target} is paused`],
    );
  });

  it('are one for all runs where there is a digest, when it is time', async (t) => {
    const platform = await open(t, { topicArn: OWN, digest: 'rate(1 hour)' });
    for (let index = 0; index < 12; index += 1) platform.start(CLEAR, { target: 'no-such-target' }, `failed-${index}`);
    await platform.idle();
    assert.equal(platform.published.length, 0);

    const send = platform.template.functions.find(({ name }) => name.startsWith('SendNotices'))?.name ?? '';
    await platform.invoke(send, { digest: true });
    await platform.invoke(send, { digest: true });

    const [mail, ...more] = platform.published;
    assert.deepEqual(more, []);
    assert.equal(mail?.subject, 'CacheOps: 12 runs: 12 failed');
    assert.equal(mail?.message.match(/^Run: /gm)?.length, 12);
  });
});
