/** The start of the names of all stacks of this app. */
const STACK = 'CacheOps';

/** What the stack of these settings is called. Several live side by side in one account and region. */
export function stackName({ name }: { readonly name?: string | undefined }): string {
  return name === undefined ? STACK : `${STACK}-${name}`;
}
