import { comment, examples } from '../examples.ts';
import type { Machine } from '../states.ts';
import { FUNCTION_RETRY, goOn, invoke, type Place, runMachine } from '../tasks.ts';

export interface RunTargetsParts extends Place {
  /** The function that says which runs there are, and what became of them. */
  joinTargetsArn: string;
}

const AT_ONCE = 5;

/** Does the work of a run that has several targets: a run of the same machine for each, some at a time. */
export function runTargets(parts: RunTargetsParts): Machine {
  return {
    Comment: comment('Does the work of a run of several targets: runs each by itself.', examples['run-targets']),
    StartAt: 'Put them in order',
    States: {
      'Put them in order': {
        ...invoke(parts, parts.joinTargetsArn, { 'begin.$': '$.run' }),
        ResultSelector: { 'state.$': '$.Payload' },
        ResultPath: '$.targets',
        Retry: FUNCTION_RETRY,
        Next: 'Run each target',
      },
      'Run each target': {
        Type: 'Map',
        MaxConcurrency: AT_ONCE,
        ItemsPath: '$.targets.state.children',
        ItemSelector: {
          'child.$': '$$.Map.Item.Value',
          'input.$': '$.input',
          'machineArn.$': '$.targets.state.machineArn',
        },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'Run one target',
          States: {
            'Run one target': runMachine(
              parts,
              { path: '$.machineArn' },
              { path: 'States.JsonMerge($.input, $.child.own, false)' },
              // How it ended is in its entry, which has room for it.
              { into: 'done', name: '$.child.name', ...goOn('Target over') },
            ),
            'Target over': { Type: 'Pass', Result: {}, End: true },
          },
        },
        ResultPath: null,
        Next: 'Join the results',
      },
      'Join the results': {
        ...invoke(parts, parts.joinTargetsArn, { 'end.$': '$.run' }),
        OutputPath: '$.Payload',
        Retry: FUNCTION_RETRY,
        End: true,
      },
    },
  };
}
