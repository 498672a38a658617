import * as z from 'zod/mini';

/** A GIS service: its folder (none = root), its bare name and its type, for example `MapServer`. */
export interface ServiceName {
  folder?: string | undefined;
  name: string;
  type: string;
}

/** `inputService` as it was given, and what it means. */
export interface InputService extends ServiceName {
  text: string;
}

const NAME_CHARACTERS = /^[\p{L}\p{M}\p{Nd}_\-. ]{1,120}$/u;

function isName(text: string): boolean {
  return NAME_CHARACTERS.test(text) && !/^[. ]|[. ]$|\.\./u.test(text);
}

const NAME_RULE =
  'must be 1-120 letters, digits, _ or -, with single dots and spaces only inside; the folder has its own place';

/** The bare name of a folder or a service. */
export const nameSchema = z.string().check(z.refine(isName, NAME_RULE));

/** Splits `Folder/Name.MapServer`; `/` and `:` are accepted before the type too. Undefined where it is none of these. */
function parseInputService(text: string): InputService | undefined {
  const match = /^(?:([^/]*)\/)?([^/]*)[./:](MapServer|ImageServer|VectorTileServer)$/u.exec(text);
  const [, folder, name = '', type = ''] = match ?? [];
  if (!isName(name) || (folder !== undefined && !isName(folder))) return undefined;
  return { folder, name, type, text };
}

/** `inputService`, the vendor's word for a cached map or image service, taken apart. */
export const inputServiceSchema = z.pipe(
  z.string(),
  z.transform((text, { issues }): InputService => {
    const service = parseInputService(text);
    if (service !== undefined) return service;
    const message =
      'must be Folder/Name.MapServer or Folder/Name.ImageServer (no folder: Name.MapServer; hosted vector tiles: Name.VectorTileServer); names of 1-120 letters, digits, _, -, inner single dots and spaces';
    issues.push({ code: 'custom', message, input: text });
    return z.NEVER;
  }),
);

/** For people and results: `Folder/Name.Type`. */
export function serviceLabel({ folder, name, type }: ServiceName): string {
  return `${folder === undefined ? '' : `${folder}/`}${name}.${type}`;
}

/** What the caching tools call `service_url`, though it is no URL: `Folder/Name:Type`. */
export function serviceUrlParameter({ folder, name, type }: ServiceName): string {
  return `${folder === undefined ? '' : `${folder}/`}${name}:${type}`;
}

/** The service below `rest/services/`, every segment encoded: `Folder/Name/Type`. */
export function servicePath({ folder, name, type }: ServiceName): string {
  return [...(folder === undefined ? [] : [folder]), name, type].map(encodeURIComponent).join('/');
}

/** A hosted service's own admin resource: `/rest/services/` becomes `/rest/admin/services/` (Esri's Python client 2.4.4). */
export function adminPathOf(service: ServiceName): string {
  return `rest/admin/services/${servicePath(service)}`;
}
