import * as z from 'zod/mini';

const text = z.optional(z.string());

/** What must be there before a group of rasters is worked on, and for how many seconds that is waited for. */
const readySchema = z.object({ marker: text, manifest: text, sidecar: text, visible: text, longest: z.number() });

/** The input of manage-map-server-cache-tiles, but for its target and its area, and what becomes of unreadable rasters. */
const tilesSchema = z.looseObject({ inputService: z.string(), unreadable: z.enum(['fail', 'skip', 'whole']) });

/** One of the settings' `rasters`, as the stack puts them into the environment of functions. */
const sourceSchema = z.object({
  /** What its mailbox and its runs are named after. */
  name: z.string(),
  bucket: z.string(),
  prefix: z._default(z.string(), ''),
  suffixes: z.array(z.string()).check(z.minLength(1)),
  /** Seconds without a new raster before the work starts, and how long it may be put off. */
  together: z.object({ quiet: z.number(), longest: z.number() }),
  ready: z.optional(readySchema),
  /** The input of refresh-service. */
  refresh: z.looseObject({
    target: z.string(),
    serviceName: z.string(),
    serviceType: z.string(),
    serviceFolder: z.optional(z.string()),
  }),
  tiles: z.optional(tilesSchema),
  /** Whether what the REST cache holds of the service is cleared afterwards. */
  clear: z.optional(z.boolean()),
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
