/** Replaces the intrinsic functions that the stack uses; a reference becomes what `nameOf` says. */
export function resolveReferences(value: unknown, nameOf: (logicalId: string) => string): unknown {
  const resolve = (item: unknown) => resolveReferences(item, nameOf);
  if (Array.isArray(value)) return value.map(resolve);
  if (typeof value !== 'object' || value === null) return value;
  const [[key, argument] = ['', undefined], ...rest] = Object.entries(value);
  if (rest.length === 0 && key === 'Ref') return nameOf(String(argument));
  if (rest.length === 0 && key === 'Fn::GetAtt' && Array.isArray(argument)) return nameOf(String(argument[0]));
  if (rest.length === 0 && key === 'Fn::Join' && Array.isArray(argument)) {
    const [separator, parts] = argument;
    return parts.map(resolve).map(text).join(separator);
  }
  if (rest.length === 0 && key === 'Fn::Select' && Array.isArray(argument)) {
    const [index, list] = argument.map(resolve);
    return Array.isArray(list) ? list[Number(index)] : list;
  }
  if (rest.length === 0 && key === 'Fn::Split' && Array.isArray(argument)) {
    const [separator, whole] = argument;
    return text(resolve(whole)).split(separator);
  }
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolve(item)]));
}

/** A logical id without the eight digits that make it unique. */
export function readableId(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`no text: ${JSON.stringify(value)}`);
  return value;
}
