import { setTimeout as sleep } from 'node:timers/promises';
import { isOfExecution, type KeptEntry } from '../local/ledger.ts';
import { wordsOfStop } from '../local/run-end.ts';
import { isOpen } from '../shared/ledger/entry.ts';
import type { BackEnd } from './back-end.ts';
import type { RunsCommand } from './command-line.ts';
import { findRun, type Runs } from './find-run.ts';
import { runAsJson, runAsText } from './run-view.ts';
import { pausesText, runsTable } from './runs-table.ts';
import { jsonText, type Screen } from './screen.ts';
import type { Surroundings } from './surroundings.ts';
import { UsageError } from './usage.ts';

const LOOKS_MS = 1_000;
/** Longer than a submit on its way lasts, and what cleans up after it. */
const STOP_MS = 15 * 60_000;

/** `runs`: all runs with their parts as JSON, or a table of those that are no part of another. */
export async function listRuns(backEnd: BackEnd, command: RunsCommand, screen: Screen): Promise<string> {
  const all = await backEnd.runs(command.since);
  const { target } = command;
  const runs = target === undefined ? all : all.filter((run) => String(run['target']).split(', ').includes(target));
  if (command.json) return jsonText(runs.map(runAsJson), screen);
  const whole = runs.filter(({ parent }) => parent === undefined);
  return `${pausesText(await backEnd.pauses())}${runsTable(whole, screen, command)}`;
}

/** `show`: one run. */
export async function showRun(
  backEnd: Runs,
  { run, json = false }: { run: string; json?: boolean },
  screen: Screen,
): Promise<string> {
  const entry = await findRun(backEnd, run);
  return json || !screen.isTerminal ? jsonText(runAsJson(entry), screen) : runAsText(entry, screen);
}

/** `stop`: has a run stopped, and waits until it is known what became of its job. */
export async function stopRun(
  backEnd: BackEnd,
  reference: string,
  { progress, interrupted }: Pick<Surroundings, 'progress' | 'interrupted'>,
): Promise<{ run: string; status: string; message: string }> {
  const found = await findRun(backEnd, reference);
  const run = `${found.operation}/${found.name}`;
  if (!isOpen(found)) throw new UsageError(`${run} has ended already: ${found['status']}. Nothing was stopped.`);
  if (found['parent'] !== undefined && !isOfExecution(found, String(found['executionArn'])))
    throw new UsageError(`${run} is a part of ${found['parent']}: stop that.`);
  const line = progress.start('stop');
  line.update('stopped: what becomes of its job?');
  await backEnd.stop(found);
  const entry = await endedRun(backEnd, found, { interrupted, patience: STOP_MS });
  const status = String(entry['status']);
  line.end(status);
  const message = isOpen(entry) ? `It is being stopped still: look again with show ${run}.` : wordsOfStop(entry);
  return { run, status, message };
}

/** The entry of a run when it has ended, or when patience has. */
export async function endedRun(
  runs: Runs,
  run: KeptEntry,
  { interrupted, patience }: { interrupted: AbortSignal; patience: number },
): Promise<KeptEntry> {
  const until = Date.now() + patience;
  for (let entry = run; ; entry = (await runs.run(run)) ?? run) {
    if (!isOpen(entry) || Date.now() > until || interrupted.aborted) return entry;
    await sleep(LOOKS_MS, undefined, { signal: interrupted }).catch(() => undefined);
  }
}
