import type { ErrorName } from '../../shared/errors.ts';

/** The states that the machines are made of, as the Amazon States Language has them; a wrong key does not compile. */

export interface Retrier {
  ErrorEquals: readonly string[];
  IntervalSeconds?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
  MaxAttempts?: number;
}

export interface Catcher {
  ErrorEquals: readonly string[];
  /** Null: the error is not kept. Left out: it takes the place of the state. */
  ResultPath?: string | null;
  Next: string;
}

/** Where a state leads. */
export type Next = { Next: string } | { End: true };

export type Task = Next & {
  Type: 'Task';
  Resource: string;
  Parameters: object;
  ResultSelector?: Record<string, unknown>;
  ResultPath?: string | null;
  OutputPath?: string;
  Retry: readonly Retrier[];
  Catch?: readonly Catcher[];
};

/** Tests one word: what needs more than that is decided by a function. */
export interface Choice {
  Type: 'Choice';
  Choices: readonly ({ Variable: string; Next: string } & ({ StringEquals: string } | { IsPresent: true }))[];
  Default: string;
}

export type Pass = Next & {
  Type: 'Pass';
  Parameters?: object;
  Result?: object;
  InputPath?: string;
  ResultPath?: string;
  OutputPath?: string;
};

type Wait = { Type: 'Wait'; Next: string } & ({ Seconds: number } | { SecondsPath: string });

interface Succeed {
  Type: 'Succeed';
  OutputPath?: string;
}

type Fail = { Type: 'Fail'; CausePath: string } & ({ ErrorPath: string } | { Error: ErrorName });

/** Runs states for each item, some or all of them at the same time. */
type InlineMap = Next & {
  Type: 'Map';
  MaxConcurrency?: number;
  ItemsPath: string;
  ItemSelector: object;
  ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }; StartAt: string; States: Record<string, State> };
  ResultPath: null;
};

export type State = InlineMap | Task | Choice | Pass | Wait | Succeed | Fail;

export interface Machine {
  Comment: string;
  StartAt: string;
  TimeoutSeconds?: number;
  States: Record<string, State>;
}

/** Goes there where the input has the key, else on. */
export function ifPresent(variable: string, next: string, otherwise: string): Choice {
  return { Type: 'Choice', Choices: [{ Variable: variable, IsPresent: true, Next: next }], Default: otherwise };
}

/** Goes where the word leads. */
export function choose(variable: string, next: Record<string, string>, otherwise: string): Choice {
  const choices = Object.entries(next).map(([word, Next]) => ({ Variable: variable, StringEquals: word, Next }));
  return { Type: 'Choice', Choices: choices, Default: otherwise };
}
