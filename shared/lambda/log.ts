import { redactJson } from '../http/redact.ts';

export type LogLevel = 'info' | 'warn' | 'error';

/** The execution that this invocation works for: in every line, so that all lines of a run are found by its name. */
let execution: string | undefined;

/** @param name of the execution; none where the invocation is of no run */
export function logFor(name: string | undefined): void {
  execution = name;
}

/** One JSON line on stdout, where Lambda collects it. Secrets that are known by then are taken out. */
export function log(level: LogLevel, message: string, fields: Record<string, unknown> = {}): void {
  const line = redactJson({ level, message, execution, ...fields });
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
