import type { StackTemplate } from '../../local/template.ts';
import { stackTemplate } from '../support/stack-template.ts';
import { DELETE, REFRESH, TILES } from './plan.ts';

/** The synthesized stack, in which a job is given up after two hours and a half, and few runs may wait. */
export function simulatedStack(): StackTemplate {
  const jobs = { maxDuration: 0.1, maxWaiting: 4 };
  return stackTemplate({ jobs: { [TILES]: jobs, [REFRESH]: jobs, [DELETE]: jobs } });
}
