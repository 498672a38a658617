import { z } from 'zod';
import type { ArcgisEmulator } from './arcgis-emulator.ts';
import type { Tokens } from './tokens.ts';

const REFERER = 'https://cache-ops';
const tokenSchema = z.object({ token: z.string() });
const jobSchema = z.object({ jobId: z.string() });

/** Someone who signed in and calls the emulator with nothing but fetch. */
export class EmulatorCaller {
  readonly token: string;
  readonly #siteUrl: string;

  constructor(siteUrl: string, token: string) {
    this.#siteUrl = siteUrl;
    this.token = token;
  }

  /** Posts a form with the token in it. */
  post(path: string, fields: Record<string, string> = {}): Promise<unknown> {
    return postForm(`${this.#siteUrl}${path}`, { token: this.token, ...fields });
  }

  /** Gets a resource with the token in Esri's header. */
  async get(path: string, query: Record<string, string> = {}): Promise<unknown> {
    const headers = { referer: REFERER, 'x-esri-authorization': `Bearer ${this.token}` };
    const response = await fetch(`${this.#siteUrl}${path}?${new URLSearchParams({ f: 'json', ...query })}`, {
      headers,
    });
    return response.json();
  }

  /** Submits a job and returns the address of its record, below the site. */
  async submit(task: string, fields: Record<string, string>): Promise<string> {
    const { jobId } = jobSchema.parse(await this.post(`${task}/submitJob`, fields));
    return `${task}/jobs/${jobId}`;
  }
}

/** Posts a form and reads the JSON of the answer. */
export async function postForm(url: string, fields: Record<string, string>, referer = REFERER): Promise<unknown> {
  const body = new URLSearchParams({ f: 'json', ...fields });
  const response = await fetch(url, { method: 'POST', headers: { referer }, body });
  return response.json();
}

/** Signs one of the emulator's accounts in. */
export async function signIn(
  { url, tokens }: ArcgisEmulator,
  account: keyof Tokens['users'] = 'siteadmin',
): Promise<EmulatorCaller> {
  const { username, password } = tokens.users[account];
  const fields = { username, password, client: 'referer', referer: REFERER };
  const { token } = tokenSchema.parse(await postForm(`${url}/tokens/`, fields));
  return new EmulatorCaller(url, token);
}
