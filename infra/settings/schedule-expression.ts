interface CronField {
  readonly name: string;
  readonly pattern: RegExp;
}

const MONTH = '(?:0?[1-9]|1[0-2]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)';
const DAY = '(?:0?[1-9]|[12]\\d|3[01])';
const WEEKDAY = '(?:[1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)';

/** The six fields of "Schedule types on EventBridge Scheduler", with the special characters that each allows. */
const CRON_FIELDS: readonly CronField[] = [
  { name: 'minutes', pattern: list('[0-5]?\\d') },
  { name: 'hours', pattern: list('(?:[01]?\\d|2[0-3])') },
  { name: 'day-of-month', pattern: list(DAY, `\\?|L(?:-${DAY})?|LW|${DAY}W`) },
  { name: 'month', pattern: list(MONTH) },
  { name: 'day-of-week', pattern: list(WEEKDAY, `\\?|L|${WEEKDAY}L|${WEEKDAY}#[1-5]`) },
  { name: 'year', pattern: list('(?:19[7-9]\\d|20\\d\\d|21\\d\\d)') },
];
const DAY_OF_MONTH = 2;
const DAY_OF_WEEK = 4;

/** Says what is wrong with an EventBridge Scheduler expression, or undefined when nothing is. */
export function scheduleExpressionProblem(expression: string): string | undefined {
  const [, kind, body] = /^(cron|rate|at)\((.*)\)$/.exec(expression) ?? [];
  if (kind === 'cron') return cronProblem(body ?? '');
  if (kind === 'rate') return rateProblem(body ?? '');
  if (kind === 'at') return atProblem(body ?? '');
  return 'must be cron(…), rate(…) or at(…), for example cron(0 3 * * ? *)';
}

function cronProblem(body: string): string | undefined {
  const values = body.trim().split(/\s+/);
  if (values.length !== CRON_FIELDS.length) {
    return `cron needs 6 fields (${CRON_FIELDS.map(({ name }) => name).join(' ')}), not ${values.length}`;
  }
  const wrong = CRON_FIELDS.flatMap(({ name, pattern }, index) => {
    const value = values[index] ?? '';
    return pattern.test(value) ? [] : [`${name} "${value}"`];
  });
  if (wrong.length > 0) return `cron does not understand ${wrong.join(', ')}`;
  const asked = [values[DAY_OF_MONTH], values[DAY_OF_WEEK]].filter((value) => value !== '?');
  return asked.length === 1 ? undefined : 'cron needs ? in exactly one of day-of-month and day-of-week';
}

function rateProblem(body: string): string | undefined {
  const [, value, unit] = /^([1-9]\d*) (minutes?|hours?|days?)$/.exec(body) ?? [];
  if (value === undefined || unit === undefined) {
    return 'rate needs a positive whole number and minutes, hours or days, for example rate(6 hours)';
  }
  const right = value === '1' ? unit.replace(/s$/, '') : unit.replace(/s?$/, 's');
  return unit === right ? undefined : `must be rate(${value} ${right})`;
}

function atProblem(body: string): string | undefined {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(body) ? new Date(`${body}Z`) : new Date(Number.NaN);
  const exists = !Number.isNaN(time.getTime()) && time.toISOString().startsWith(body);
  return exists ? undefined : 'at needs an existing time as yyyy-mm-ddThh:mm:ss, for example at(2030-01-31T03:00:00)';
}

/** Values, ranges and steps separated by commas, or one of the field's own special words. */
function list(value: string, special?: string): RegExp {
  const item = `(?:\\*|${value}(?:-${value})?)(?:/[1-9]\\d*)?`;
  const items = `${item}(?:,${item})*`;
  return new RegExp(`^(?:${special === undefined ? items : `${special}|${items}`})$`, 'i');
}
