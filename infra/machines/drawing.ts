import { errorsWith } from '../../shared/errors.ts';
import type { Catcher, Machine, State, Task } from './states.ts';
import { ours } from './tasks.ts';

/** A machine as a Mermaid flow chart. What is tried again is not drawn. */
export function drawing({ StartAt, States }: Machine): string {
  const names = Object.keys(States);
  const idOf = (name: string) => `s${names.indexOf(name)}`;
  const lines = Object.entries(States).flatMap(([name, state]) => [
    `${idOf(name)}${shape(state, label(name, state))}`,
    ...arrows(state).map(({ arrow, to }) => `${idOf(name)} ${arrow} ${idOf(to)}`),
  ]);
  return ['flowchart TD', `start(( )) --> ${idOf(StartAt)}`, ...lines].join('\n  ');
}

function shape({ Type: type }: State, text: string): string {
  if (type === 'Choice') return `{"${text}"}`;
  if (type === 'Wait') return `(["${text}"])`;
  if (type === 'Succeed') return `(("${text}"))`;
  return type === 'Fail' ? `{{"${text}"}}` : `["${text}"]`;
}

function label(name: string, state: State): string {
  if (state.Type === 'Task') return `${name}<br>${call(state)}`;
  if (state.Type === 'Map') return `${name}<br>${state.MaxConcurrency ?? 'all'} at a time`;
  if (state.Type !== 'Wait') return name;
  return `${name}<br>${'Seconds' in state ? `for ${state.Seconds} s` : 'as long as it was told'}`;
}

/** Where a task finds in the state what it calls. */
const FOUND: Record<string, string> = {
  '$.functionArn': "the operation's function",
  '$.machineArn': 'run-job, run-targets or run-plan',
  '$.stateMachineArn': "the operation's machine",
};

/** What a task calls, by the name that stands for its ARN. */
function call({ Resource: resource, Parameters: parameters }: Task): string {
  const called = (key: string) => Object(parameters)[key] ?? FOUND[Object(parameters)[`${key}.$`]];
  const machine = called('StateMachineArn');
  if (resource.endsWith(':lambda:invoke')) return `asks ${called('FunctionName') ?? 'another function'}`;
  if (resource.endsWith(':sqs:sendMessage')) return 'writes a dead letter';
  if (resource.endsWith('.sync:2')) return `runs ${machine}`;
  if (resource.includes(':cloudfront:')) return 'asks CloudFront';
  return resource.includes(':dynamodb:') ? 'writes the ledger' : `starts ${machine}`;
}

function arrows(state: State): { arrow: string; to: string }[] {
  if (state.Type === 'Choice') {
    const rules = state.Choices.map((rule) => ({
      arrow: `-->|${'StringEquals' in rule ? rule.StringEquals : 'yes'}|`,
      to: rule.Next,
    }));
    return [...rules, { arrow: '-->|else|', to: state.Default }];
  }
  const next = 'Next' in state ? state.Next : undefined;
  const catchers = 'Catch' in state ? (state.Catch ?? []) : [];
  const [same] = catchers.filter((catcher) => catcher.Next === next);
  return [
    ...(next === undefined ? [] : [{ arrow: same ? '-->|errors too|' : '-->', to: next }]),
    ...catchers
      .filter((catcher) => catcher !== same)
      .map((catcher, index) => ({ arrow: `-. ${errors(catcher, index > 0)} .->`, to: catcher.Next })),
  ];
}

/** The lists of errors that have a meaning of their own. */
const MEANINGS = [
  { names: ours(), text: 'an error of ours' },
  { names: errorsWith('nothingSubmitted'), text: 'nothing was submitted' },
  { names: errorsWith('jobIsOver'), text: 'the job is over' },
];

function errors({ ErrorEquals: names }: Catcher, isLater: boolean): string {
  if (names.includes('States.ALL')) return isLater ? 'any other error' : 'any error';
  const known = MEANINGS.find((meaning) => meaning.names.join() === names.join());
  return known?.text ?? names.map((name) => name.replace(/^\w+\./, '')).join(', ');
}
