import { randomUUID } from 'node:crypto';

/** One answer of the emulator; a string body is sent as HTML, anything else as JSON. */
export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
  cookies?: string[];
}

export const NO_CONTENT: Reply = { status: 204 };

/** What the Library server's REST API says when it refuses: the vendor's error envelope. */
export function refusal(status: number, code: string, message: string, iServerCode?: number): Reply {
  const ticketId = randomUUID().replaceAll('-', '');
  return { status, body: { code, ...(iServerCode !== undefined && { iServerCode }), message, ticketId } };
}

/** The same answer for a path that does not exist and for one that this server version does not have yet. */
export function notFound(): Reply {
  return refusal(404, 'ERR004', 'HTTP 404 Not Found');
}

export function sessionInvalid(): Reply {
  return refusal(401, 'ERR009', "The user's session has expired, please reauthenticate");
}

export function privilegeMissing(privilege: string): Reply {
  const message = `The user does not have the ${privilege} privilege(s) to perform the task.`;
  return refusal(403, 'ERR014', message, -2147213784);
}

export function projectNotLoaded(projectId: string): Reply {
  const message =
    `There are no Intelligence Servers in the cluster with the project available: ${projectId} ` +
    'is not loaded on any node or is idle.';
  return refusal(404, 'ERR001', message, -2147209151);
}

/** What the first call into a project is answered with once the user has too many sessions. */
export function sessionCapReached(username: string, projectName: string): Reply {
  const message =
    'Maximum number of interactive session per user for project exceeded ' +
    `while trying to login user '${username}' to project '${projectName}'.`;
  return refusal(500, 'ERR001', message, -2147072486);
}

/** What the web server in front of the REST API answers outside the Library's own path. */
export function outsideLibrary(): Reply {
  return { status: 404, body: '<!doctype html><html><body><h1>HTTP Status 404 – Not Found</h1></body></html>' };
}
