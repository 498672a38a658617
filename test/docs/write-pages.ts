import { writeFileSync } from 'node:fs';
import { commandsPage } from './pages/commands-page.ts';
import { errorsPage } from './pages/errors-page.ts';
import { iamCsvFile, iamPage } from './pages/iam-page.ts';
import { inputsPage } from './pages/inputs-page.ts';
import { settingsPage } from './pages/settings-page.ts';

/** The files that are made from the code, and what makes them. */
export const PAGES: Readonly<Record<string, () => string>> = {
  'docs/reference/settings.md': settingsPage,
  'docs/reference/inputs.md': inputsPage,
  'docs/reference/errors.md': errorsPage,
  'docs/reference/commands.md': commandsPage,
  'docs/iam.md': iamPage,
  'docs/iam.csv': iamCsvFile,
};

if (import.meta.main) for (const [file, text] of Object.entries(PAGES)) writeFileSync(file, text());
