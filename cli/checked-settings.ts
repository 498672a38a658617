import { UsageError } from './usage.ts';

/** The settings file that was named. @throws {UsageError} with everything that is wrong with the settings */
export async function checkedSettings(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  checkCdk();
  // Loaded only now: few need it.
  const { readSettings, SettingsError } = await import('../infra/settings/settings.ts');
  try {
    readSettings(file);
    return file;
  } catch (error) {
    throw error instanceof SettingsError ? new UsageError(error.message) : error;
  }
}

/** An installed package has one stack ready, the one of the tour; of other settings the CDK makes it. */
function checkCdk(): void {
  try {
    import.meta.resolve('aws-cdk-lib');
  } catch {
    throw new UsageError('--settings needs the AWS CDK on this machine: npm install aws-cdk-lib constructs');
  }
}
