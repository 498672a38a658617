import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';

/** `script` of util-linux gives a command a terminal of its own; that of other systems takes other flags. */
export const withoutTerminal = /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '')
  ? false
  : 'needs script of util-linux';

interface TerminalRun {
  /** Types, as a person would. */
  type(keys: string): void;
  /** Waits until this is on the screen. */
  showing(text: RegExp): Promise<void>;
  /** All that was written, colours and cursor movements included, and the exit code. */
  ended: Promise<{ written: string; exitCode: number }>;
}

/** Runs a Node.js program in a terminal of this width. */
export function runInTerminal(args: readonly string[], { columns = 80, environment = {} } = {}): TerminalRun {
  const command = [process.execPath, ...args].map((arg) => `'${arg.replaceAll("'", "'\\''")}'`).join(' ');
  const { COLUMNS: _, NO_COLOR: __, FORCE_COLOR: ___, CI: ____, ...inherited } = process.env;
  const child = spawn('script', ['-qec', `stty cols ${columns} rows 40; exec ${command}`, '/dev/null'], {
    env: { ...inherited, SHELL: '/bin/sh', TERM: 'xterm-256color', ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let written = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written += text;
  });
  return {
    type: (keys) => void child.stdin.write(keys),
    showing: (text) =>
      new Promise((resolve, reject) => {
        const look = () => text.test(stripVTControlCharacters(written)) && resolve();
        child.stdout.on('data', look);
        child.on('close', () => reject(new Error(`ended without ${text}:\n${written}`)));
        look();
      }),
    ended: once(child, 'close').then(([exitCode]) => ({ written, exitCode: Number(exitCode) })),
  };
}

/** The lines that were written, those that were drawn over included; none may be longer than the terminal is wide. */
export function linesOf(written: string): string[] {
  return stripVTControlCharacters(written).split(/\r*\n|\r/);
}
