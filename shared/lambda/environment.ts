import * as z from 'zod/mini';

const text = z.string().check(z.minLength(1));
const days = z.coerce.number().check(z.positive());

/** Every variable that the stack sets for a function. */
const variables = {
  /** Before the names of all secrets, for example `cache-ops/`. */
  SECRET_PREFIX: text,
  /** Of the operation's own state machine. */
  STATE_MACHINE_ARN: text,
  /** How long a job may run before it is cancelled. */
  MAX_DURATION_DAYS: days,
  /** How long an entry is kept after its run has ended. */
  KEEP_DAYS: days,
  /** The name of the ledger's table. */
  LEDGER_TABLE: text,
  /** What stands before the operation in the names of the stack's machines; may be empty. */
  MACHINE_PREFIX: z.string(),
  /** Of the machine that cleans up after a run. */
  CANCEL_RUN_ARN: text,
  /** The settings' `sites`, as JSON. */
  SITES: text,
  /** The settings' `windows`, as JSON. */
  WINDOWS: text,
  /** The name of the stack. */
  STACK: text,
  /** Who is told of runs, and of which, as JSON. */
  NOTICES: text,
  /** Of the machine that takes care of new rasters, where the settings have such. */
  RENEWAL_ARN: z.optional(text),
  /** The settings' `rasters`, as JSON. */
  RASTERS: text,
  /** The settings' `schedules`, packed. */
  SCHEDULES: text,
  /** The log groups of the functions that ask servers, with commas. */
  LOG_GROUPS: text,
  /** Of the function that the dashboard's buttons call. */
  ACT_ON_RUN_ARN: text,
  /** Of the machine that pauses targets. */
  PAUSE_SITE_ARN: text,
  /** Where events for map clients are published: `https://<host>/event` of the stack's AppSync Events API. */
  EVENTS_URL: text,
  /** The region that such a request is signed for. */
  EVENTS_REGION: text,
};

export type Variable = keyof typeof variables;

type Environment = { [V in Variable]: z.output<(typeof variables)[V]> };

/**
 * These variables of this function's environment.
 *
 * @throws Error naming what the stack has not set
 */
export function environment<V extends Variable>(...names: V[]): Pick<Environment, V> {
  const entries = names.map((name) => {
    const parsed = z.safeParse(variables[name], process.env[name]);
    if (!parsed.success)
      throw new Error(`The environment variable ${name} is missing or does not fit: deploy the stack.`);
    return [name, parsed.data];
  });
  return Object.fromEntries(entries);
}
