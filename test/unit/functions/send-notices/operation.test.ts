import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { sendNotices } from '../../../../functions/send-notices/operation.ts';
import type { Message } from '../../../../shared/lambda/publish.ts';
import { NoticeTable } from '../../../../shared/ledger/notice-table.ts';
import { inSeconds, startTestLedger, waitingEntry } from '../../../support/test-ledger.ts';

const OPERATION = 'refresh-service';
const EVIL = '<img src=x onerror=alert(1)>\r\nSubject: won\n\u2028*bold* `code` <!channel> [x](http://evil)\u202e';

describe('people', () => {
  async function open(t: TestContext, settings: object = {}) {
    const ledger = await startTestLedger(t);
    const tell = ['failed', 'partly', 'uncertain'];
    process.env['NOTICES'] = JSON.stringify({ topics: ['mail'], chat: 'chat', tell, digest: false, ...settings });
    const published: Message[] = [];
    const refused = new Set<string>();
    const publish = async (message: Message) => {
      if (refused.has(message.topicArn)) throw new Error('closed');
      published.push(message);
    };
    const table = new NoticeTable('Ledger');
    return {
      ledger,
      refused,
      published,
      mails: () => published.filter(({ topicArn }) => topicArn !== 'chat'),
      send: (event: object) => sendNotices(event, table, publish),
      async ended(name: string, more: object = {}) {
        await ledger.put(waitingEntry(OPERATION, name));
        const run = { stack: 'CacheOps', run: `${OPERATION}/${name}`, operation: OPERATION, target: 'gis' };
        const detail = { ...run, status: 'failed', finishedAt: inSeconds(0), error: 'VendorBusyError', ...more };
        return { 'detail-type': 'Run Ended', source: 'cache-ops', detail };
      },
    };
  }

  it('get one mail of a run, however often its end is delivered, and though it ends another way later', async (t) => {
    const { mails, send, ended } = await open(t);
    const event = await ended('mine');

    await Promise.all([send(event), send(event), send(event)]);
    await send({ ...event, detail: { ...event.detail, status: 'uncertain' } });

    assert.equal(mails().length, 1);
  });

  it('get it when it can be sent again, where it could not be', async (t) => {
    const { mails, refused, send, ended } = await open(t);
    const event = await ended('mine');
    refused.add('mail');

    await assert.rejects(send(event), /closed/);
    refused.clear();
    await send(event);

    assert.equal(mails().length, 1);
  });

  it('hear it by one topic though the other is closed, and not twice', async (t) => {
    const { mails, refused, send, ended } = await open(t, { topics: ['mail', 'own'] });
    const event = await ended('mine');
    refused.add('own');

    await send(event);
    await send(event);

    assert.deepEqual(
      mails().map(({ topicArn }) => topicArn),
      ['mail'],
    );
  });

  it('hear nothing of parts of a run, nor of what the settings leave out', async (t) => {
    const { published, send, ended } = await open(t);

    await send(await ended('part', { parent: 'refresh-service/whole' }));
    await send(await ended('good', { status: 'succeeded' }));
    await send(await ended('stopped', { status: 'stopped' }));

    assert.deepEqual(published, []);
  });

  it('get one digest of four hundred runs, and what could not be sent with the next', async (t) => {
    const { mails, published, refused, send, ended } = await open(t, { digest: true });
    for (let index = 0; index < 400; index += 1) await send(await ended(`run-${index}`, { status: 'partly' }));
    assert.equal(published.length, 0);
    refused.add('mail');

    await assert.rejects(async () => send({ digest: true }), /closed/);
    refused.clear();
    await send({ digest: true });
    await send({ digest: true });

    const [mail, ...more] = mails();
    assert.deepEqual(more, []);
    assert.equal(mail?.subject, 'CacheOps: 400 runs: 400 partly');
    assert.match(mail?.text ?? '', /And 300 more/);
    assert.ok(Buffer.byteLength(mail?.text ?? '') < 256_000);
    assert.equal(published.length, 2);
  });

  it('cannot be deceived by names and messages full of HTML, marks and line breaks', async (t) => {
    const { published, send, ended } = await open(t);

    await send(await ended('mine', { service: EVIL, message: EVIL.repeat(200), startedBy: EVIL, target: EVIL }));

    const [mail, chat] = published;
    assert.match(mail?.subject ?? '', /^[\x20-\x7e]{1,100}$/);
    assert.doesNotMatch(mail?.text ?? '', /[<>\r\u2028\u202e]/);
    assert.doesNotMatch(mail?.text ?? '', /^Subject:/m);
    const { content } = JSON.parse(chat?.text ?? '');
    const outsideOfCode = content.description.replaceAll(/`[^`\n]*`/g, '');
    assert.doesNotMatch(outsideOfCode, /[<>*[\]]/);
    assert.doesNotMatch(chat?.text ?? '', /<!channel>|<img/);
    for (const line of content.description.split('\n'))
      assert.match(line, /^(?:Target|Service|Error|Message|Started by): `/);
  });

  it('are told in chat in its own format, all of a run in one thread', async (t) => {
    const { published, send, ended } = await open(t, { topics: [], tell: ['failed', 'paused'] });
    const event = await ended('mine');
    const pause = { pausedAt: inSeconds(0), pausedUntil: inSeconds(60), reason: 'new disks' };
    const { status: _status, error: _error, ...detail } = event.detail;
    await send({ ...event, 'detail-type': 'Run Paused', detail: { ...detail, ...pause } });

    await send(event);

    const messages = published.map(({ text }) => JSON.parse(text));
    assert.deepEqual(
      messages.map(({ version, source, content, metadata }) => [
        version,
        source,
        content.textType,
        metadata.threadId,
        metadata.eventType,
      ]),
      ['paused', 'failed'].map((word) => ['1.0', 'custom', 'client-markdown', `CacheOps/${OPERATION}/mine`, word]),
    );
    assert.match(messages[0].content.description, /new disks/);
  });
});
