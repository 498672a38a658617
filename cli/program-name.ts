/** How these commands are called: by npm in a checkout, by their own name where the package or `npx` has started them. */
export function programName({ npm_command: npmCommand } = process.env, file = import.meta.url): string {
  return npmCommand === 'exec' || !file.endsWith('.ts') ? 'npx cache-ops' : 'npm start --';
}
