import type { TestContext } from 'node:test';

/** Collects the log lines of the rest of this test in place of printing them; the runner's own output passes. */
export function logLines(context: TestContext): unknown[] {
  const lines: unknown[] = [];
  const print = process.stdout.write.bind(process.stdout);
  context.mock.method(process.stdout, 'write', (chunk: string | Uint8Array) => {
    if (typeof chunk !== 'string' || !chunk.startsWith('{"level"')) return print(chunk);
    lines.push(JSON.parse(chunk));
    return true;
  });
  return lines;
}
