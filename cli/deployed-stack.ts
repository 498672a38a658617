import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { INVENTORY_KEY, type Inventory } from '../infra/settings/inventory.ts';
import { askCdk, connectionFlags } from './cdk.ts';
import { count } from './settings-line.ts';

/** What a stack holds; one of version 0.1.0 does not say what its raster sources are, only how many. */
export interface DeployedInventory {
  readonly schedules: readonly string[];
  readonly rasters: readonly string[] | number;
  readonly events: readonly string[];
  readonly edges: readonly string[];
  readonly clients?: readonly string[] | undefined;
}

const inventorySchema = z.object({
  schedules: z.array(z.string()),
  rasters: z.array(z.string()),
  events: z.array(z.string()).default([]),
  edges: z.array(z.string()).default([]),
  clients: z.array(z.string()).optional(),
});

/**
 * Asks CloudFormation through the CDK, which knows profiles and roles. The CDK has no command that shows a deployed
 * template, but compared with a stack of nothing the comparison lists all that is deployed.
 */
export async function readDeployedStack(
  stack: string,
  cdk: readonly string[],
): Promise<DeployedInventory | { unknown: string }> {
  const assembly = await mkdtemp(join(tmpdir(), 'cache-ops-nothing-'));
  try {
    await synthesizeNothing(stack, assembly);
    const args = ['diff', stack, '--app', assembly, '--method', 'template', '--no-color', ...connectionFlags(cdk)];
    const { code, said } = await askCdk(args);
    if (code !== 0) return { unknown: said.trim().split('\n').at(-1) ?? '' };
    return inventoryIn(said);
  } finally {
    await rm(assembly, { recursive: true, force: true });
  }
}

async function synthesizeNothing(stack: string, outdir: string): Promise<void> {
  const { App, CfnWaitConditionHandle, Stack } = await import('aws-cdk-lib');
  const app = new App({ outdir, analyticsReporting: false });
  // A template must hold something; this one is no resource of anything.
  new CfnWaitConditionHandle(new Stack(app, stack, { analyticsReporting: false }), 'Nothing');
  app.synth();
}

/** Reads the lines of `cdk diff` that say what would be removed. */
export function inventoryIn(diff: string): DeployedInventory {
  const metadata = new RegExp(`^\\[-\\] Metadata ${INVENTORY_KEY}: (\\{.*\\})$`, 'm').exec(diff)?.[1];
  if (metadata !== undefined) {
    const { rasters, edges, ...names } = inventorySchema.parse(JSON.parse(metadata));
    return { ...names, rasters: rasters.map(decodeURI), edges: edges.map(decodeURI) };
  }
  return {
    schedules: [...diff.matchAll(/^\[-\] AWS::Scheduler::Schedule \S*\/Schedule-(\S+) /gm)].map(
      ([, name = '']) => name,
    ),
    rasters: [...diff.matchAll(/^\[-\] AWS::Events::Rule \S*\/Source\d+ /gm)].length,
    // The versions that knew events and edges say what they hold.
    events: [],
    edges: [],
  };
}

/** What is deployed and not wanted any more, in words. */
export function removedFrom(deployed: DeployedInventory, wanted: Inventory): string[] {
  const schedules = deployed.schedules.filter((name) => !wanted.schedules.includes(name));
  const events = deployed.events.filter((name) => !wanted.events.includes(name));
  return [
    ...schedules.map((name) => `schedule ${name}`),
    ...rastersRemovedFrom(deployed.rasters, wanted.rasters),
    ...events.map((name) => `event ${name}`),
    ...deployed.edges.filter((name) => !wanted.edges.includes(name)).map((name) => `edge ${name}`),
    ...(deployed.clients ?? [])
      .filter((name) => !wanted.clients?.includes(name))
      .map((name) => `${name} of map clients: pages that listen need its new addresses when it comes back`),
  ];
}

function rastersRemovedFrom(deployed: DeployedInventory['rasters'], wanted: readonly string[]): string[] {
  if (typeof deployed !== 'number') {
    return deployed.filter((source) => !wanted.includes(source)).map((source) => `raster source ${source}`);
  }
  const removed = deployed - wanted.length;
  return removed > 0
    ? [`${removed} of ${count(deployed, 'raster source')}; the deployed version does not say which`]
    : [];
}
