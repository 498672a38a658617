import { UsageError } from './usage.ts';

/** The settings file that was named. @throws {UsageError} with everything that is wrong with the settings */
export async function checkedSettings(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  // Loaded only now: few need it.
  const { readSettings, SettingsError } = await import('../infra/settings/settings.ts');
  try {
    readSettings(file);
    return file;
  } catch (error) {
    throw error instanceof SettingsError ? new UsageError(error.message) : error;
  }
}
