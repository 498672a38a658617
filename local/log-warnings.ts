import * as z from 'zod';

const lineSchema = z.looseObject({ level: z.literal('warn'), message: z.string() });
/** Who said it means nothing on this machine. */
const LEFT_OUT = ['level', 'message', 'operation', 'requestId'];

/** Reads the lines that functions log, and hands on what warns a person: each text once, also where several functions say it. */
export function logWarnings(tell: (warning: string) => void): (line: string) => void {
  const told = new Set<string>();
  return (line) => {
    const warning = textOf(line);
    if (warning === undefined || told.has(warning)) return;
    told.add(warning);
    tell(warning);
  };
}

function textOf(line: string): string | undefined {
  const parsed = lineSchema.safeParse(parseOrNothing(line));
  if (!parsed.success) return undefined;
  const fields = Object.entries(parsed.data)
    .filter(([name]) => !LEFT_OUT.includes(name))
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(', ') : String(value)}`);
  return `Warning: ${[parsed.data.message, ...fields].join('; ')}`;
}

function parseOrNothing(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
