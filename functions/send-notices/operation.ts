import * as z from 'zod/mini';
import { environment } from '../../shared/lambda/environment.ts';
import { log } from '../../shared/lambda/log.ts';
import type { Message } from '../../shared/lambda/publish.ts';
import type { EntryKey } from '../../shared/ledger/entry.ts';
import { eventDetails } from '../../shared/ledger/events.ts';
import type { NoticeTable } from '../../shared/ledger/notice-table.ts';
import { chatOf, digestChat } from './chat.ts';
import { digestMail, type Mail, mailOf } from './mail.ts';
import { type Notice, noticeSchema } from './notice.ts';

const ended = z.looseObject({ 'detail-type': z.literal('Run Ended'), detail: eventDetails['Run Ended'] });
const paused = z.looseObject({ 'detail-type': z.literal('Run Paused'), detail: eventDetails['Run Paused'] });
const eventSchema = z.union([ended, paused]);
const digestSchema = z.looseObject({ digest: z.literal(true) });

const settingsSchema = z.looseObject({
  /** The topics of e-mail and of the user's own. */
  topics: z.array(z.string()),
  chat: z.optional(z.string()),
  tell: z.array(z.string()),
  digest: z.boolean(),
});

type Settings = z.output<typeof settingsSchema>;
type Publish = (message: Message) => Promise<void>;

/**
 * Tells people of a run: by mail once at most, whatever is delivered twice, and in chat. With a digest a notice is kept
 * until its time, and then all are told in one. Runs that are a part of another one are not told of.
 */
export async function sendNotices(event: unknown, table: NoticeTable, publish: Publish): Promise<object> {
  const settings = settingsSchema.parse(JSON.parse(environment('NOTICES').NOTICES));
  if (digestSchema.safeParse(event).success) return await sendDigest(settings, table, publish);
  const told = eventSchema.parse(event);
  const notice = noticeOf(told);
  if (told.detail.parent !== undefined || !settings.tell.includes(notice.word)) return { told: false };
  const key = keyOf(notice);
  const now = new Date().toISOString();
  const isFirst = await table.claim(key, now);
  try {
    if (isFirst && settings.digest) await table.keep({ name: notice.run, notice: JSON.stringify(notice) });
    else if (isFirst) await mailTo(settings, mailOf(notice), publish);
  } catch (error) {
    // Nobody was told: whoever calls again tells it.
    await table.unclaim(key);
    throw error;
  }
  if (settings.digest) return { told: isFirst };
  await chatTo(settings, chatOf(notice), publish);
  return { told: isFirst };
}

/** At most once: what cannot be sent is put back, and what is lost between the two is in the ledger all the same. */
async function sendDigest(settings: Settings, table: NoticeTable, publish: Publish): Promise<object> {
  const kept = await table.kept();
  const notices = kept
    .map(({ notice }) => noticeSchema.parse(JSON.parse(notice)))
    .sort((one, other) => (one.at < other.at ? -1 : 1));
  if (notices.length === 0) return { told: 0 };
  for (const one of kept) await table.drop(one);
  try {
    await mailTo(settings, digestMail(notices), publish);
  } catch (error) {
    for (const one of kept) await table.keep(one);
    throw error;
  }
  await chatTo(settings, digestChat(notices), publish);
  return { told: notices.length };
}

/** Throws only where no topic took it: of two topics one must not hear it again because of the other. */
async function mailTo({ topics }: Settings, { subject, text }: Mail, publish: Publish): Promise<void> {
  const sent = await Promise.allSettled(topics.map((topicArn) => publish({ topicArn, subject, text })));
  const failures = sent.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
  if (failures.length > 0 && failures.length === topics.length) throw new Error(failures.join('; '));
  for (const reason of failures) log('error', 'a topic did not take a notice', { reason });
}

async function chatTo({ chat }: Settings, text: string, publish: Publish): Promise<void> {
  if (chat !== undefined) await publish({ topicArn: chat, text });
}

function noticeOf({ detail }: z.output<typeof eventSchema>): Notice {
  if ('status' in detail && typeof detail.status === 'string') {
    return noticeSchema.parse({ ...detail, word: detail.status, at: detail['finishedAt'] });
  }
  const { reason, pausedUntil, pausedAt: at } = eventDetails['Run Paused'].parse(detail);
  return noticeSchema.parse({ ...detail, word: 'paused', at, message: `until ${pausedUntil}: ${reason}` });
}

function keyOf({ run, operation }: Notice): EntryKey {
  return { operation, name: run.slice(operation.length + 1) };
}
