/**
 * The two caches that the server lists one by one: of contents (reports, documents, dashboards) and of cubes. What an
 * entry looks like is known from the vendor's page "Monitor and manage cube caches" and from what its client `mstrio-py`
 * 11.6.10.101 reads; no page shows an entry of a content cache. So every reading is taken, and what is not told fits no
 * condition.
 */
export type StoredType = 'content' | 'cube';

export interface StoredCache {
  /** What the server's calls name it by: opaque, of a content cache the `combinedId`. */
  id: string;
  /** The ids that people know it by: its own, and that of the report, document, dashboard or cube. */
  ids: string[];
  name: string | undefined;
  /** Upper case. */
  projectId: string | undefined;
  /** Warehouse tables; undefined where the entry does not tell them. */
  tables: string[] | undefined;
  connectionIds: string[];
  /** Lower case. */
  states: string[];
  /** Lower case. */
  contentType: string | undefined;
}

type Fields = Record<string, unknown>;

/**
 * The caches of one item of a list: an entry, or (content caches) an object whose keys are the combined ids of the
 * entries. Undefined where an entry cannot be named.
 */
export function readStored(item: unknown): StoredCache[] | undefined {
  if (!isFields(item)) return undefined;
  const ownId = text(item['combinedId']) ?? text(item['combined_id']) ?? text(item['id']);
  const entries = ownId === undefined ? Object.entries(item) : [[ownId, item] as const];
  const caches: StoredCache[] = [];
  for (const [id, entry] of entries) {
    if (id === '' || !isFields(entry)) return undefined;
    caches.push(readEntry(id, entry));
  }
  return caches;
}

/** The tables that a cube was made from, of the answer about one cube: the list does not tell them. */
export function tablesOfCube(answer: unknown): string[] | undefined {
  const fields = isFields(answer) ? answer : {};
  const statistics = fields['jobExecutionStatistics'];
  return tablesOf(fields) ?? texts(isFields(statistics) ? statistics['accessedTables'] : undefined, 'name');
}

function readEntry(id: string, entry: Fields): StoredCache {
  const source = isFields(entry['source']) ? entry['source'] : {};
  const ids = [id, text(entry['id']), text(source['id'])];
  return {
    id,
    ids: ids.filter((each) => each !== undefined),
    name: text(source['name']) ?? text(entry['name']),
    projectId: text(entry['projectId'])?.toUpperCase(),
    tables: tablesOf(entry),
    connectionIds: ['databaseConnectionId', 'databaseConnections', 'databaseConnection'].flatMap(
      (key) => texts(entry[key], 'id') ?? [],
    ),
    states: [entry['status'], entry['state']].flatMap(statesOf),
    contentType: (text(source['type']) ?? text(entry['type']))?.toLowerCase(),
  };
}

/** By the comment in the client, `warehouseTablesUsed` holds instances of cubes where there is `dbTablesUsed` too. */
function tablesOf(entry: Fields): string[] | undefined {
  return texts(entry['dbTablesUsed'], 'name') ?? texts(entry['warehouseTablesUsed'], 'name');
}

/** Flags such as `{ready: true, loaded: false}`, words, or a list of words. */
function statesOf(told: unknown): string[] {
  if (!isFields(told)) return (texts(told, 'name') ?? []).map((word) => word.toLowerCase());
  const flags = Object.entries(told);
  const set = flags.filter(([, value]) => value === true || value === 'true').map(([name]) => name.toLowerCase());
  const words = flags.filter(([name]) => /state$/i.test(name)).flatMap(([, value]) => statesOf(value));
  return [...set, ...words, ...(told['loaded'] === false ? ['unloaded'] : [])];
}

/** Texts, objects that have the text under `key`, or one text with commas. */
function texts(told: unknown, key: string): string[] | undefined {
  if (typeof told === 'string') {
    return told
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  }
  if (!Array.isArray(told)) return undefined;
  return told.map((each) => text(isFields(each) ? each[key] : each)).filter((each) => each !== undefined);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
