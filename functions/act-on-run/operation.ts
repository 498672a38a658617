import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { InvalidInputError } from '../../shared/errors.ts';
import { consoleUrl } from '../../shared/lambda/console-url.ts';
import { type Html, html } from '../../shared/lambda/html.ts';
import { log } from '../../shared/lambda/log.ts';
import { parseInput } from '../../shared/lambda/parse-input.ts';
import { runName } from '../../shared/ledger/child-runs.ts';
import { type Entry, isOpen } from '../../shared/ledger/entry.ts';
import { restOfPlan } from '../../shared/ledger/last-runs.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { EVERY_TARGET } from '../../shared/ledger/pauses.ts';
import { targetNameSchema } from '../../shared/targets/target-name.ts';

const HOUR_MS = 3_600_000;
const MAX_HOURS = 72;
const REASON = 'Paused from the dashboard.';

/** `<operation>/<execution name>`. */
const run = z.string().check(z.regex(/^[a-z-]{1,64}\/[^/\s]{1,80}$/, 'must be <operation>/<execution name>'));
/** What the dashboard adds. None of it is looked at. */
const widgetContext = z.optional(z.unknown());

const eventSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('stop'), run, widgetContext }),
  z.strictObject({ action: z.literal('resume-plan'), run, widgetContext }),
  z.strictObject({
    action: z.literal('pause'),
    target: targetNameSchema,
    hours: z.int().check(z.minimum(1), z.maximum(MAX_HOURS)),
    widgetContext,
  }),
  z.strictObject({ action: z.literal('resume'), target: targetNameSchema, widgetContext }),
]);

type Action = z.output<typeof eventSchema>;

/** What it may do in AWS. */
export interface Acts {
  /** Of the machine `pause-site`; those of the operations have its ARN with their own names. */
  pauseSiteArn: string;
  stop: (executionArn: string, why: { error: string; cause: string }) => Promise<void>;
  /** Gives the ARN of the execution; the same name starts one only. */
  startNamed: (machineArn: string, name: string, input: object) => Promise<string>;
  /** What no two executions share. */
  id: string;
}

/**
 * Does what a button of the dashboard asks for, and says what was done, as HTML. The page is nobody to be trusted: what it
 * sends names a run or a target and no more, and all else is read from the ledger of this stack.
 */
export async function actOnRun(event: unknown, ledger: LedgerTable, acts: Acts): Promise<string> {
  try {
    const action = parseInput('act-on-run', eventSchema, event);
    const { widgetContext: _none, ...asked } = action;
    const done = await carriedOut(action, ledger, acts);
    log('info', 'acted', asked);
    return html`<p>${done}</p>`.text;
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    log('warn', 'refused', { reason: error.message });
    return html`<p><strong>Nothing was done.</strong> ${error.message}</p>`.text;
  }
}

async function carriedOut(action: Action, ledger: LedgerTable, acts: Acts): Promise<Html> {
  switch (action.action) {
    case 'stop':
      return await stopped(await knownRun(action.run, ledger, acts), acts);
    case 'resume-plan':
      return await resumed(await knownRun(action.run, ledger, acts), acts);
    case 'pause':
      return await paused(action.target, Date.now() + action.hours * HOUR_MS, acts);
    case 'resume':
      return await paused(action.target, Date.now() - 1000, acts);
  }
}

/** A run of this ledger, whose execution is one of this stack's own machines. */
async function knownRun(named: string, ledger: LedgerTable, acts: Acts): Promise<Entry> {
  const [operation = '', name = ''] = named.split('/');
  const entry = await ledger.entry({ operation, name });
  if (entry?.startedAt === undefined) throw new InvalidInputError(`The ledger has no run ${named}.`);
  const own = `${machineArn(operation, acts).replace(':stateMachine:', ':execution:')}:${name}`;
  if (entry.executionArn === own) return entry;
  const why = entry.parent === undefined ? 'is not of this stack' : `is a part of ${entry.parent}: act on that`;
  throw new InvalidInputError(`${named} ${why}.`);
}

function machineArn(name: string, { pauseSiteArn }: Acts): string {
  return pauseSiteArn.replace(/pause-site$/, name);
}

async function stopped(entry: Entry, { stop }: Acts): Promise<Html> {
  if (!isOpen(entry)) throw new InvalidInputError(`${runName(entry)} has ended already.`);
  const { executionArn = '' } = entry;
  await stop(executionArn, { error: 'Stopped', cause: 'Somebody stopped it from the dashboard.' });
  return html`<strong>${runName(entry)} is stopped.</strong> A job that is at work is cancelled on the server now; the run's entry says when that is done. ${link(executionArn)}`;
}

async function resumed(entry: Entry, acts: Acts): Promise<Html> {
  const named = runName(entry);
  const input = isOpen(entry) ? undefined : restOfPlan(entry);
  if (input === undefined) throw new InvalidInputError(`${named} is no plan that has ended with something left to do.`);
  // Pressed twice it is started once.
  const name = `rest-of-${createHash('sha256')
    .update(entry.executionArn ?? '')
    .digest('hex')
    .slice(0, 16)}`;
  const execution = await acts.startNamed(machineArn(entry.operation, acts), name, input);
  return html`<strong>The rest of ${named} is started.</strong> ${link(execution)}`;
}

async function paused(target: string, until: number, acts: Acts): Promise<Html> {
  const time = new Date(until).toISOString();
  const isEnd = until <= Date.now();
  const input = { target, until: time, reason: isEnd ? 'Resumed from the dashboard.' : REASON };
  const execution = await acts.startNamed(acts.pauseSiteArn, `dashboard-${acts.id}`, input);
  const who = target === EVERY_TARGET ? 'All targets' : target;
  const said = isEnd
    ? html`<strong>The pause of ${who} ends.</strong>`
    : html`<strong>${who}: paused until ${time}.</strong>`;
  return html`${said} ${link(execution)}`;
}

function link(executionArn: string): Html {
  return html`<a href="${consoleUrl(executionArn)}" target="_blank" rel="noopener">Look at its execution</a>.`;
}
