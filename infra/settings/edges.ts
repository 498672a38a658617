import * as z from 'zod';
import { inputServiceSchema, serviceLabel } from '../../shared/arcgis/service-name.ts';
import { targetNameSchema } from '../../shared/targets/target-name.ts';
import { awsText } from './aws-names.ts';
import { addIssues } from './starts.ts';

/** "Concurrent invalidation request maximum", Amazon CloudFront developer guide: so many paths with a wildcard may be in progress. */
const MOST_PATHS = 15;
/** Letters that an address has; an asterisk at the end only ("Specify the files to invalidate"). */
const PATH = /^\/[\w\-.~:/?@!$&'()+,;=%[\]]*\*?$/;
/** EventBridge takes 8,192 characters of what a rule tells its target; the rest of it is ours. */
const MOST_CHARACTERS = 7000;

const edgePathSchema = z
  .string()
  .regex(PATH, 'must begin with / and have * at its end only; other letters than those of addresses as %XX');

const cloudFrontSchema = z
  .strictObject({
    distributionId: awsText(/^E[A-Z0-9]{1,31}$/, "must be a distribution's id, for example E2EXAMPLE1ABCD"),
    paths: z
      .array(edgePathSchema)
      .min(1, 'must name at least one path, for example /tiles/*')
      .max(MOST_PATHS, `must be ${MOST_PATHS} at most: CloudFront takes no more at a time`),
  })
  .refine(({ paths }) => JSON.stringify(paths).length <= MOST_CHARACTERS, {
    path: ['paths'],
    message: `must have ${MOST_CHARACTERS} characters together at most`,
  });

/** A service whose tiles something before the server keeps too. */
export const edgeSchema = z.strictObject({
  target: targetNameSchema,
  service: z.string().superRefine((service, context) => {
    addIssues(context, [], inputServiceSchema, service);
  }),
  cloudFront: cloudFrontSchema,
});

export type Edge = z.output<typeof edgeSchema>;

/** The service as runs name it, however it is written in the settings. */
export function serviceOf({ service }: Pick<Edge, 'service'>): string {
  return serviceLabel(inputServiceSchema.parse(service));
}

/** One distribution may stand before many services, and many before one. */
export function checkUniqueEdges(edges: readonly Edge[], context: z.core.$RefinementCtx): void {
  const names = edges.map((edge) => [edge?.target, edge?.service, edge?.cloudFront?.distributionId].join(' '));
  names.forEach((name, index) => {
    if (names.indexOf(name) === index) return;
    context.addIssue({ code: 'custom', path: [index], message: 'is there twice: name all paths in one of them' });
  });
}
