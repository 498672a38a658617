import { type ArcgisRequest, field } from './arcgis-request.ts';
import type { Service } from './catalogue.ts';
import { json, Refusal, type Reply } from './replies.ts';

const EVERYTHING = /^\s*1\s*=\s*1\s*$/;
const ONE = /^\s*Name\s*=\s*('(?:[^']|'')*')\s*$/i;
const SOME = /^\s*Name\s+IN\s*\(\s*('(?:[^']|'')*'(?:\s*,\s*'(?:[^']|'')*')*)\s*\)\s*$/i;

/** `<image service>/query`: which rasters of the mosaic a clause finds, as a number, as ids or as rows. */
export function queryMosaic({ mosaic }: Service, request: ArcgisRequest): Reply {
  if (mosaic === undefined) throw new Refusal(400, 'Requested operation is not supported by this service.');
  const isWanted = wanted(field(request, 'where') ?? '1=1');
  const rows = mosaic.flatMap(({ name }, index) => (isWanted(name) ? [{ OBJECTID: index + 1, Name: name }] : []));
  if (field(request, 'returnCountOnly') === 'true') return json({ count: rows.length });
  if (field(request, 'returnIdsOnly') === 'true')
    return json({ objectIdFieldName: 'OBJECTID', objectIds: rows.map(({ OBJECTID }) => OBJECTID) });
  return json({ objectIdFieldName: 'OBJECTID', features: rows.map((attributes) => ({ attributes })) });
}

/** The clauses that are understood: all, one name, some names. */
function wanted(where: string): (name: string) => boolean {
  if (EVERYTHING.test(where)) return () => true;
  const [, list] = ONE.exec(where) ?? SOME.exec(where) ?? [];
  if (list === undefined)
    throw new Refusal(400, 'Unable to complete operation.', ['Unable to perform query operation.']);
  const names = [...list.matchAll(/'((?:[^']|'')*)'/g)].map(([, name = '']) => name.replaceAll("''", "'"));
  return (name) => names.includes(name);
}
