import { proofAfter } from '../arcgis/tile-proof.ts';
import { CacheOpsError } from '../errors.ts';
import type { Proof, Samples } from '../jobs/proof.ts';
import { openSite } from './open-site.ts';
import type { Run } from './operation-handler.ts';

export interface Proven {
  proof?: Proof;
  notes: string[];
}

/** Looks again at the tiles that were looked at before the work. That has been done, whatever comes of it. */
export async function provenTiles(target: string, samples: Samples | undefined, run: Run): Promise<Proven> {
  if (samples === undefined) return { notes: [] };
  try {
    return await proofAfter(await openSite(target, run), samples);
  } catch (error) {
    if (!(error instanceof CacheOpsError)) throw error;
    return { notes: [`verify: the tiles could not be looked at afterwards. ${error.message}`] };
  }
}
