/** What the package gives. `addStack` is for the template of a release alone, and not declared. */
export { addStack } from '../add-stack.ts';
export { CacheOps } from '../cache-ops.ts';
export { readSettings, SettingsError } from '../settings/settings.ts';
