/** A request that a dry run would have sent, had it been none: it changes something. */
export interface Unsent {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  url: string;
  /** The fields of its form, without the token, or of its body. */
  parameters: Record<string, unknown>;
}
