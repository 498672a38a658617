/** A value as DynamoDB's JSON has it: `{ S: … }` or `{ N: … }`. */
export type Attribute = Record<string, unknown>;
export type Item = Record<string, Attribute>;

/** What stands for the names and values in expressions. */
export interface Aliases {
  ExpressionAttributeNames?: Record<string, string> | undefined;
  ExpressionAttributeValues?: Record<string, Attribute> | undefined;
}

const TOKEN = /\s*(?:(<>|<=|>=|[=<>(),])|([#:]?[\w.]+))/gy;
const COMPARISONS: Record<string, (order: number) => boolean> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/**
 * Whether a condition or a key condition holds for an item: comparisons, `IN`, `attribute_exists` and
 * `attribute_not_exists`, joined by `AND` and `OR`. Anything else is an error, so that nothing is silently misread.
 */
export function holds(condition: string, item: Item, aliases: Aliases): boolean {
  return new Condition(condition, item, aliases).whole();
}

class Condition {
  readonly #tokens: string[];
  readonly #item: Item;
  readonly #aliases: Aliases;
  #at = 0;

  constructor(condition: string, item: Item, aliases: Aliases) {
    this.#tokens = [...condition.trim().matchAll(TOKEN)].map(([, sign, word]) => sign ?? word ?? '');
    this.#item = item;
    this.#aliases = aliases;
  }

  whole(): boolean {
    const result = this.#either();
    if (this.#at < this.#tokens.length) throw new Error(`not understood: ${this.#tokens.slice(this.#at).join(' ')}`);
    return result;
  }

  #either(): boolean {
    let result = this.#both();
    while (this.#take('OR')) result = this.#both() || result;
    return result;
  }

  #both(): boolean {
    let result = this.#one();
    while (this.#take('AND')) result = this.#one() && result;
    return result;
  }

  #one(): boolean {
    if (this.#take('(')) {
      const result = this.#either();
      this.#expect(')');
      return result;
    }
    const word = this.#next();
    if (word === 'attribute_exists' || word === 'attribute_not_exists') {
      this.#expect('(');
      const exists = attributeOf(this.#next(), this.#item, this.#aliases) !== undefined;
      this.#expect(')');
      return exists === (word === 'attribute_exists');
    }
    const left = attributeOf(word, this.#item, this.#aliases);
    if (this.#take('IN')) return this.#list().some((right) => compare(left, right) === 0);
    const test = COMPARISONS[this.#next()];
    if (test === undefined) throw new Error(`no comparison after ${word}`);
    const order = compare(left, attributeOf(this.#next(), this.#item, this.#aliases));
    return order !== undefined && test(order);
  }

  #list(): (Attribute | undefined)[] {
    this.#expect('(');
    const list = [];
    do list.push(attributeOf(this.#next(), this.#item, this.#aliases));
    while (this.#take(','));
    this.#expect(')');
    return list;
  }

  #take(word: string): boolean {
    if (this.#tokens[this.#at] !== word) return false;
    this.#at += 1;
    return true;
  }

  #next(): string {
    this.#at += 1;
    return this.#tokens[this.#at - 1] ?? '';
  }

  #expect(word: string): void {
    if (!this.#take(word)) throw new Error(`${word} expected`);
  }
}

/** Does what an update expression says: `SET #a = :a`, also with `if_not_exists`, `REMOVE #a`, `ADD #a :number`. Gives the names that it touched. */
export function update(expression: string, item: Item, aliases: Aliases): string[] {
  const touched: string[] = [];
  for (const [, clause = '', body = ''] of expression.matchAll(
    /(SET|REMOVE|ADD)\s+(.*?)(?=\s+(?:SET|REMOVE|ADD)\s|$)/g,
  )) {
    for (const part of body.split(/,(?![^(]*\))/)) {
      const [alias = '', ...rest] = part.trim().split(/\s+/);
      const name = nameOf(alias, aliases);
      touched.push(name);
      const value = valueIn(rest, item, aliases);
      if (clause === 'REMOVE') delete item[name];
      else if (value === undefined) throw new Error(`no value in ${part}`);
      else if (clause === 'SET') item[name] = value;
      else item[name] = { N: String(Number(item[name]?.['N'] ?? 0) + Number(value['N'])) };
    }
  }
  return touched;
}

/** The attributes that a projection names. */
export function projected(expression: string, item: Item, aliases: Aliases): Item {
  const names = expression.split(',').map((alias) => nameOf(alias.trim(), aliases));
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = item[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** A value, or `if_not_exists(#a, :a)`. */
function valueIn(rest: string[], item: Item, aliases: Aliases): Attribute | undefined {
  const text = rest.slice(1).join(' ') || (rest[0] ?? '');
  const [, name, otherwise = text] = /^if_not_exists\((\S+), (\S+)\)$/.exec(text) ?? [];
  const kept = name === undefined ? undefined : attributeOf(name, item, aliases);
  return kept ?? (otherwise === '' ? undefined : attributeOf(otherwise, item, aliases));
}

function nameOf(word: string, { ExpressionAttributeNames: names }: Aliases): string {
  const name = word.startsWith('#') ? names?.[word] : word;
  if (name === undefined) throw new Error(`no name for ${word}`);
  return name;
}

function attributeOf(word: string, item: Item, aliases: Aliases): Attribute | undefined {
  if (!word.startsWith(':')) return item[nameOf(word, aliases)];
  const value = aliases.ExpressionAttributeValues?.[word];
  if (value === undefined) throw new Error(`no value for ${word}`);
  return value;
}

/** The order of two values of one type; undefined where they cannot be compared. */
export function compare(one: Attribute | undefined, other: Attribute | undefined): number | undefined {
  const [type, value] = Object.entries(one ?? {})[0] ?? [];
  const against = type === undefined ? undefined : other?.[type];
  if (against === undefined) return undefined;
  if (type === 'N') return Math.sign(Number(value) - Number(against));
  if (type === 'S') return Buffer.compare(Buffer.from(String(value)), Buffer.from(String(against)));
  return value === against ? 0 : undefined;
}
