import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { VERSION } from '../../shared/version.ts';

const versioned = z.object({ version: z.string() });
const versionIn = (file: string) => versioned.parse(JSON.parse(readFileSync(file, 'utf8'))).version;

/** The first release in the changelog, and its date or `Unreleased`. */
export function latestChange(changelog = readFileSync('CHANGELOG.md', 'utf8')): { version: string; date: string } {
  const [, version = '', date = ''] = /^## \[(\d+\.\d+\.\d+)\] - (\S+)$/m.exec(changelog) ?? [];
  return { version, date };
}

/** Where the version stands, beside the code. */
export function versions(): Record<string, string> {
  return {
    'package.json': versionIn('package.json'),
    'package-lock.json': versionIn('package-lock.json'),
    'CHANGELOG.md': latestChange().version,
  };
}

/** What must be true of the files before a release; nothing is asked of anybody. */
export function problemsOfFiles(status: string, change = latestChange()): string[] {
  const wrong = Object.entries(versions()).filter(([, version]) => version !== VERSION);
  return [
    ...wrong.map(([file, version]) => `${file} has version ${version}, and shared/version.ts ${VERSION}`),
    ...(/^\d{4}-\d\d-\d\d$/.test(change.date)
      ? []
      : [`CHANGELOG.md: give ${change.version} its date, now "${change.date}"`]),
    ...(status.trim() === '' ? [] : [`not committed:\n${status.trimEnd()}`]),
  ];
}
