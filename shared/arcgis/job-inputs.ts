import { isSameArea, outlineText } from './area-outline.ts';

/** Whether an input of a job is the one that is sought; `unclear` where that cannot be told. */
export type Likeness = 'same' | 'other' | 'unclear';

/** As `levels` of what is sought: the scales that the service has cached. Never sent. */
export const EVERY_SCALE = 'ALL';

/** What makes a job do other work than one without it. */
const TELLING_INPUTS = [
  'update_mode',
  'levels',
  'area_of_interest',
  'constraining_extent',
  'serviceFolder',
  'refreshOptions',
];

/** What is kept of a submit's parameters to find its job by: an area by its outline. */
export function soughtInputs(parameters: Record<string, string>): Record<string, string> {
  const { area_of_interest: area, ...others } = parameters;
  return area ? { ...others, area_of_interest: outlineText(area) ?? area } : parameters;
}

/** The inputs of a job that are to be looked at, those first that need no further question. */
export function inputsToCompare(sought: Record<string, string>): string[] {
  const names = new Set([...Object.keys(sought), ...TELLING_INPUTS]);
  const last = ['area_of_interest', 'levels'].filter((name) => names.delete(name));
  return [...names, ...last];
}

/**
 * Compares an input as the job has it with the one that is sought: `''` where there must be none, undefined where nothing
 * is known of it. Numbers and areas are compared by what they mean.
 */
export function compareInput(name: string, sought: string | undefined, found: unknown): Likeness {
  if (isEmpty(found)) return sought ? 'other' : 'same';
  if (sought === undefined) return 'unclear';
  if (sought === '') return 'other';
  if (name === 'area_of_interest') return likeness(isSameArea(sought, found));
  if (name === 'levels') return likeness(haveSameScales(scalesOf(sought), scalesOf(found)));
  if (name === 'thread_count') return likeness(Number(sought) === Number(found));
  return likeness(sought === String(found));
}

function likeness(isSame: boolean | undefined): Likeness {
  if (isSame === undefined) return 'unclear';
  return isSame ? 'same' : 'other';
}

/** Servers write an input that was not given in several ways; `DEFAULT` is the extent's own. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') return ['', '#', 'DEFAULT'].includes(value.trim());
  return (
    typeof value === 'object' && 'features' in value && Array.isArray(value.features) && value.features.length === 0
  );
}

const SAME_SCALE = 1e-9;

function scalesOf(levels: unknown): number[] | undefined {
  const scales = String(levels)
    .split(';')
    .filter((text) => text.trim() !== '')
    .map(Number);
  return scales.length === 0 || scales.some(Number.isNaN) ? undefined : scales;
}

function haveSameScales(one: number[] | undefined, other: number[] | undefined): boolean | undefined {
  if (one === undefined || other === undefined) return undefined;
  const isIn = (scales: number[], scale: number) => scales.some((each) => Math.abs(each - scale) <= SAME_SCALE * scale);
  return one.every((scale) => isIn(other, scale)) && other.every((scale) => isIn(one, scale));
}
