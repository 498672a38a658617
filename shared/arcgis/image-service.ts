import * as z from 'zod/mini';
import { type ServiceName, servicePath } from './service-name.ts';
import type { ArcgisSite } from './site.ts';

const countSchema = z.looseObject({ count: z.int() });

/**
 * How many rasters of its mosaic an image service finds by a clause (page "Query (Image Service)"). Safe to repeat.
 *
 * @throws VendorRejectedError where the service has no capability Catalog, or does not understand the clause
 */
export async function countRasters(site: ArcgisSite, service: ServiceName, where: string): Promise<number> {
  const path = `rest/services/${servicePath(service)}/query`;
  const { count } = await site.call({ path, form: { where, returnCountOnly: 'true' }, reply: countSchema });
  return count;
}
