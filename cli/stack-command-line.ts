import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { createProgram, readArguments, refuseFlagsTakenByNpm, UsageError } from './usage.ts';

/** What `npm run synth`, `diff`, `deploy`, `destroy`, `package` and `iam` are asked for. */
export interface StackArguments {
  /** The settings file. */
  readonly settings: string;
  /** What is removed was agreed to. */
  readonly yes: boolean;
  /** No run begins while it is deployed. */
  readonly pause: boolean;
  readonly json: boolean;
  readonly markdown: boolean;
  readonly csv: boolean;
  /** Handed on to the CDK as they are. */
  readonly cdk: readonly string[];
}

export const STACK_VERBS = {
  synth: 'synthesizes the stack into cdk.out, without an account and without a network',
  diff: 'compares the stack with the one that is deployed',
  deploy: 'deploys the stack; asks before it removes a schedule or a raster source',
  destroy: 'deletes the stack; says first what stays and how to remove it',
  package: 'makes the npm package, and the template with its code that is deployed without the CDK',
  iam: 'shows what every role may do, and whom the resources of the stack let in',
} as const;

export type StackVerb = keyof typeof STACK_VERBS;

/** These call no command of the CDK. */
const WITHOUT_CDK: readonly StackVerb[] = ['package', 'iam'];

const SHIPPED = relative(process.cwd(), fileURLToPath(new URL('../infra/settings.yaml', import.meta.url)));
/** What npm takes for itself where the first `--` is missing; it would change what is deployed, or where. */
const TAKEN_BY_NPM = {
  settings: '--settings',
  call: '-c',
  context: '--context',
  profile: '--profile',
  region: '--region',
};

/**
 * Reads the arguments of one of these commands; those after a second `--` are for the CDK.
 * @throws {UsageError}
 * @throws {HelpAsked}
 */
export function readStackArguments(
  verb: StackVerb,
  args: readonly string[],
  environment = process.env,
): StackArguments {
  const name = `npm run ${verb} --`;
  refuseFlagsTakenByNpm(name, TAKEN_BY_NPM, environment);
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const cdk = args.slice(end + 1);
  const read = { settings: SHIPPED, yes: false, pause: false, json: false, markdown: false, csv: false };
  const program = createProgram(name)
    .description(STACK_VERBS[verb])
    .option('--settings <file>', 'the settings file', SHIPPED);
  if (verb === 'deploy') {
    program
      .option('--yes', 'removes what is not in the settings any more without asking')
      .option('--pause', 'lets no run begin until it is deployed, for an hour at most');
  }
  if (verb === 'destroy') program.option('--yes', 'deletes without asking');
  if (verb === 'iam') addForms(program);
  if (!WITHOUT_CDK.includes(verb))
    program.addHelpText('after', `\nFlags after a second -- go to the CDK: ${name} -- --profile <name>`);
  program.action((options: Partial<typeof read>) => void Object.assign(read, options));
  readArguments(
    program,
    args.slice(0, end),
    WITHOUT_CDK.includes(verb) ? '' : 'Flags of the CDK stand after a second --.',
  );
  checkCdkFlags(verb, cdk);
  return { ...read, cdk };
}

function addForms(program: Command): void {
  program.option('--json', 'as JSON').option('--markdown', 'as a table in Markdown').option('--csv', 'as CSV');
}

/** There is one way to say which settings are meant, and which app is deployed. */
function checkCdkFlags(verb: StackVerb, cdk: readonly string[]): void {
  if (WITHOUT_CDK.includes(verb) && cdk.length > 0) throw new UsageError(`npm run ${verb} takes no flags of the CDK`);
  const context = cdk.find(
    (flag, index) => /^(-c|--context)=?settings=/.test(flag) || isSettings(flag, cdk[index - 1]),
  );
  if (context !== undefined) throw new UsageError('The settings are given by --settings <file>, before the second --');
  const app = cdk.find((flag) => /^(-a|--app)(=|$)/.test(flag));
  if (app !== undefined) throw new UsageError(`${app} would deploy something else: use npx cdk`);
}

function isSettings(value: string, flag: string | undefined): boolean {
  return (flag === '-c' || flag === '--context') && value.startsWith('settings=');
}
