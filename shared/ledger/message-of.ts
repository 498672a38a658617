/** The message in the cause of an error: a function's error is kept as Lambda reports it, in JSON. */
export function messageOf(cause = ''): string {
  try {
    const { errorMessage } = Object(JSON.parse(cause));
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch {
    return cause;
  }
}
