import * as z from 'zod';
import { onOneLine, type Screen } from './screen.ts';
import { textTable } from './text-table.ts';

/** What `check-target` found. */
export const checkedSchema = z.object({
  status: z.enum(['succeeded', 'failed']),
  checks: z.array(z.object({ check: z.string(), status: z.string(), advice: z.string().optional() })),
});

const COLOURS = { ok: 'green', failed: 'red', skipped: 'yellow' } as const;

/** The checks as a table for people. */
export function checksTable({ checks }: z.output<typeof checkedSchema>, screen: Screen): string {
  const rows = checks.map(({ check, status, advice = '' }) => {
    const colour = Object.entries(COLOURS).find(([word]) => word === status)?.[1];
    return [check, colour === undefined ? status : screen.paint(colour, status), onOneLine(advice)];
  });
  return textTable([{ title: 'Check' }, { title: 'Status' }, { title: 'Advice' }], rows, screen.width);
}
