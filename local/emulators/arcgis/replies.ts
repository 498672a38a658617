/** What a resource answers: JSON, shown as a page unless `f=json` was asked for, or bytes as they are. */
export type Reply =
  | { kind: 'json'; value: unknown }
  | { kind: 'raw'; status: number; headers: Record<string, string>; body: string | Uint8Array };

/** The server says no: becomes the error envelope of the part of the site that was called. */
export class Refusal extends Error {
  readonly code: number;
  /** Usually a list; a single text where the server is known to send one. */
  readonly details: string[] | string;

  constructor(code: number, message: string, details: string[] | string = []) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.details = details;
  }
}

/** A JSON answer. */
export function json(value: unknown): Reply {
  return { kind: 'json', value };
}

/** The envelope of REST services and portals. */
export function restEnvelope({ code, message, details }: Refusal): Reply {
  return json({ error: { code, message, details } });
}

/** The envelope of the Admin API. */
export function adminEnvelope({ code, message, details }: Refusal): Reply {
  return json({ status: 'error', messages: [message].concat(details), code });
}

/** What a site says to an address that it does not have. */
export function invalidUrl(): Refusal {
  return new Refusal(400, 'Invalid URL', ['Invalid URL']);
}

/** A whole page: the servlet container's way to answer. */
export function htmlPage(status: number, text: string): Reply {
  const escaped = text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  const body = `<!DOCTYPE html><html><head><title>ArcGIS</title></head><body><pre>${escaped}</pre></body></html>`;
  return { kind: 'raw', status, headers: { 'content-type': 'text/html;charset=utf-8' }, body };
}
