/** A value as DynamoDB keeps it. Entries hold texts, numbers and nothing else. */
export type Attribute = { S: string } | { N: string };

export type Item = Record<string, Attribute>;

export function attribute(value: string | number): Attribute {
  return typeof value === 'number' ? { N: String(value) } : { S: value };
}

/** An item of plain values; what is undefined is left out. */
export function toItem(values: Record<string, string | number | undefined>): Item {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, attribute(value)]])),
  );
}

/** The plain values of an item; attributes of other types are left out. */
export function fromItem(item: Record<string, unknown>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(item).flatMap(([name, value]): [string, string | number][] => {
      const { S: text, N: number } = Object(value);
      if (typeof text === 'string') return [[name, text]];
      return typeof number === 'string' ? [[name, Number(number)]] : [];
    }),
  );
}
