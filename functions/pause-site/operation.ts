import * as z from 'zod/mini';
import { parseInput } from '../../shared/lambda/parse-input.ts';
import type { Entry } from '../../shared/ledger/entry.ts';
import { expiresAt } from '../../shared/ledger/keeping.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { EVERY_TARGET } from '../../shared/ledger/pauses.ts';
import { targetNameSchema } from '../../shared/targets/target-name.ts';

const MAX_REASON_CHARACTERS = 500;
/** A pause is looked up as long as it lasts, and by people for some days more. */
const KEEP_DAYS = 30;
/** Of an answer. */
const MAX_TOLD = 100;
const AT_WORK = ['submitting', 'running'];

const inputSchema = z.strictObject({
  /** A target, or `ALL`. */
  target: targetNameSchema,
  until: z.iso.datetime({
    offset: true,
    error: 'must be a time with its zone, for example 2026-11-27T06:00:00Z or 2026-11-27T06:00:00+01:00',
  }),
  reason: z.string().check(
    z.refine((text) => text.trim() !== '', 'must say why'),
    z.maxLength(MAX_REASON_CHARACTERS, `must not be longer than ${MAX_REASON_CHARACTERS} characters`),
  ),
  cancel: z._default(z.boolean(), false),
});

/** Stops an execution; what has ended already is left as it is. */
export type Stop = (executionArn: string, why: { error: string; cause: string }) => Promise<void>;

/**
 * Keeps our hands off a target, or off all, until then; a time that is past ends the pause. Runs that are at work go on,
 * unless they are to be cancelled: then their executions are stopped, and `cancel-run` has their jobs cancelled.
 *
 * @throws InvalidInputError
 */
export async function pauseSite(event: unknown, ledger: LedgerTable, stop: Stop) {
  const { target, until: asked, reason, cancel } = parseInput('pause-site', inputSchema, event);
  const now = Date.now();
  const until = new Date(asked).toISOString();
  const isOn = Date.parse(until) > now;
  const pause = { name: target, until, reason: reason.trim(), setAt: new Date(now).toISOString() };
  await ledger.setPause(pause, expiresAt(Math.max(now, Date.parse(until)), KEEP_DAYS));
  const atWork = await runsAtWork(ledger, target);
  const cancelled = isOn && cancel ? atWork : [];
  for (const { executionArn } of cancelled) {
    if (executionArn !== undefined)
      await stop(executionArn, { error: 'Paused', cause: `${target} is paused until ${until}: ${pause.reason}` });
  }
  return {
    target,
    status: isOn ? 'paused' : 'ended',
    until,
    reason: pause.reason,
    runsAtWork: cancelled.length > 0 ? 0 : atWork.length,
    cancelled: cancelled.slice(0, MAX_TOLD).map(({ operation, name }) => `${operation}/${name}`),
  };
}

async function runsAtWork(ledger: LedgerTable, target: string): Promise<Entry[]> {
  const found: Entry[] = [];
  for await (const page of ledger.open(new Date(Date.now() + 1000).toISOString())) {
    found.push(...page.filter((entry) => target === EVERY_TARGET || entry.target === target));
  }
  return found.filter(({ status = '' }) => AT_WORK.includes(status));
}
