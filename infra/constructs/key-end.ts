const MONTHS = 11;

/**
 * When an AppSync API key ends that is deployed now: on the first of a month, ten to eleven months from now. A key may last
 * for 365 days from its last update (`UpdateApiKey`, AWS AppSync API reference), and the same month must give the same
 * template. A later deployment puts the end off and leaves the key as it is.
 */
export function keyEnd(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + MONTHS, 1));
}
