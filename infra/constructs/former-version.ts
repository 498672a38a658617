import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CLAIMS, WAITING_INDEX } from '../../shared/ledger/entry.ts';
import type { Ledger } from './ledger.ts';

/**
 * What executions that version 0.1.0 has started do to the ledger, by machine. A deployment does not end them: they go on
 * by their old definition, but under the role that their machine has now. It goes with the next release.
 */
export function formerAccess(ledger: Ledger, jobs: readonly string[]): Record<FormerMachine, PolicyStatement[]> {
  const claims = ledger.access('UpdateItem', [CLAIMS]);
  return {
    job: [claims],
    takeTurn: [...ledger.decisionAccess(['GetItem'], WAITING_INDEX), claims],
    cancelRun: [ledger.access('GetItem', jobs), ledger.access('UpdateItem', [...jobs, CLAIMS]), ledger.keyAccess()],
  };
}

type FormerMachine = 'job' | 'takeTurn' | 'cancelRun';
