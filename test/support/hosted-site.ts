import type { TestContext } from 'node:test';
import {
  type ArcgisEmulator,
  type ArcgisEmulatorOptions,
  startArcgisEmulator,
} from '../../local/emulators/arcgis/arcgis-emulator.ts';
import type { TestAws } from './invoke.ts';

/** Hosted services, and a target whose secret leads there. */
export interface HostedSite {
  emulator: ArcgisEmulator;
  target: string;
}

export async function hostedSite(
  t: TestContext,
  aws: TestAws,
  options: ArcgisEmulatorOptions = {},
): Promise<HostedSite> {
  const emulator = await startArcgisEmulator({ ...options, hosted: true });
  t.after(() => emulator.close());
  return { emulator, target: aws.newTarget(hostedSecret(emulator)) };
}

/** The secret of hosted services. */
export function hostedSecret({ url, portalUrl, username, password }: ArcgisEmulator): object {
  return { vendor: 'arcgis', hosted: true, url, portalUrl, username, password };
}

/** A tile of level 4 that touches the middle of the map, and nothing beyond. */
export const SMALL_EXTENT = { xmin: 1000, ymin: 1000, xmax: 2000, ymax: 2000 };
