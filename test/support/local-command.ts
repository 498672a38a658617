import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { RECORD_VARIABLE } from '../../local/record.ts';
import { STATE_VARIABLE } from '../../local/state-folder.ts';
import { Leaks } from './leaks.ts';

const START = fileURLToPath(new URL('../../cli/start.ts', import.meta.url));
/** For the files of a test's commands; their ledger is in it too. */
export const commandFolder = mkdtempSync(join(tmpdir(), 'cache-ops-commands-'));
const recordSchema = z.tuple([z.string(), z.unknown()]);

/** A run of `npm start` with these arguments. */
export interface LocalCommand {
  child: ChildProcessByStdio<null, Readable, Readable>;
  /** All of it, when it has ended. */
  stdout: Promise<string>;
  /** What is on stderr so far. */
  shown(): string;
  exited: Promise<unknown[]>;
  /** Ctrl-C as a terminal sends it: to the command and all that it has started. */
  interrupt(): void;
  /** Waits until this is on stderr. */
  showing(text: string | RegExp): Promise<void>;
}

/** The secrets of any command are in nothing that any other says. */
const leaks = new Leaks();
const searches: (() => void)[] = [];

after(() => {
  for (const search of searches) search();
  rmSync(commandFolder, { recursive: true });
  leaks.assertNone();
});

/** Secrets of servers that are not a command's own; those of its own emulators are known. */
export function plantSecrets(...secrets: string[]): void {
  leaks.plant(...secrets);
}

/** What those servers have seen. */
export function recordSaid(place: string, what: unknown): void {
  leaks.record(place, what);
}

/** Starts a command, the leader of a process group of its own, by this checkout or by another program; after the tests of the file all that was said in its commands is searched for their secrets. */
export function startCommand(
  args: string[],
  environment: Record<string, string> = {},
  [program, ...first]: [string, ...string[]] = [process.execPath, START],
): LocalCommand {
  const file = join(commandFolder, String(searches.length));
  const own = { [RECORD_VARIABLE]: file, [STATE_VARIABLE]: join(commandFolder, 'state') };
  const env = { ...process.env, ...own, ...environment };
  const child = spawn(program, [...first, ...args], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
  });
  searches.push(() => {
    leaks.record('stdout', printed);
    leaks.record('stderr', shown);
    readRecord(file);
  });
  return {
    child,
    stdout: once(child, 'close').then(() => printed),
    shown: () => shown,
    exited: once(child, 'exit'),
    interrupt: () => void (child.pid && process.kill(-child.pid, 'SIGINT')),
    showing: (text) =>
      new Promise((resolve, reject) => {
        const look = () => shown.match(text) && resolve();
        child.stderr.on('data', look);
        child.on('exit', () => reject(new Error(`ended without ${text}:\n${shown}`)));
        look();
      }),
  };
}

/** A command that runs nothing has none. */
function readRecord(file: string): void {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  for (const line of lines) {
    const [kind, what] = recordSchema.parse(JSON.parse(line));
    if (kind === 'secret') leaks.plant(...z.array(z.string()).parse(what));
    else leaks.record(kind, what);
  }
}
