import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import * as z from 'zod';
import { isOpen } from '../shared/ledger/entry.ts';
import { PAUSES } from '../shared/ledger/pauses.ts';
import { PLANS } from '../shared/ledger/plans.ts';
import { endWithoutAWord } from './end-without-a-word.ts';
import { isOfExecution, type KeptEntry, type Key, keyedSchema, type LedgerEntry } from './ledger.ts';
import { isAtWork, OWN_PROCESS } from './process-mark.ts';
import { stateFolder } from './state-folder.ts';

/** What is loaded into the table of a command: plans and estimates look no further back. */
const LOADED_RUNS = 1_000;
const BUSY_MS = 10_000;

/**
 * An item by its key, as JSON, with the process that is at work on it; and runs that another process is asked to stop.
 * SQLite sees to it that commands at once lose nothing of each other's, and that one that is killed leaves whole items.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS items (
    operation TEXT, name TEXT, startedAt TEXT, item TEXT NOT NULL, owner TEXT, PRIMARY KEY (operation, name)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS stops (operation TEXT, name TEXT, PRIMARY KEY (operation, name)) WITHOUT ROWID;`;

const rowSchema = z.object({ item: z.string(), owner: z.string().nullable() });

/** The ledger of this machine: what its commands have run, kept when they are gone. */
export class LedgerFile {
  readonly #database: DatabaseSync;
  #seenVersion: unknown;

  /** @throws Error where the folder cannot be written */
  constructor(folder = stateFolder()) {
    this.#database = opened(folder);
    this.#write(`DELETE FROM items WHERE json_extract(item, '$.expiresAt') < unixepoch()`);
    this.#endWhatIsLeft();
    this.#seenVersion = this.#version();
  }

  /** Every run that is kept, the newest first. */
  runs(): KeptEntry[] {
    return this.#entries('startedAt IS NOT NULL ORDER BY startedAt DESC');
  }

  run({ operation, name }: Key): KeptEntry | undefined {
    return this.#entries('startedAt IS NOT NULL AND operation = ? AND name = ?', operation, name)[0];
  }

  /** Every pause, also those that are past. */
  pauses(): KeptEntry[] {
    return this.#entries('operation = ?', PAUSES);
  }

  /**
   * What the table of a command begins with: pauses, plans, and runs that have ended, the newest. Runs that other commands
   * are at work on are none of its own; a command that runs nothing may have `all`.
   */
  load(which: 'ended' | 'all'): KeptEntry[] {
    const runs = this.runs().slice(0, LOADED_RUNS);
    return [
      ...this.pauses(),
      ...this.#entries('operation = ?', PLANS),
      ...runs.filter((run) => which === 'all' || !isOpen(run)),
    ];
  }

  /** Keeps an item as it is now. Claims, places and rasters hold in one command only, so they are not kept. */
  keep(entry: LedgerEntry): void {
    const keyed = keyedSchema.parse(entry);
    const { operation, name, startedAt } = keyed;
    if (startedAt === undefined && operation !== PAUSES && operation !== PLANS) return;
    this.#write(
      `INSERT INTO items VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT DO UPDATE SET startedAt = ?3, item = ?4, owner = ?5`,
      ...[operation, name, startedAt === undefined ? null : String(startedAt), JSON.stringify(entry)],
      isOpen(keyed) ? OWN_PROCESS : null,
    );
  }

  /** Asks the command that is at work on a run to stop it. */
  askToStop({ operation, name }: Key): void {
    this.#write('INSERT OR IGNORE INTO stops VALUES (?, ?)', operation, name);
  }

  /** An execution of another command, as far as it can be known and steered from here. */
  executionOfOthers(arn: string) {
    const run = this.#entries('owner IS NOT NULL').find((entry) => isOfExecution(entry, arn));
    if (run === undefined) return undefined;
    const startedAt = Date.parse(String(run['startedAt']));
    const machineArn = arn.replace(':execution:', ':stateMachine:').replace(/:[^:]*$/, '');
    const abort = () => this.askToStop(run);
    return { name: run.name, machineArn, status: 'RUNNING' as const, startedAt, input: String(run['input']), abort };
  }

  /** The runs of this process that it is asked to stop; each is told once. */
  asked(): Key[] {
    const mine = this.#database
      .prepare('SELECT stops.operation, stops.name FROM stops JOIN items USING (operation, name) WHERE owner = ?')
      .all(OWN_PROCESS);
    const keys = z.array(z.object({ operation: z.string(), name: z.string() })).parse(mine);
    for (const { operation, name } of keys)
      this.#write('DELETE FROM stops WHERE operation = ? AND name = ?', operation, name);
    return keys;
  }

  /** Whether another process has written since this was asked last. */
  hasNews(): boolean {
    const version = this.#version();
    const isNew = version !== this.#seenVersion;
    this.#seenVersion = version;
    return isNew;
  }

  close(): void {
    this.#database.close();
  }

  /** Runs whose command was killed have ended; nobody else will say so. */
  #endWhatIsLeft(): void {
    const rows = this.#rows('owner IS NOT NULL');
    for (const { item, owner } of rows) {
      if (owner === null || isAtWork(owner)) continue;
      const entry = parsed(item);
      const ended = JSON.stringify(endWithoutAWord(entry, new Date().toISOString()));
      const change = 'UPDATE items SET item = ?, owner = NULL WHERE operation = ? AND name = ? AND owner = ?';
      this.#write(change, ended, entry.operation, entry.name, owner);
      this.#write('DELETE FROM stops WHERE operation = ? AND name = ?', entry.operation, entry.name);
    }
  }

  #entries(where: string, ...values: SQLInputValue[]): KeptEntry[] {
    return this.#rows(where, ...values).map(({ item }) => parsed(item));
  }

  #rows(where: string, ...values: SQLInputValue[]): z.output<typeof rowSchema>[] {
    return z
      .array(rowSchema)
      .parse(this.#database.prepare(`SELECT item, owner FROM items WHERE ${where}`).all(...values));
  }

  #write(sql: string, ...values: SQLInputValue[]): void {
    this.#database.prepare(sql).run(...values);
  }

  #version(): unknown {
    return this.#database.prepare('PRAGMA data_version').get()?.['data_version'];
  }
}

function opened(folder: string): DatabaseSync {
  try {
    mkdirSync(folder, { recursive: true });
    const database = new DatabaseSync(join(folder, 'ledger.sqlite'), { timeout: BUSY_MS });
    // A write waits for no disk; what the machine itself loses with its power are whole writes, the last ones.
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${TABLES}`);
    return database;
  } catch (error) {
    throw new Error(`The ledger in ${folder} cannot be opened: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

function parsed(item: string): KeptEntry {
  return keyedSchema.parse(JSON.parse(item));
}
