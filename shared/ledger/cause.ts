/** What a cause says to people: Lambda puts a function's error into it as JSON. */
export function causeText(cause: string): string {
  try {
    const { errorMessage } = Object(JSON.parse(cause));
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch {
    return cause;
  }
}
