import * as z from 'zod/mini';
import { environment } from '../../shared/lambda/environment.ts';
import type { SeenRunsTable } from '../../shared/ledger/seen-runs.ts';
import { unpacked } from '../../shared/schedules/schedule-list.ts';
import { pageOf } from './page.ts';
import { clockOf } from './times.ts';

/**
 * What a CloudWatch dashboard tells a custom widget ("Details about custom widgets", CloudWatch user guide). Nothing of
 * it is needed: what does not fit is left out.
 */
const eventSchema = z.looseObject({
  describe: z.catch(z.optional(z.boolean()), undefined),
  widgetContext: z.catch(
    z.optional(
      z.looseObject({
        theme: z.catch(z.optional(z.string()), undefined),
        timezone: z.catch(z.optional(z.looseObject({ offsetISO: z.optional(z.string()) })), undefined),
      }),
    ),
    undefined,
  ),
});

const DESCRIPTION = `## Runs of cache-ops
Shows what runs, what failed and what to do about it, which targets are paused, when schedules start next, and how the
last run of each operation on each target ended. It takes no parameters, and reads the ledger in five reads.

Whoever looks needs \`lambda:InvokeFunction\` for this function, and to press a button also for \`act-on-run\`.`;

/** Answers a dashboard with the page, or with what the page is. */
export async function showRuns(event: unknown, table: Pick<SeenRunsTable, 'read'>): Promise<unknown> {
  const { describe, widgetContext } = eventSchema.safeParse(event).data ?? {};
  if (describe === true) return { markdown: DESCRIPTION };
  const { timezone, theme } = widgetContext ?? {};
  const page = pageOf({
    seen: await table.read(),
    list: unpacked(environment('SCHEDULES').SCHEDULES),
    clock: clockOf(Date.now(), timezone?.offsetISO),
    dark: theme === 'dark',
  });
  return page.text;
}
