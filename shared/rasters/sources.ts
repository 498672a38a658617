import * as z from 'zod/mini';

/** One of the settings' `rasters`, as the stack puts them into the environment of functions. */
const sourceSchema = z.object({
  /** What its mailbox and its runs are named after. */
  name: z.string(),
  bucket: z.string(),
  prefix: z._default(z.string(), ''),
  suffixes: z.array(z.string()).check(z.minLength(1)),
  /** Seconds without a new raster before the work starts, and how long it may be put off. */
  together: z.object({ quiet: z.number(), longest: z.number() }),
  /** The input of refresh-service. */
  refresh: z.looseObject({
    target: z.string(),
    serviceName: z.string(),
    serviceType: z.string(),
    serviceFolder: z.optional(z.string()),
  }),
});

export type Source = z.output<typeof sourceSchema>;

/** The sources that the variable RASTERS tells of. */
export function sourcesIn(variable: string): Source[] {
  return z.array(sourceSchema).parse(JSON.parse(variable));
}

/** `Folder/Name.Type` of what a source refreshes. */
export function serviceOf({ refresh: { serviceFolder, serviceName, serviceType } }: Source): string {
  return `${serviceFolder === undefined ? '' : `${serviceFolder}/`}${serviceName}.${serviceType}`;
}
