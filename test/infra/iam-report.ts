import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { textTable } from '../../cli/text-table.ts';
import { readSettings, SettingsError } from '../../infra/settings/settings.ts';
import { type Permission, permissionsOf } from './permissions.ts';
import { synthesize } from './synthesize.ts';

const SHIPPED = fileURLToPath(new URL('../../infra/settings.yaml', import.meta.url));

/** What every role of the stack may do, and whom its resources let in: a table, or JSON. */
export function iamReport(args: string[]): string {
  const { settings, json } = parseArgs({
    args,
    options: { settings: { type: 'string', default: SHIPPED }, json: { type: 'boolean', default: false } },
  }).values;
  const permissions = permissionsOf(synthesize(readSettings(settings)).template.toJSON());
  return json ? JSON.stringify(permissions, null, 2) : textTable(HEADING, permissions.flatMap(rows));
}

const HEADING = ['who', 'effect', 'actions', 'resources', 'conditions'];

/** Side by side, a line for each action, resource and condition; an empty line before whoever is next. */
function rows({ who, effect, ...statement }: Permission, index: number, all: readonly Permission[]): string[][] {
  const isNext = all[index - 1]?.who !== who;
  const actions = statement.actions;
  const resources = statement.resources.map(shortArn);
  const conditions = statement.conditions.flatMap((condition) => shortArn(condition).split(/ (?=or )/));
  const height = Math.max(actions.length, resources.length, conditions.length);
  const lines = Array.from({ length: height }, (_, line) => [
    line === 0 && isNext ? who : '',
    line === 0 ? effect : '',
    actions[line] ?? '',
    resources[line] ?? '',
    conditions[line] ?? '',
  ]);
  return isNext && index > 0 ? [[], ...lines] : lines;
}

/** `states execution:take-turn:*`: every ARN here is of the deployment's own account and region. */
function shortArn(text: string): string {
  return text.replace(/arn:aws:(\w+):<region>:<account>:/g, '$1 ');
}

if (import.meta.main) {
  try {
    process.stdout.write(`${iamReport(process.argv.slice(2))}\n`);
  } catch (error) {
    const isUsage = error instanceof Error && 'code' in error && /^ERR_PARSE_ARGS/.test(String(error.code));
    if (!(error instanceof SettingsError || isUsage)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
