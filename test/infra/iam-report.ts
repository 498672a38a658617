import { readStackSettings, runStackCommand } from '../../cli/stack.ts';
import { textTable } from '../../cli/text-table.ts';
import { type Permission, permissionsOf } from './permissions.ts';
import { synthesize } from './synthesize.ts';

/** What every role of the stack may do, and whom its resources let in: a table, or JSON. */
export function iamReport(args: string[]): string {
  const { read, json, markdown, csv } = readStackSettings('iam', args);
  const permissions = permissionsOf(synthesize(read).template.toJSON());
  if (json) return JSON.stringify(permissions, null, 2);
  if (markdown) return iamMarkdown(permissions);
  if (csv) return iamCsv(permissions);
  return textTable(COLUMNS, permissions.flatMap(rows));
}

const TITLES = ['who', 'effect', 'actions', 'resources', 'conditions'];
const COLUMNS = TITLES.map((title) => ({ title }));

/** One row a statement; what is in a cell is one line of it each. */
export function iamMarkdown(permissions: readonly Permission[]): string {
  const lines = [TITLES, TITLES.map(() => '---'), ...permissions.map((permission) => cells(permission, '<br>'))];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

/** RFC 4180, for a spreadsheet. */
export function iamCsv(permissions: readonly Permission[]): string {
  const lines = [TITLES, ...permissions.map((permission) => cells(permission, '\n'))];
  return lines.map((line) => line.map((text) => `"${text.replaceAll('"', '""')}"`).join(',')).join('\r\n');
}

function cells({ who, effect, actions, resources, conditions }: Permission, between: string): string[] {
  const isMarkdown = between !== '\n';
  const lists = [actions, resources.map(shortArn), conditions.map(shortArn)].map((texts) =>
    texts.map((text) => (isMarkdown ? `\`${text}\`` : text)).join(between),
  );
  return [who, effect, ...lists];
}

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
  process.exitCode = await runStackCommand(() => {
    process.stdout.write(`${iamReport(process.argv.slice(2))}\n`);
    return 0;
  });
}
