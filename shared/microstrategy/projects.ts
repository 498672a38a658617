import * as z from 'zod/mini';
import { listOf } from '../http/list-of.ts';
import { readReply } from './replies.ts';
import type { MicrostrategySession } from './session.ts';

export interface Project {
  id: string;
  name?: string | undefined;
}

const projectsSchema = listOf(z.object({ id: z.string().check(z.minLength(1)), name: z.string() }));

/** The projects that the user may see, loaded or not (`GET /api/projects`). Safe to repeat. */
export async function listProjects(session: MicrostrategySession): Promise<Project[]> {
  return readReply(await session.call('GET', '/api/projects'), projectsSchema);
}
