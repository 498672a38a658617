import { redactJson } from '../http/redact.ts';

export type LogLevel = 'info' | 'warn' | 'error';

/** One JSON line on stdout, where Lambda collects it. Secrets that are known by then are taken out. */
export function log(level: LogLevel, message: string, fields: Record<string, unknown> = {}): void {
  const line = redactJson({ level, message, ...fields });
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
