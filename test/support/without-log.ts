import { mock } from 'node:test';

/** Keeps the log of functions that run in this process out of what it prints; gives the end of that. */
export function withoutLog(): () => void {
  const { write } = process.stdout;
  const silent = mock.method(process.stdout, 'write', (chunk: string | Uint8Array) =>
    String(chunk).startsWith('{"') ? true : write.call(process.stdout, chunk),
  );
  return () => silent.mock.restore();
}
