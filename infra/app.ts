import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { CacheOpsStack } from './cache-ops-stack.ts';
import { readSettings, type Settings, SettingsError } from './settings/settings.ts';

const app = new App();
const settings = settingsOf(app);
if (settings) {
  new CacheOpsStack(app, { settings });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
}

/** The settings file of the context (`-c settings=<file>`) or the one beside this file; the process fails without usable ones. */
function settingsOf({ node }: App): Settings | undefined {
  const shipped = relative(process.cwd(), fileURLToPath(new URL('settings.yaml', import.meta.url)));
  try {
    return readSettings(String(node.tryGetContext('settings') ?? shipped));
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
    return undefined;
  }
}
