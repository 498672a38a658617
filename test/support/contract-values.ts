// What the contract says of single values, written a second time and without the schemas.

export const isTarget = (value: unknown) => typeof value === 'string' && /^[\w-]{1,64}$/.test(value);
export const isText = (value: unknown) => typeof value === 'string' && value.trim() !== '';
export const optional = (value: unknown, check: (value: unknown) => boolean) => value === undefined || check(value);

export function isName(value: unknown): boolean {
  if (typeof value !== 'string' || value === '' || value.includes('..')) return false;
  const characters = [...value];
  const ends = [characters.at(0), characters.at(-1)];
  return (
    characters.length <= 120 &&
    !ends.includes('.') &&
    !ends.includes(' ') &&
    characters.every((character) => '_-. '.includes(character) || /[\p{L}\p{M}\p{Nd}]/u.test(character))
  );
}

/** `[folder, name, type]` or `[name, type]` of an `inputService`. */
export function serviceSegments(value: unknown): string[] | undefined {
  if (typeof value !== 'string') return undefined;
  const type = ['MapServer', 'ImageServer'].find((ending) => value.endsWith(ending));
  if (type === undefined || !['.', '/', ':'].includes(value.at(-type.length - 1) ?? '')) return undefined;
  const names = value.slice(0, -type.length - 1).split('/');
  return names.length <= 2 && names.every(isName) ? [...names, type] : undefined;
}

export function isScales(value: unknown): boolean {
  if (typeof value === 'string') return value === 'ALL' || value.split(';').every((part) => Number(part) > 0);
  return Array.isArray(value) && value.length > 0 && value.every((scale) => Number(scale) > 0);
}

/** Has points, and says of itself neither that it is cut off nor that it has curves. */
export function isArea(value: unknown): boolean {
  const text = JSON.stringify(value);
  return /"(rings|coordinates)":\[\[/.test(text) && !/"curveRings"|"exceededTransferLimit":true/.test(text);
}
