import * as z from 'zod/mini';
import { must } from '../../shared/schema-messages.ts';

/** In the place of a window's name: no window holds. */
const NO_WINDOW = 'none';

const count = (what: string) => z.int(must(`be a whole number of ${what}, 1 or more`)).check(z.positive());

const A_SHARE = 'must be a number of units, 0 or more, or a share of them as "2%"';

const allowedFailuresSchema = z.union(
  [
    z.int().check(z.nonnegative()),
    z.string().check(z.refine((text) => /^\d{1,3}(\.\d+)?%$/.test(text) && Number.parseFloat(text) <= 100, A_SHARE)),
  ],
  must(A_SHARE.replace('must ', '')),
);

const windowNameSchema = z
  .string()
  .check(z.regex(/^[A-Za-z0-9_-]{1,64}$/, `must be the name of a window of the settings, or "${NO_WINDOW}"`));

const reasonSchema = z.string().check(
  z.refine((text) => text.trim() !== '', 'must not be blank: leave the key out'),
  z.maxLength(500, 'must not be longer than 500 characters'),
);

/** `plan`: the work is split into units, each one job of the vendor. */
const planSchema = z
  .strictObject({
    maxTilesPerJob: z.optional(count('tiles')),
    jobsAtOnce: z.optional(count('jobs')),
    window: z.optional(windowNameSchema),
    reason: z.optional(reasonSchema),
    allowedFailures: z.optional(allowedFailuresSchema),
  })
  .check(
    z.refine((plan) => plan.window !== NO_WINDOW || 'reason' in plan, {
      path: ['reason'],
      message: `is missing: "window": "${NO_WINDOW}" needs it, for those who ask why tiles were made outside of every window`,
      when: isObject,
    }),
  );

const MOST_VERIFIED = 50;

/** The keys of an input that are about plans and their proof. */
export const planKeys = {
  plan: z.optional(planSchema),
  confirmTiles: z.optional(count('tiles, as a dry run counts them')),
  verify: z.optional(z.int().check(z.positive(), z.maximum(MOST_VERIFIED))),
  resume: z.optional(
    z.string().check(z.regex(/^\S{1,512}$/, 'must be a run, for example manage-map-server-cache-tiles/<name>')),
  ),
};

/** What does not go together. Each is looked at whatever else is wrong, so that every problem is named at once. */
export const planRules = [
  z.refine<unknown>((input) => !('plan' in Object(input) && Object(input).waitForJobCompletion === 'DO_NOT_WAIT'), {
    path: ['plan'],
    message: 'cannot be with DO_NOT_WAIT: somebody has to start one unit after the other',
    when: isObject,
  }),
  z.refine<unknown>((input) => !('resume' in Object(input) && Object(input).waitForJobCompletion === 'DO_NOT_WAIT'), {
    path: ['resume'],
    message: 'cannot be with DO_NOT_WAIT: somebody has to start one unit after the other',
    when: isObject,
  }),
  ...['scales', 'areaOfInterest', 'updateExtent'].map((key) =>
    z.refine<unknown>((input) => !('resume' in Object(input) && isGiven(Object(input)[key])), {
      path: [key],
      message: 'cannot be beside resume: the run goes on with its own scales and its own area',
      when: isObject,
    }),
  ),
] as const;

/** The schema fills in that all scales are meant where none are named. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== 'ALL';
}

function isObject({ value }: { value: unknown }): boolean {
  return typeof value === 'object' && value !== null;
}
