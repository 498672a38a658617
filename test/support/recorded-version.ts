import { readFileSync } from 'node:fs';
import * as z from 'zod';

const FOLDER = new URL('../fixtures/version-0.1.0/', import.meta.url);
/** When every recorded scenario began; `after` counts the seconds since then. */
const STARTED_AT = Date.parse('2026-01-05T03:00:00.417Z');

const at = z.int().transform((seconds) => new Date(STARTED_AT + seconds * 1000).toISOString());
const entry = z.record(z.string(), z.unknown());

const texts = z.array(z.string());

const definitionsSchema = z.object({
  stateMachines: z.array(
    z.object({
      logicalId: z.string(),
      name: z.string(),
      arn: z.string(),
      /** What its role was allowed, as `npm run iam -- --json` tells it, but for logs and traces. */
      permissions: z.array(z.object({ actions: texts, resources: texts, conditions: texts })),
      definition: z.looseObject({ StartAt: z.string(), States: z.record(z.string(), z.looseObject({})) }),
    }),
  ),
  functions: z.array(z.object({ logicalId: z.string(), arn: z.string() })),
  tables: z.tuple([
    z.object({
      logicalId: z.string(),
      KeySchema: z.unknown(),
      AttributeDefinitions: z.array(z.unknown()),
      GlobalSecondaryIndexes: z.array(z.unknown()),
    }),
  ]),
  outputs: z.record(z.string(), z.string()),
});

/** A visit of a state: what it was given and what it handed on, neither cut down by its paths. */
const visitSchema = z
  .object({
    state: z.string(),
    after: at,
    input: z.unknown(),
    output: z.unknown().optional(),
    error: z.object({ Error: z.string(), Cause: z.string() }).optional(),
    /** What the execution could find in the ledger when it entered the state, in DynamoDB's own JSON. */
    entries: z.array(entry).default([]),
  })
  .transform(({ after, ...visit }) => ({
    at: after,
    ...visit,
    output: visit.error ? undefined : (visit.output ?? visit.input),
  }));

const scenariosSchema = z.array(
  z.object({
    scenario: z.string(),
    operation: z.string(),
    executions: z.array(
      z.object({
        machine: z.string(),
        name: z.string(),
        /** The name of the execution that waited for this one. */
        parent: z.string().optional(),
        /** `SUCCEEDED`, `ABORTED`, `TIMED_OUT`, or `FAILED` and the error's name. */
        end: z.string(),
        states: z.array(visitSchema),
      }),
    ),
  }),
);

const callsSchema = z.object({
  functions: z.array(
    z.object({
      function: z.string(),
      scenario: z.string(),
      after: at,
      payload: z.record(z.string(), z.unknown()),
      answer: z.unknown().optional(),
      error: z.object({ errorType: z.string(), errorMessage: z.string() }).optional(),
    }),
  ),
  /** Machines that a run started and waited for; without `output` where they were stopped. */
  executions: z.array(
    z.object({ machine: z.string(), scenario: z.string(), input: z.unknown(), output: z.unknown().optional() }),
  ),
});

/** The numbers of the visits, for example `1-10 34`, and the words of their end. */
const endsSchema = z.array(z.tuple([z.string()], z.string()));

const partSchema = z.strictObject({ $: z.int() });
const likeSchema = z.strictObject({
  $like: z.int(),
  with: z.record(z.string(), z.unknown()).default({}),
  without: z.array(z.string()).default([]),
});

/** What was recorded of version 0.1.0, as README.md beside the files says. Nothing of it is to be changed. */
export function readVersion() {
  const parts: unknown[] = [];
  const text = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');
  const whole = (json: string): unknown => JSON.parse(json, (_key, value) => put(parts, value));
  for (const part of z.array(z.unknown()).parse(JSON.parse(text('parts.json'))))
    parts.push(whole(JSON.stringify(part)));
  return {
    definitions: definitionsSchema.parse(JSON.parse(text('definitions.json'))),
    scenarios: scenariosSchema.parse(whole(text('states.json'))),
    calls: callsSchema.parse(whole(text('calls.json'))),
    ledger: z.array(z.object({ scenario: z.string(), entry })).parse(whole(text('ledger.json'))),
  };
}

/** The value itself, or the part that it stands for. */
function put(parts: readonly unknown[], value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$' in value || '$like' in value)) return value;
  if ('$' in value) return parts[partSchema.parse(value).$];
  const { $like, with: changed, without } = likeSchema.parse(value);
  const kept = Object.entries(Object(parts[$like])).filter(([key]) => !without.includes(key));
  return { ...Object.fromEntries(kept), ...changed };
}

/**
 * How each visit ends, by its number (1 is the first in the file), where a test begins there: what version 0.1.0 itself
 * came to, its functions and all of its machines. The words are those of `test/support/replay.ts`.
 */
export function readEnds(): Map<number, string[]> {
  const rows = endsSchema.parse(JSON.parse(readFileSync(new URL('ends.json', FOLDER), 'utf8')));
  const numbers = (range: string) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  };
  return new Map(
    rows.flatMap(([visits, ...end]) =>
      visits.split(' ').flatMap((range) => numbers(range).map((number): [number, string[]] => [number, end])),
    ),
  );
}

type Definition = ReturnType<typeof readVersion>['definitions']['stateMachines'][number]['definition'];

const nextSchema = z.looseObject({ Next: z.string().optional() });
const leadsSchema = nextSchema.extend({
  Default: z.string().optional(),
  Choices: z.array(nextSchema).default([]),
  Catch: z.array(nextSchema).default([]),
});

/** A machine that begins at one of the states, without those that cannot be reached from there: engines refuse them. */
export function definitionFrom(definition: Definition, state: string): Definition {
  const reached = new Set([state]);
  for (const name of reached) {
    const { Next, Default, Choices, Catch } = leadsSchema.parse(definition.States[name]);
    for (const next of [Next, Default, ...[...Choices, ...Catch].map((one) => one.Next)]) if (next) reached.add(next);
  }
  const kept = Object.entries(definition.States).filter(([name]) => reached.has(name));
  return { ...definition, StartAt: state, States: Object.fromEntries(kept) };
}
