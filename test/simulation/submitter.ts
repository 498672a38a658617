import * as z from 'zod';
import { pascalCase } from '../../infra/operations.ts';
import type { Execution } from '../../local/execution.ts';
import type { Invocation } from './lambda.ts';
import { serviceOf } from './plan.ts';
import type { SubmittedJob } from './world.ts';

const submitSchema = z.object({
  submit: z.looseObject({}),
  run: z.object({ operation: z.string(), name: z.string() }).optional(),
});

/** The run that a function submits for. The machines of 0.1.0 do not say it: one run at a time submits to a service. */
export function runOf(submitter: Invocation | undefined, executions: readonly Execution[]): SubmittedJob['run'] {
  const { functionArn = '', payload = '{}' } = submitter ?? {};
  const { submit, run } = submitSchema.parse(JSON.parse(payload));
  if (run) return run;
  const found = executions.find(
    ({ machine, input, state }) =>
      state.name === 'Submit' &&
      functionArn.includes(`:${pascalCase(machine)}Function`) &&
      serviceOf({ operation: machine, input: JSON.parse(input) }) === serviceOf({ operation: machine, input: submit }),
  );
  if (found === undefined) throw new Error(`nobody submits by ${functionArn}`);
  return { operation: found.machine, name: found.name };
}
