import { comment, examples } from '../examples.ts';
import { choose, type Machine } from '../states.ts';
import { FUNCTION_RETRY, goOn, invoke, laneName, type Place, runMachine } from '../tasks.ts';

export interface RunPlanParts extends Place {
  /** The function that decides. */
  nextUnitArn: string;
  runUnitsArn: string;
}

const FUNCTION = { path: '$.functionArn' };

/** Does the work of a run that is a plan: one unit after the other, in some lanes at a time, in its windows. */
export function runPlan(parts: RunPlanParts): Machine {
  const look = {
    'run.$': '$.run',
    'claim.$': '$.claim',
    'submitSeconds.$': '$.submitSeconds',
    'made.$': '$.made',
    'told.$': '$.work.state',
  };
  const lane = {
    'number.$': '$$.Map.Item.Value',
    'run.$': '$.run',
    'claim.$': '$.claim',
    'fence.$': '$.fence',
    'functionArn.$': '$.functionArn',
    'submitSeconds.$': '$.submitSeconds',
    'lookFor.$': '$.lookFor',
    unit: { state: { steps: 0, name: '' } },
    done: { state: {} },
  };
  return {
    Comment: comment('Does the work of one run that is split into units.', examples['run-plan']),
    StartAt: 'Make the plan',
    States: {
      'Make the plan': ask(parts, { 'makePlan.$': '$.input' }),
      'Look at the plan': {
        ...invoke(parts, parts.nextUnitArn, { look: { ...look, 'made.$': '$.plan.state' } }),
        ResultSelector: { 'state.$': '$.Payload' },
        ResultPath: '$.work',
        Retry: FUNCTION_RETRY,
        Next: 'How does it go on?',
      },
      'How does it go on?': choose(
        '$.work.state.next',
        { lanes: 'Run its units', wait: 'Wait', make: 'Make the plan', prove: 'Look at some tiles' },
        'Done',
      ),
      // Once more: they were looked at when the plan was made.
      'Look at some tiles': ask(parts, { 'prove.$': '$.work.state.prove' }),
      Wait: { Type: 'Wait', SecondsPath: '$.work.state.waitSeconds', Next: 'Look at the plan' },
      'Run its units': {
        Type: 'Map',
        ItemsPath: '$.work.state.lanes',
        ItemSelector: lane,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'Run a lane',
          States: {
            'Run a lane': runMachine(
              parts,
              parts.runUnitsArn,
              { 'lane.$': '$' },
              // What is left of a lane that broke off is seen when all are over.
              { into: 'lane', name: laneName(), ...goOn('Lane over') },
            ),
            'Lane over': { Type: 'Succeed' },
          },
        },
        ResultPath: null,
        Next: 'Look at the plan',
      },
      Done: { Type: 'Succeed', OutputPath: '$.work.state' },
    },
  };
}

/** Asks the operation's function; what it tells, or its error, is for the next look. */
function ask(parts: Place, payload: object): Machine['States'][string] {
  return {
    ...invoke(parts, FUNCTION, payload),
    ResultSelector: { 'state.$': '$.Payload' },
    ResultPath: '$.plan',
    Retry: FUNCTION_RETRY,
    Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.plan.state', Next: 'Look at the plan' }],
    Next: 'Look at the plan',
  };
}
