import type { ServerResponse } from 'node:http';
import type { ArcgisRequest } from './arcgis-request.ts';

/** A trouble on the way, for the next request whose path fits; each fault happens once. */
export interface Fault {
  /** Tried on the decoded path name. */
  path: RegExp;
  /** `reset` closes the connection, `cut` breaks the answer off, `silent` never answers; or an answer of another's. */
  answer: 'reset' | 'cut' | 'silent' | { status: number; body: string; headers?: Record<string, string> };
  /** Whether the server had done the work before the answer went wrong. */
  afterWork?: boolean;
}

/** Takes the first fault that is meant for a request. */
export function takeFault(faults: Fault[], { path }: ArcgisRequest): Fault | undefined {
  const index = faults.findIndex((fault) => fault.path.test(path));
  return index < 0 ? undefined : faults.splice(index, 1)[0];
}

/** Answers the way the fault says. */
export function sendFault({ answer }: Fault, response: ServerResponse): void {
  if (answer === 'silent') return;
  if (answer === 'reset') {
    response.socket?.resetAndDestroy();
  } else if (answer === 'cut') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"jobId":"j', () => response.socket?.destroy());
  } else {
    response.writeHead(answer.status, { 'content-type': 'text/html', ...answer.headers }).end(answer.body);
  }
}
