import { ContentCaches, type EmulatedContentCache } from './content-caches.ts';
import type { EmulatedCubeCache } from './cube-caches.ts';
import type { EmulatedProject } from './projects.ts';

/** What the emulator needs to know of a content cache; the rest is made. */
export interface NewContentCache {
  node: string;
  projectId: string;
  number: number;
  tables: readonly string[];
  type?: EmulatedContentCache['source']['type'];
  connectionId?: string;
  states?: Iterable<'ready' | 'processing' | 'invalid' | 'expired' | 'loaded' | 'filed' | 'dirty'>;
}

const WAREHOUSE = '8E3F2A1B4C5D4E6F8A9B0C1D2E3F4A5B';
const KINDS = { report: 3, document: 55, dossier: 55 } as const;

function idOf(kind: string, number: number): string {
  return (
    kind +
    number
      .toString(16)
      .toUpperCase()
      .padStart(32 - kind.length, '0')
  );
}

/** A content cache with ids as the field reports them: the combined one is base64 of cache, type and project. */
export function newContentCache(given: NewContentCache): EmulatedContentCache {
  const {
    node,
    projectId,
    number,
    tables,
    type = 'report',
    connectionId = WAREHOUSE,
    states = ['ready', 'loaded'],
  } = given;
  const id = idOf('CAC4E', number);
  return {
    id,
    combinedId: btoa(`${id}:${KINDS[type]}:${projectId}`),
    node,
    projectId,
    source: { id: idOf('5041CE', number), name: `${type} ${number}`, type },
    tables,
    connectionId,
    states: new Set(states),
  };
}

function newCubeCache({
  node,
  projectId,
  number,
  tables,
}: Pick<NewContentCache, 'node' | 'projectId' | 'number' | 'tables'>): EmulatedCubeCache {
  return {
    id: `${idOf('C0BE', number)}:${projectId}:${btoa(node)}`,
    node,
    projectId,
    source: { id: idOf('50C0BE', number), name: `cube ${number}`, type: 'cube' },
    tables,
    connectionId: WAREHOUSE,
    active: true,
    loaded: number % 2 === 0,
  };
}

const TABLES = [['LU_DAY', 'F_SALES'], ['LU_ITEM'], ['LU_DAY'], ['F_SALES'], []];
const TYPES = ['report', 'document', 'dossier'] as const;

/** Five contents and two cubes of each loaded project, on every node. */
export function defaultStoredCaches(nodes: readonly string[], projects: readonly EmulatedProject[]) {
  const contentCaches = new ContentCaches();
  const cubeCaches = new Map<string, EmulatedCubeCache>();
  let number = 0;
  for (const { id: projectId, loaded } of projects) {
    if (!loaded) continue;
    for (const node of nodes) {
      for (const tables of TABLES) {
        number += 1;
        contentCaches.add(newContentCache({ node, projectId, number, tables, type: TYPES[number % 3] ?? 'report' }));
      }
      for (const tables of TABLES.slice(0, 2)) {
        number += 1;
        const cube = newCubeCache({ node, projectId, number, tables });
        cubeCaches.set(cube.id, cube);
      }
    }
  }
  return { contentCaches, cubeCaches };
}
