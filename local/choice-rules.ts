import * as z from 'zod';

const ruleSchema = z.looseObject({
  And: z.array(z.unknown()).optional(),
  Or: z.array(z.unknown()).optional(),
  Not: z.unknown().optional(),
});

/** Turns `IsPresent: false` and its like into a `Not`: the interpreter takes them for rules that never fit. */
export function plainRule(rule: unknown): object {
  const { And: all, Or: any, Not: none, ...rest } = ruleSchema.parse(rule);
  const combined = {
    ...(all && { And: all.map(plainRule) }),
    ...(any && { Or: any.map(plainRule) }),
    ...(none !== undefined && { Not: plainRule(none) }),
  };
  const [test] = Object.entries(rest).find(([key, value]) => key.startsWith('Is') && value === false) ?? [];
  if (test === undefined) return { ...rest, ...combined };
  const { Variable: variable, [test]: _false, ...reference } = rest;
  return { ...reference, Not: { Variable: variable, [test]: true } };
}
