import { readFileSync } from 'node:fs';
import { readCommandLine } from '../../../cli/command-line.ts';
import { readStackArguments, STACK_VERBS, type StackVerb } from '../../../cli/stack-command-line.ts';
import { HelpAsked } from '../../../cli/usage.ts';
import { generatedBy, markdownTable, page } from './markdown.ts';

/** Of every npm script: what it does. Those that `npm test` runs are in CONTRIBUTING. */
export const SCRIPTS: Readonly<Record<string, string>> = {
  start: 'runs operations on this machine; without a command the tour',
  test: 'runs all that must hold, in a few minutes',
  emulators: 'serves the two servers in miniature until you interrupt it, and prints their addresses and accounts',
  synth: STACK_VERBS.synth,
  diff: STACK_VERBS.diff,
  deploy: STACK_VERBS.deploy,
  destroy: 'deletes the stack; says what stays and how to remove it',
  package: STACK_VERBS.package,
  iam: STACK_VERBS.iam,
  bench: 'measures cold starts, calls and polls: see [performance](../performance.md)',
  docs: 'writes the pages that are made from the code',
  recording: 'records the tour for the README',
  'docs:events': 'writes the JSON Schemas of the events',
  'docs:machines': 'writes the page of the state machines',
  'settings:schema': 'writes the JSON Schema of the settings',
  pictures: "takes pictures of the dashboard's page in Chromium",
  'release:check': 'goes through the checklist of a release',
};

/** The commands, as they say it themselves. */
export function commandsPage(): string {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  const rows = Object.entries(SCRIPTS)
    .filter(([name]) => Object.hasOwn(scripts, name))
    .map(([name, does]) => [`\`npm ${['start', 'test'].includes(name) ? name : `run ${name}`}\``, does]);
  const help = startHelp([]);
  const commands = [...help.matchAll(/^ {2}([a-z][a-z-]+) {2,}/gm)].map(([, name = '']) => name);
  return page(
    '# Commands',
    generatedBy('the help of the commands'),
    'Flags stand after `--`: npm takes those before it for itself.\nThe tests have more scripts: see [CONTRIBUTING](../../.github/CONTRIBUTING.md).',
    markdownTable(['command', 'what it does'], rows),
    '## npm start',
    [
      'The result is on stdout as JSON, progress is on stderr, and the exit code is 0.',
      'On failure stdout has `{"error": "<name>", "message": "…"}`, and the exit code is 1.',
      'JSON is indented on a terminal, and one line elsewhere.',
      'Scripts add `--silent` to npm.',
      '`--secrets <file>` takes your own servers, as `{"<target>": {secret}}`: then nothing is emulated and every wait is real.',
      '`--settings <file>` has the windows, sites and all else of your settings hold on this machine too.',
      '`--stack <name>` does the same with a deployed stack, by the AWS credentials of your shell.',
      '`npx cache-ops` stands for `npm start --`, in a checkout and [without one](#npx-cache-ops).',
    ].join('\n'),
    [
      'An input is given in words, `target=city-gis scales=9028,4514 plan.jobsAtOnce=2`, which no shell changes.',
      'Each value is read by the type that its key has: a number, `true`, a list with commas, or JSON.',
      'A list is also given by repeating its key, and then no comma is looked at: `projects="Sales, EMEA" projects=HR`.',
      'What is inside an object is named with dots.',
      'A value with blanks stands in double quotes: `"folderName=My Folder"`.',
      'JSON in one argument, `--input <file>` with JSON or YAML, and `--input -` for stdin do the same.',
    ].join('\n'),
    [
      'The ledger of this machine is kept in the folder `.cache-ops` of the checkout, or in the one that `CACHE_OPS_STATE` names.',
      'Delete that folder to forget all runs.',
      'Commands may run at once: none loses what another has written.',
      'Claims are not shared: two commands may have different servers under the same target.',
      'A run whose command was killed ends as `uncertain`; a plan goes on with `resume` all the same.',
    ].join('\n'),
    [
      'Ctrl-C stops what runs, as stopping the execution does on AWS, and starts nothing more.',
      'The command ends when it is known what became of the job on the server, and says so.',
      'Its exit code is then 130: the tour ends with the table of what was done, an operation with `JobCancelledError`.',
      'Ctrl-C again leaves at once.',
    ].join('\n'),
    fenced(help),
    ...commands.filter((name) => name !== 'help').flatMap((name) => [`### ${name}`, fenced(startHelp([name]))]),
    '## npx cache-ops',
    [
      '`npm run package` makes a package that brings these commands to a machine without a checkout.',
      'In an empty folder, install the file that it has named, and nothing else:',
    ].join('\n'),
    '```bash\nnpm install ../cache-ops/dist/cache-ops-*.tgz\nnpx cache-ops --help\nnpx cache-ops runs --stack CacheOps\n```',
    [
      'With `--stack`, Node.js 20.12 or later will do.',
      'On this machine the commands need Node.js 24; `npm install node@24` puts it into that folder alone.',
      'There `--settings` needs the CDK too: `npm install aws-cdk-lib constructs`.',
      'The ledger is then in `~/.local/state/cache-ops`, mails of the tour in `~/.cache/cache-ops`; on Windows both in `%LOCALAPPDATA%`.',
      'The servers in miniature alone, and `synth`, `diff` and `deploy`, need the checkout.',
    ].join('\n'),
    '## npm run emulators',
    [
      '`-- --federated` gives the ArcGIS site a portal.',
      '`-- --hosted` makes it hosted layers with their portal.',
      '`-- --certificate <file> --key <file>` makes both servers speak https.',
      '`-- --arcgis-port <n> --microstrategy-port <n>` sets their ports.',
    ].join('\n'),
    ...verbs().flatMap((verb) => [`## npm run ${verb}`, fenced(stackHelp(verb))]),
  );
}

function verbs(): StackVerb[] {
  return Object.keys(STACK_VERBS).filter((verb): verb is StackVerb => Object.hasOwn(STACK_VERBS, verb));
}

const startHelp = (command: readonly string[]) => helpOf(() => readCommandLine([...command, '--help'], {}));
const stackHelp = (verb: StackVerb) => helpOf(() => readStackArguments(verb, ['--help'], {}));

function helpOf(ask: () => unknown): string {
  try {
    ask();
  } catch (error) {
    if (error instanceof HelpAsked) return error.message;
    throw error;
  }
  throw new Error('--help was not answered');
}

function fenced(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}
