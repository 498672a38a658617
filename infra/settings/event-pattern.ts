/** "Amazon EventBridge quotas": event pattern size. */
const MOST_CHARACTERS = 2048;
/** Of events of ours: a pattern that takes them would start a run by the end of a run, without end. */
const OWN_SOURCE = 'cache-ops';
/** By these AWS tells of every execution, ours too. */
const EXECUTIONS_SOURCE = 'aws.states';

type Pattern = Record<string, unknown>;

/** What is wrong with the pattern of an event that starts an operation; undefined where nothing is. */
export function eventPatternProblem(pattern: Pattern): string | undefined {
  const characters = JSON.stringify(pattern).length;
  if (characters > MOST_CHARACTERS) {
    return `has ${characters} characters, EventBridge takes ${MOST_CHARACTERS}: give it fewer values`;
  }
  const leaf = leafProblem(pattern);
  if (leaf !== undefined) return leaf;
  if (mayMatch(pattern, OWN_SOURCE)) {
    return `takes events of ${OWN_SOURCE} itself, so that a run would start the next without end: name another source, for example source: [aws.glue]`;
  }
  if (mayMatch(pattern, EXECUTIONS_SOURCE) && !namesMachine(pattern)) {
    return 'takes the ends of all state machines, those of cache-ops too: name the machine in detail.stateMachineArn';
  }
  return undefined;
}

/** EventBridge takes lists at the ends of a pattern, and nothing else. */
function leafProblem(pattern: Pattern, path = ''): string | undefined {
  const problems = Object.entries(pattern).map(([key, value]) => {
    const at = `${path}${key}`;
    if (isObject(value)) return leafProblem(value, `${at}.`);
    if (!Array.isArray(value)) return `must have a list of values in ${at}, for example ${key}: [${value ?? ''}]`;
    if (value.length === 0) return `has nothing in ${at}: EventBridge takes no empty list`;
    const branches = key === '$or' ? value.filter(isObject) : [];
    return branches.map((branch) => leafProblem(branch, `${at}.`)).find((problem) => problem !== undefined);
  });
  return problems.find((problem) => problem !== undefined);
}

/** Whether an event of this source can fit; what is not understood can. */
function mayMatch(pattern: Pattern, source: string): boolean {
  const { source: matchers, $or: branches } = pattern;
  if (Array.isArray(matchers)) return matchers.some((matcher) => fits(matcher, source));
  if (Array.isArray(branches)) return branches.some((branch) => !isObject(branch) || mayMatch(branch, source));
  return true;
}

function fits(matcher: unknown, source: string): boolean {
  if (!isObject(matcher)) return matcher === source;
  const [[operator = '', operand] = []] = Object.entries(matcher);
  const text = textOf(operand, operator);
  switch (operator) {
    case 'exists':
      return operand === true;
    case 'numeric':
    case 'cidr':
      return false;
    case 'anything-but':
      return ![operand].flat().some((but) => fits(but, source));
    case 'prefix':
      return text === undefined || source.startsWith(text);
    case 'suffix':
      return text === undefined || source.endsWith(text);
    case 'equals-ignore-case':
      return text === undefined || source === text;
    case 'wildcard':
      return text === undefined || wildcardFits(text, source);
    default:
      return true;
  }
}

/** `{"prefix": "a"}` or `{"prefix": {"equals-ignore-case": "A"}}`: sources that matter have small letters only. */
function textOf(operand: unknown, operator: string): string | undefined {
  const folded = isObject(operand) ? operand['equals-ignore-case'] : undefined;
  if (typeof folded === 'string') return folded.toLowerCase();
  if (typeof operand !== 'string') return undefined;
  return operator === 'equals-ignore-case' ? operand.toLowerCase() : operand;
}

function wildcardFits(wildcard: string, source: string): boolean {
  const parts = wildcard.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(source);
}

function namesMachine({ detail, resources }: Pattern): boolean {
  return resources !== undefined || (isObject(detail) && detail['stateMachineArn'] !== undefined);
}

function isObject(value: unknown): value is Pattern {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
