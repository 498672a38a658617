import { proofAfter } from '../../shared/arcgis/tile-proof.ts';
import { CacheOpsError } from '../../shared/errors.ts';
import type { Watch } from '../../shared/jobs/job-reference.ts';
import type { Proof } from '../../shared/jobs/proof.ts';
import { openSite } from '../../shared/lambda/open-site.ts';
import type { Run } from '../../shared/lambda/operation-handler.ts';

export interface ProofOf {
  proof?: Proof;
  notes: string[];
}

/** Looks again at the tiles that were looked at before the job. The job has succeeded, whatever comes of it. */
export async function proofOf({ job, samples }: Watch, run: Run): Promise<ProofOf> {
  if (samples === undefined) return { notes: [] };
  try {
    return await proofAfter(await openSite(job.target, run), samples);
  } catch (error) {
    if (!(error instanceof CacheOpsError)) throw error;
    return { notes: [`verify: the tiles could not be looked at after the job. ${error.message}`] };
  }
}
