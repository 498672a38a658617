import { once } from 'node:events';
import { createInterface } from 'node:readline';

interface Terminal {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
}

/** Asks a person; all but a yes is a no: Ctrl-C and an input that ends too. */
export async function confirm(question: string, { input, output }: Terminal): Promise<boolean> {
  const lines = createInterface({ input, output });
  lines.setPrompt(`${question} [y/N] `);
  lines.prompt();
  const answer = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    ...['close', 'SIGINT'].map((event) => once(lines, event).then(() => '')),
  ]);
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}
