import type { ServerResponse } from 'node:http';

/** What a gateway or a network does to one request instead of the server's answer; the request then has no effect. */
export type Fault =
  | { status: number; headers?: Record<string, string>; body?: string }
  | 'reset'
  | 'cut-off'
  | 'silence';

interface PlannedFault {
  readonly method: string;
  readonly path: RegExp;
  readonly fault: Fault;
}

/** The faults that tests have asked for, each used once, first come first served. */
export class Faults {
  readonly #planned: PlannedFault[] = [];

  plan(planned: PlannedFault): void {
    this.#planned.push(planned);
  }

  take(method: string, path: string): Fault | undefined {
    const index = this.#planned.findIndex((planned) => planned.method === method && planned.path.test(path));
    return index === -1 ? undefined : this.#planned.splice(index, 1)[0]?.fault;
  }
}

/** Lets a fault happen to the answer. */
export function sendFault(response: ServerResponse, fault: Fault): void {
  if (fault === 'silence') return;
  if (fault === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  if (fault === 'cut-off') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
    response.write('{"code":', () => response.socket?.destroy());
    return;
  }
  response.writeHead(fault.status, fault.headers).end(fault.body);
}
