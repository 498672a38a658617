import * as z from 'zod';
import type { LedgerEntry } from './ledger.ts';

const entrySchema = z.object({
  status: z.string().default(''),
  /** Several are joined by commas. */
  target: z.string().default(''),
  jobId: z.string().optional(),
  jobStatus: z.string().optional(),
  error: z.string().optional(),
  cause: z.string().default(''),
  /** JSON. */
  plan: z.string().optional(),
});
const planSchema = z.object({ units: z.number(), done: z.number() });

/** What has become of the job of a run that was stopped, by the run's entry in the ledger: goes on after "stopped". */
export function wordsOfStop(entry: LedgerEntry | undefined): string {
  if (entry === undefined) return 'before anything was sent to the server';
  const { status, target, jobId, jobStatus = 'ended', error, cause, plan } = entrySchema.parse(entry);
  if (plan !== undefined && error === 'JobCancelledError') {
    const { units, done } = planSchema.parse(JSON.parse(plan));
    return `${done} of its ${units} units ${done === 1 ? 'is' : 'are'} done. ${cause.replace(/\.$/, '')}`;
  }
  if (target.includes(',') && status === 'stopped')
    return 'with it the runs of its targets that were at work; their own entries say what became of them';
  const job = jobId === undefined ? 'its job' : `its job ${jobId}`;
  switch (status) {
    case 'cancelled':
      return jobId === undefined ? 'before a job ran; nothing runs on the server' : `${job} is cancelled on the server`;
    case 'stopped':
      return jobId === undefined
        ? 'in the middle of its submit; no job of it runs on the server'
        : `${job} had ended by itself (${jobStatus})`;
    case 'submitted':
      return `${job} runs on: it was only submitted`;
    case 'succeeded':
      return `${job} had succeeded`;
    case 'failed':
      return `it had failed${error === undefined ? '' : ` by ${error}`}`;
    default:
      return `whether ${job} runs on is not known: look for it on the server`;
  }
}
