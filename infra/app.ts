import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { nearest } from '../shared/near-words.ts';
import { addStack } from './add-stack.ts';
import { readSettings, type Settings, SettingsError } from './settings/settings.ts';

const KEY = 'settings';

const app = new App();
const settings = settingsOf(app);
if (settings) {
  addStack(app, settings);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
}

/** The settings file of the context (`-c settings=<file>`) or the one beside this file; the process fails without usable ones. */
function settingsOf({ node }: App): Settings | undefined {
  const shipped = relative(process.cwd(), fileURLToPath(new URL('settings.yaml', import.meta.url)));
  try {
    refuseMisspelt(Object.keys(node.getAllContext()));
    return readSettings(String(node.tryGetContext(KEY) ?? shipped));
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
    return undefined;
  }
}

/** A key that nobody reads would leave the shipped settings in force, and a deployment would remove what they do not hold. */
function refuseMisspelt(keys: readonly string[]): void {
  const misspelt = keys.find((key) => key !== KEY && nearest(key, [KEY]));
  if (misspelt !== undefined) throw new SettingsError(`-c ${misspelt}=… is not known: did you mean -c ${KEY}=<file>?`);
}
