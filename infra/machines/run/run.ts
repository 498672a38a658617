import { OPEN } from '../../../shared/ledger/entry.ts';
import { comment } from '../examples.ts';
import { choose, ifPresent, type Machine } from '../states.ts';
import {
  FUNCTION_RETRY,
  goOn,
  invoke,
  type Key,
  NOW,
  nestedName,
  ours,
  type Place,
  putEntry,
  runMachine,
  step,
  text,
} from '../tasks.ts';

export interface RunParts extends Place {
  operation: string;
  /** Where people see what becomes of a run. */
  dashboard: string;
  /** An input to begin with. */
  example: object;
  /** The operation's function. */
  functionArn: string;
  holdArn: string;
  runJobArn: string;
  runPlanArn: string;
  runTargetsArn: string;
  /** What says how long the jobs of a dry run would take. */
  nextUnitArn: string;
  /** How many runs may wait for one service. */
  maxWaiting: number;
  /** How long a call of the function may go on after its execution has ended. */
  submitSeconds: number;
}

/** An error takes the place of the state: nothing else is of use from then on. */
const TO_FAILURE = [
  { ErrorEquals: ours(), Next: 'Record the failure' },
  { ErrorEquals: ['States.ALL'], Next: 'AWS failed' },
];

/** What a nested machine tells of the end takes the place of the state: the two together may be larger than a state. */
const ENDED = { OutputPath: '$.state', Next: 'How did it end?', Catch: TO_FAILURE } as const;

const EXECUTION = { 'id.$': '$$.Execution.Id', 'name.$': '$$.Execution.Name', 'startedAt.$': '$$.Execution.StartTime' };

const AWS_FAILED =
  "States.Format('AWS itself failed, after many tries: {} {} What the run had started is cleaned up after. Start it again when AWS works.', $.Error, $.Cause)";

/** One run of one operation, from its entry in the ledger to its result. The machine is named after the operation. */
export function run(parts: RunParts): Machine {
  const {
    operation,
    dashboard,
    example,
    functionArn,
    holdArn,
    runJobArn,
    runTargetsArn,
    runPlanArn,
    maxWaiting,
    submitSeconds,
  } = parts;
  const key = { operation: text(operation), name: text('$$.Execution.Name') };
  const work = {
    'run.$': '$.run',
    'input.$': 'States.StringToJson($.entry.input.S)',
    'lookFor.$': '$.lookFor',
    functionArn,
    submitSeconds,
    work: { state: { attempts: 0 } },
    'claims.$': '$.claims',
    'claim.$': '$.claim',
    'request.$': '$.request',
    'later.$': '$.later',
    'takesPlace.$': '$.takesPlace',
    maxWaiting,
    // `Prepare` says by a number which of them does the work.
    'machineArn.$': `States.ArrayGetItem(States.Array('${runJobArn}', '${runTargetsArn}', '${runPlanArn}'), $.machine)`,
    turn: { state: { attach: {}, isNew: true } },
  };
  return {
    Comment: comment(
      `One run of ${operation}: its output is the result, its entry is in the table ${parts.table} by the name of the execution, and the CloudWatch dashboard ${dashboard} shows it. The input is the operation's input.`,
      example,
    ),
    StartAt: 'Is it a dry run?',
    TimeoutSeconds: 360 * 86_400,
    States: {
      // Before anything is written: a dry run is no run.
      'Is it a dry run?': ifPresent('$.dryRun', 'Dry run', 'Enter the ledger'),
      ...dryRunStates(parts),
      'Enter the ledger': putEntry(
        parts,
        {
          ...key,
          executionArn: text('$$.Execution.Id'),
          startedAt: text('$$.Execution.StartTime'),
          status: text('waiting'),
          open: text(OPEN),
        },
        { Next: 'Prepare', Catch: TO_FAILURE },
      ),
      Prepare: {
        ...invoke(parts, functionArn, { 'prepare.$': '$', execution: EXECUTION, submitSeconds }),
        OutputPath: '$.Payload',
        Retry: FUNCTION_RETRY,
        Catch: TO_FAILURE,
        Next: 'Note what it asks for',
      },
      'Note what it asks for': putEntry(parts, { path: '$.entry' }, { Next: 'Hold and run', Catch: TO_FAILURE }),
      'Hold and run': runMachine(parts, holdArn, work, { ...ENDED, name: nestedName('hold') }),
      ...endStates(parts, key),
    },
  };
}

function dryRunStates({ functionArn, nextUnitArn, ...place }: RunParts): Machine['States'] {
  const told = { OutputPath: '$.Payload', Retry: FUNCTION_RETRY } as const;
  const dryRun = { 'input.$': '$$.Execution.Input', 'result.$': '$' };
  return {
    'Dry run': { ...invoke(place, functionArn, '$'), ...told, Next: 'How long would it take?' },
    'How long would it take?': { ...invoke(place, nextUnitArn, { dryRun }), ...told, End: true },
  };
}

/** What becomes of the run: its result, or the error that it ended by. */
function endStates(place: Place, key: Key): Machine['States'] {
  return {
    'How did it end?': choose('$.status', { failed: 'Record the failure', overdue: 'Record the failure' }, 'Done'),
    Done: { Type: 'Succeed', OutputPath: '$.result' },
    'AWS failed': {
      Type: 'Pass',
      Parameters: { Error: 'AwsUnavailableError', 'Cause.$': AWS_FAILED },
      Next: 'Record the failure',
    },
    'Record the failure': step(
      place,
      key,
      'fails',
      { set: { finishedAt: text(NOW), error: text('$.Error'), cause: text('$.Cause') } },
      // The run fails by its own error, whatever becomes of the record.
      goOn('Fail'),
    ),
    Fail: { Type: 'Fail', ErrorPath: '$.Error', CausePath: '$.Cause' },
  };
}
