import { resolve } from 'node:path';
import { inventoryOf } from '../infra/settings/inventory.ts';
import { readSettings, type Settings, SettingsError } from '../infra/settings/settings.ts';
import { stackName } from '../infra/stack-name.ts';
import { runCdk } from './cdk.ts';
import { confirm } from './confirm.ts';
import { DeployedRuns, wordsOfRuns } from './deployed-runs.ts';
import { readDeployedStack, removedFrom } from './deployed-stack.ts';
import { occurrenceLines } from './occurrence-lines.ts';
import { screenOf, wrapped } from './screen.ts';
import { settingsLine } from './settings-line.ts';
import { readStackArguments, type StackArguments, type StackVerb } from './stack-command-line.ts';
import { HelpAsked, UsageError } from './usage.ts';
import { whatStays } from './what-stays.ts';

const CDK_COMMANDS = {
  synth: ['synth', '--quiet'],
  diff: ['diff'],
  deploy: ['deploy'],
  destroy: ['destroy', '--force'],
};

/** Reads what one of the commands of the stack is given, and says which settings are meant. Nothing of it is on stdout. */
export function readStackSettings(verb: StackVerb, args: readonly string[]): StackArguments & { read: Settings } {
  const given = readStackArguments(verb, args);
  const read = readSettings(given.settings);
  say(settingsLine(given.settings, read));
  return { ...given, read };
}

/** Runs a command to its end; what cannot be used, or was asked for, is said. Gives the exit code. */
export async function runStackCommand(run: () => Promise<number> | number): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof HelpAsked) {
      process.stdout.write(`${error.message}\n`);
      return 0;
    }
    if (!(error instanceof UsageError || error instanceof SettingsError)) throw error;
    say(error.message);
    return 1;
  }
}

function isCdkVerb(verb: string): verb is keyof typeof CDK_COMMANDS {
  return Object.hasOwn(CDK_COMMANDS, verb);
}

async function runWithCdk(verb: keyof typeof CDK_COMMANDS, args: readonly string[]): Promise<number> {
  const { settings, read, yes, pause, cdk } = readStackSettings(verb, args);
  if (verb === 'synth') for (const line of occurrenceLines(read)) say(line);
  if (verb === 'deploy' && !(await mayDeploy(read, { yes, cdk }))) {
    say('Nothing was deployed.');
    return 1;
  }
  if (verb === 'destroy' && !(await mayDestroy(read, { yes }))) {
    say('Nothing was deleted.');
    return 1;
  }
  const command = [...CDK_COMMANDS[verb], '-c', `settings=${resolve(settings)}`, ...cdk];
  if (verb !== 'deploy') return await runCdk(command);
  const runs = new DeployedRuns(read.name, cdk);
  say(await runs.atWork().then(wordsOfRuns, ({ message }) => `Which runs are at work cannot be read: ${message}`));
  if (pause) say((await runs.pause()) ? PAUSED : 'The deployed version cannot pause: nothing is paused.');
  try {
    return await runCdk(command);
  } finally {
    if (pause) await runs.resume();
  }
}

const PAUSED = 'All targets are paused until it is deployed: runs that start now wait.';

/** Whoever relies on a schedule or on a source must not lose it by a mistake. */
async function mayDeploy(settings: Settings, { yes, cdk }: Pick<StackArguments, 'yes' | 'cdk'>): Promise<boolean> {
  say('Asks AWS what is deployed …');
  const deployed = await readDeployedStack(stackName(settings), cdk);
  if ('unknown' in deployed) {
    say(
      `What is deployed cannot be read, so it is not known whether a schedule or a raster source is removed: ${deployed.unknown}`,
    );
  } else {
    const removed = removedFrom(deployed, inventoryOf(settings));
    if (removed.length === 0) return true;
    say(`These settings remove what is deployed now:\n${removed.map((what) => `  - ${what}`).join('\n')}`);
  }
  return await agreed('Deploy all the same?', yes);
}

/** What stays costs money, and keeps what somebody may want to be gone. */
async function mayDestroy(settings: Settings, { yes }: Pick<StackArguments, 'yes'>): Promise<boolean> {
  for (const line of await whatStays(settings)) say(line);
  return await agreed(`Delete the stack ${stackName(settings)}?`, yes);
}

async function agreed(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (process.stdin.isTTY) return await confirm(question, { input: process.stdin, output: process.stderr });
  say('There is no terminal to ask on: add --yes where that is wanted.');
  return false;
}

function say(text: string): void {
  process.stderr.write(`${wrapped(text, screenOf(process.stderr).width)}\n`);
}

if (import.meta.main) {
  const [verb = '', ...args] = process.argv.slice(2);
  if (!isCdkVerb(verb)) throw new Error(`${Object.keys(CDK_COMMANDS).join(', ')}, not "${verb}"`);
  process.exitCode = await runStackCommand(() => runWithCdk(verb, args));
}
