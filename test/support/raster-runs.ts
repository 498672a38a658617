import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Execution } from '../../local/execution.ts';
import type { LedgerEntry } from '../../local/ledger.ts';
import { hostedSecret } from './hosted-site.ts';
import { type JobPlatform, startJobPlatform } from './job-platform.ts';
import { objectCreated, record } from './raster-messages.ts';

export const RENEWAL = 'renew-from-rasters';
/** The target of the raster sources: their settings are read before a platform has its own. */
export const TARGET = 'raster-site';

export const SOURCE = {
  name: 'landsat',
  bucket: 'my-rasters',
  prefix: 'landsat/',
  refresh: { target: TARGET, serviceName: 'Landsat', serviceType: 'ImageServer', serviceFolder: 'Imagery' },
};

type Options = Omit<NonNullable<Parameters<typeof startJobPlatform>[0]>, 'settings'> & {
  source?: object;
  notifications?: object;
};

let days = 0;

/**
 * A platform with one raster source, where jobs take a minute unless told. Each has a day of its own: functions keep a
 * secret for minutes, and that of the last platform names a server that is gone.
 */
export async function rasterPlatform(
  t: Pick<TestContext, 'after'>,
  { source = {}, notifications, ...options }: Options = {},
): Promise<JobPlatform> {
  const settings = { rasters: [{ ...SOURCE, ...source }], ...(notifications && { notifications }) };
  days += 1;
  const virtualFrom = new Date(Date.UTC(2026, 0, days)).toISOString();
  const platform = await startJobPlatform({ emulator: { jobSeconds: 60 }, virtualFrom, ...options, settings });
  t.after(() => platform.close());
  const { url, username, password } = platform.emulator;
  const isHosted = options.emulator?.hosted === true;
  platform.newTarget(
    isHosted ? hostedSecret(platform.emulator) : { vendor: 'arcgis', url, username, password },
    TARGET,
  );
  return platform;
}

/** Delivers these keys as one batch of messages; gives the ids of those that come back. */
export async function deliver(platform: JobPlatform, keys: readonly string[]): Promise<string[]> {
  return await deliverRecords(
    platform,
    keys.map((key) => record(objectCreated(key))),
  );
}

export async function deliverRecords({ invoke, template }: JobPlatform, Records: object[]): Promise<string[]> {
  const name = template.functions.find((each) => each.name.startsWith('StartRefresh'))?.name ?? assert.fail();
  const outcome = await invoke(name, { Records });
  if ('error' in outcome) throw new Error(outcome.error.errorMessage);
  const { batchItemFailures } = JSON.parse(outcome.payload);
  return batchItemFailures.map(({ itemIdentifier }: { itemIdentifier: string }) => itemIdentifier);
}

/** The executions of the machine for new rasters. */
export function renewals({ stateMachines }: JobPlatform): Execution[] {
  return stateMachines.executions.filter(({ machine }) => machine === RENEWAL);
}

/** The keys of the rasters that no refresh has covered. */
export async function openKeys({ ledger }: JobPlatform): Promise<unknown[]> {
  const items = await ledger.entries();
  return items.filter(({ operation }) => String(operation).startsWith('raster-open/')).map(({ key }) => key);
}

/** The entries of one operation, the oldest first. */
export async function entriesOf({ ledger }: JobPlatform, operation: string): Promise<LedgerEntry[]> {
  return (await ledger.runs()).filter((entry) => entry['operation'] === operation);
}

/** When jobs were submitted (epoch ms), the first one first. */
export function submits({ emulator }: JobPlatform): number[] {
  return emulator.jobs
    .list()
    .map(({ submittedAt }) => submittedAt)
    .toSorted((one, other) => one - other);
}

/** Names of so many rasters. */
export function keysOf(count: number, first = 0): string[] {
  return Array.from({ length: count }, (_, index) => `landsat/scene-${String(first + index).padStart(5, '0')}.tif`);
}
