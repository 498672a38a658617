import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { type OperationOutcome, returned } from './operation-outcome.ts';
import type { Platform } from './platform.ts';
import type { ScheduleResource } from './template.ts';

/** Delivers one occurrence of a schedule as EventBridge Scheduler does, and waits for all that it started. */
export async function fireSchedule(
  { arn, Target: target }: ScheduleResource,
  { stateMachines, invoke, ending }: Pick<Platform, 'stateMachines' | 'invoke' | 'ending'>,
): Promise<OperationOutcome> {
  const attributes: Record<string, string> = {
    '<aws.scheduler.schedule-arn>': arn,
    '<aws.scheduler.scheduled-time>': new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    '<aws.scheduler.execution-id>': randomUUID(),
    '<aws.scheduler.attempt-number>': '1',
  };
  const input = target.Input.replaceAll(/<aws\.scheduler\.[a-z-]+>/g, (name) => attributes[name] ?? name);
  if (target.Arn.startsWith('arn:aws:lambda:')) {
    return returned(await invoke(target.Arn, input));
  }
  const outcome = await ending(stateMachines.start({ stateMachineArn: target.Arn, input }));
  // A machine that only starts another one answers with the address of its execution.
  const started = 'result' in outcome ? z.object({ ExecutionArn: z.string() }).safeParse(outcome.result) : undefined;
  const execution = stateMachines.executions.find((one) => one.arn === started?.data?.ExecutionArn);
  return execution ? ending(execution) : outcome;
}
