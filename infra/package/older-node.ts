// What the commands use and Node.js 20 does not have; put in front of them in the package.

/** Closes what it was given, the last first, and tells of what failed. */
class Stack {
  readonly #closing: (() => unknown)[] = [];

  defer(close: () => unknown): void {
    this.#closing.push(close);
  }

  async disposeAsync(): Promise<void> {
    const errors: unknown[] = [];
    for (const close of this.#closing.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors.length === 1 ? errors[0] : new AggregateError(errors);
  }
}

function groupBy<K, T>(items: Iterable<T>, keyOf: (item: T, index: number) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index);
    groups.set(key, [...(groups.get(key) ?? []), item]);
    index += 1;
  }
  return groups;
}

if (!('AsyncDisposableStack' in globalThis)) Object.assign(globalThis, { AsyncDisposableStack: Stack });
Map.groupBy ??= groupBy;
