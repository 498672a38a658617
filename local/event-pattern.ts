type Test = (value: unknown) => boolean;

/**
 * Tells whether an event fits an EventBridge pattern: exact values, `prefix`, `suffix` (both also as
 * `equals-ignore-case`), `equals-ignore-case`, `wildcard`, `numeric`, `exists`, `anything-but` and `$or`.
 * @throws on any other operator, so that a rule is never silently misread
 */
export function matchesPattern(pattern: object, event: unknown): boolean {
  return Object.entries(pattern).every(([key, expected]: [string, unknown]) => {
    if (key === '$or' && Array.isArray(expected)) return expected.some((branch) => matchesPattern(branch, event));
    const actual = isObject(event) ? event[key] : undefined;
    if (Array.isArray(expected)) return matchesAny(expected, actual);
    if (!isObject(expected)) throw new Error(`"${key}" of an event pattern is neither an object nor an array`);
    return matchesPattern(expected, actual);
  });
}

/** An array in an event fits when one of its items does. */
function matchesAny(expected: unknown[], actual: unknown): boolean {
  const values = Array.isArray(actual) ? actual : [actual];
  return expected.some((one) => {
    const test = testOf(one);
    return values.some(test);
  });
}

function testOf(expected: unknown): Test {
  if (!isObject(expected)) return (value) => value === expected;
  const [operator = '', operand] = Object.entries(expected)[0] ?? [];
  switch (operator) {
    case 'prefix':
      return textTest(operand, (text, part) => text.startsWith(part));
    case 'suffix':
      return textTest(operand, (text, part) => text.endsWith(part));
    case 'wildcard':
      return wildcardTest(operand);
    case 'equals-ignore-case':
      return textTest({ 'equals-ignore-case': operand }, (text, other) => text === other);
    case 'exists':
      return (value) => (value !== undefined) === operand;
    case 'numeric':
      return numericTest(operand);
    case 'anything-but': {
      const refused = (Array.isArray(operand) ? operand : [operand]).map(testOf);
      return (value) => value !== undefined && !refused.some((test) => test(value));
    }
    default:
      throw new Error(`The local platform does not know the event pattern operator "${operator}"`);
  }
}

function textTest(operand: unknown, compare: (text: string, part: string) => boolean): Test {
  if (typeof operand === 'string') return (value) => typeof value === 'string' && compare(value, operand);
  const ignoringCase = isObject(operand) ? operand['equals-ignore-case'] : undefined;
  if (typeof ignoringCase !== 'string') throw new Error(`not a text to compare with: ${JSON.stringify(operand)}`);
  return (value) => typeof value === 'string' && compare(value.toLowerCase(), ignoringCase.toLowerCase());
}

/** `*` stands for any characters, also none; `\\*` for itself. */
function wildcardTest(operand: unknown): Test {
  if (typeof operand !== 'string') throw new Error('"wildcard" takes a text');
  const source = operand.replaceAll(/\\[\\*]|[*.+?^${}()|[\]\\]/g, (found) => {
    if (found === '*') return '.*';
    return found.length === 2 ? found : `\\${found}`;
  });
  const expression = new RegExp(`^${source}$`, 's');
  return (value) => typeof value === 'string' && expression.test(value);
}

const COMPARISONS: Record<string, (value: number, limit: number) => boolean> = {
  '=': (value, limit) => value === limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
};

/** `[">", 0]`, or a range as `[">", 0, "<=", 5]`. */
function numericTest(operand: unknown): Test {
  if (!Array.isArray(operand)) throw new Error('"numeric" takes an array');
  const parts = Array.from({ length: operand.length / 2 }, (_, index) => {
    const compare = COMPARISONS[String(operand[2 * index])];
    const limit: unknown = operand[2 * index + 1];
    if (!compare || typeof limit !== 'number') throw new Error(`not a comparison: ${JSON.stringify(operand)}`);
    return (value: number) => compare(value, limit);
  });
  return (value) => typeof value === 'number' && parts.every((fits) => fits(value));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
