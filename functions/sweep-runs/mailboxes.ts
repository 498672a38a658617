import { ensureRunning } from '../../shared/lambda/ensure-running.ts';
import { describeExecution } from '../../shared/lambda/executions.ts';
import { log } from '../../shared/lambda/log.ts';
import type { Mailbox } from '../../shared/ledger/raster-items.ts';
import type { RasterTable } from '../../shared/ledger/raster-table.ts';

/**
 * Finds the mailboxes whose execution has ended without a word, and has another one take care of their rasters. Where a
 * person has stopped it, and nothing came since, the rasters wait for the next that arrives.
 */
export async function sweepMailboxes(rasters: RasterTable, machineArn: string): Promise<number> {
  let restarted = 0;
  for (const source of await rasters.sources()) {
    const box = await rasters.mailbox(source);
    const { running } = box;
    if (running === undefined) continue;
    const execution = await describeExecution(running);
    if (execution?.status === 'RUNNING') continue;
    if (execution?.status === 'ABORTED' && !hasCome(box, execution.stopDate)) {
      await letGo(rasters, source, box);
      continue;
    }
    const next = await ensureRunning({ rasters, source, machineArn }, box);
    restarted += 1;
    log('warn', 'rasters whose execution has ended without a word: another one takes care of them', { source, next });
  }
  return restarted;
}

function hasCome({ lastAt }: Mailbox, since: Date | undefined): boolean {
  return lastAt !== undefined && since !== undefined && Date.parse(lastAt) > since.getTime();
}

async function letGo(rasters: RasterTable, source: string, { running, lastAt }: Mailbox): Promise<void> {
  const isSame = lastAt === undefined ? 'attribute_not_exists(#lastAt)' : '#lastAt = :last';
  await rasters.change(
    source,
    { set: {}, remove: ['running', 'firstAt', 'lastAt'] },
    { condition: `#running = :before AND ${isSame}`, values: { ':before': running, ':last': lastAt } },
  );
}
