import { spawnSync } from 'node:child_process';
import { problemsOfFiles } from './checklist.ts';

/** The checklist of CONTRIBUTING, in its order; the ones that only inform never fail it. */
const STEPS: readonly { readonly command: string; readonly informs?: boolean }[] = [
  { command: 'npm test' },
  { command: 'npm audit --omit=dev' },
  { command: 'npm audit', informs: true },
  { command: 'npm audit signatures' },
  { command: 'npm outdated', informs: true },
  { command: "node --test 'test/unit/properties/*.test.ts'" },
];

/** To be read by a person. */
const BY_HAND = [
  'git diff <last release> -- package.json package-lock.json: is every new package asked for?',
  'npm run diff against a deployed stack: no policy and no key changes without a reason in the commits',
  '.github/SECURITY.md still says what is true',
];

function run(command: string): boolean {
  process.stdout.write(`\n> ${command}\n`);
  const env = { ...process.env, PROPERTY_RUNS: '50' };
  return spawnSync(command, { shell: true, stdio: 'inherit', env }).status === 0;
}

const { stdout: status } = spawnSync('git', ['status', '--porcelain'], { encoding: 'utf8' });
const problems = problemsOfFiles(status);
for (const problem of problems) process.stdout.write(`- ${problem}\n`);
// What is wrong in the files costs a moment to see, and the rest minutes.
const failed = problems.length > 0 ? [] : STEPS.filter(({ command, informs }) => !run(command) && !informs);
for (const { command } of failed) process.stdout.write(`- failed: ${command}\n`);
process.stdout.write(`\nBy hand:\n${BY_HAND.map((line) => `- ${line}\n`).join('')}`);
process.exitCode = problems.length + failed.length === 0 ? 0 : 1;
