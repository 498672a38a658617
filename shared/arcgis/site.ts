import * as z from 'zod/mini';
import { VendorAuthError, VendorRejectedError } from '../errors.ts';
import type { ServerAccess } from '../http/agents.ts';
import { hideSecret } from '../http/redact.ts';
import { isRefused, type Repeatable, repeat } from '../http/retry.ts';
import { send, type VendorRequest } from '../http/send.ts';
import type { Unsent } from '../http/unsent.ts';
import { readReply, TokenRefused } from './replies.ts';
import { isCertain, isShutOff, type SiteCall } from './site-call.ts';
import { assertMayGetCredentials, serverInfoSchema, type TokenAddresses, tokenAddresses } from './token-addresses.ts';

const DEFAULT_REFERER = 'https://cache-ops';
const TOKEN_LIFE_MINUTES = 60;
const MAX_RENEWAL_MARGIN_MS = 60_000;

/** How a site is reached and signed in to: the part of an ArcGIS target's secret that matters here. */
export interface SiteAccess extends ServerAccess {
  url: string;
  adminUrl?: string | undefined;
  portalUrl?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
  token?: string | undefined;
  referer?: string | undefined;
  hosted?: boolean | undefined;
  allowHttp?: boolean | undefined;
}

interface AskOptions<S extends z.core.$ZodType> {
  reply: S;
  repeatable: Repeatable;
  answerTimeoutSeconds?: number | undefined;
  parse?: SiteCall<S>['parse'] | undefined;
}

interface Token {
  value: string;
  renewAt: number;
}

/** Tokens live as long as the function stays warm and the secret stays the same. */
export const tokens = new WeakMap<SiteAccess, Token>();
const knownAddresses = new WeakMap<SiteAccess, TokenAddresses>();

const tokenSchema = z.object({
  token: z.string().check(z.minLength(1)),
  expires: z.catch(z.optional(z.coerce.number()), undefined),
});

interface SiteOptions {
  readAgain: () => Promise<SiteAccess>;
  /** Epoch milliseconds. */
  deadline: number;
  unsent?: Unsent[] | undefined;
}

/** One ArcGIS Server or Enterprise site in one invocation: stand-alone or federated, signed in when a call needs it. */
export class ArcgisSite {
  private access: SiteAccess;
  private readonly readAgain: () => Promise<SiteAccess>;
  private readonly deadline: number;
  /** In a dry run: takes the calls that would change something. */
  private readonly unsent: Unsent[] | undefined;

  /** `readAgain` reads the secret as it is now, and gives the same object while it has not changed. */
  constructor(access: SiteAccess, options: SiteOptions) {
    this.access = access;
    this.readAgain = options.readAgain;
    this.deadline = options.deadline;
    this.unsent = options.unsent;
  }

  /** Whether it is a portal's hosted services, without a server of their own. */
  get isHosted(): boolean {
    return this.access.hosted === true;
  }

  /** The address of a path below the site. */
  address(path: string): string {
    const { url, adminUrl } = this.access;
    return `${path.startsWith('admin/') ? (adminUrl ?? url) : url}/${path}`;
  }

  /**
   * Calls the site with a token: in the body of a POST, in a header of a GET. A token that is refused is renewed once;
   * any other refusal is tried again only with a secret that has changed.
   *
   * @throws VendorAuthError and every other Vendor… error
   */
  async call<S extends z.core.$ZodType>(siteCall: SiteCall<S>): Promise<z.output<S>> {
    const token = await this.token();
    if (this.unsent !== undefined && 'answerInDryRun' in siteCall) {
      const { path, method = 'POST', form = {}, reply, answerInDryRun } = siteCall;
      this.unsent.push({ method, url: this.address(path), parameters: form });
      return z.parse(reply, answerInDryRun);
    }
    try {
      return await this.callOnce(siteCall, token);
    } catch (error) {
      if (isRefused(error) && (await this.secretHasChanged())) return await this.callOnce(siteCall, await this.token());
      if (!(error instanceof TokenRefused)) throw error;
    }
    try {
      return await this.callOnce(siteCall, await this.renewedToken());
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      throw new VendorAuthError(
        `${error.message} A new token was refused too. Check that the user may use this site, and that no proxy removes the Referer header.`,
      );
    }
  }

  private async callOnce<S extends z.core.$ZodType>(siteCall: SiteCall<S>, token: string): Promise<z.output<S>> {
    const { path, method, form = {}, reply, parse, repeatable = 'always', answerTimeoutSeconds, recover } = siteCall;
    const options = { reply, parse, repeatable, answerTimeoutSeconds };
    const url = this.address(path);
    try {
      if (method === 'GET') return await this.get(url, form, token, options);
      return await this.post(url, { ...form, token }, options);
    } catch (error) {
      if (recover === undefined || isCertain(error)) throw error;
      return z.parse(reply, await recover(error));
    }
  }

  private async post<S extends z.core.$ZodType>(
    url: string,
    form: Record<string, string>,
    options: AskOptions<S>,
  ): Promise<z.output<S>> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams({ ...form, f: 'json' }).toString();
    return await this.ask({ method: 'POST', url, headers, body }, options);
  }

  /** An address is logged on its way, so the token goes into Esri's own header, which also passes a web adaptor's own login. */
  private async get<S extends z.core.$ZodType>(
    url: string,
    query: Record<string, string>,
    token: string,
    options: AskOptions<S>,
  ): Promise<z.output<S>> {
    const headers = { 'x-esri-authorization': `Bearer ${token}` };
    const address = `${url}?${new URLSearchParams({ ...query, f: query['f'] ?? 'json' })}`;
    return await this.ask({ method: 'GET', url: address, headers }, options);
  }

  private async ask<S extends z.core.$ZodType>(
    { headers, ...request }: VendorRequest,
    { reply, parse, repeatable, answerTimeoutSeconds }: AskOptions<S>,
  ): Promise<z.output<S>> {
    const { referer = DEFAULT_REFERER } = this.access;
    const whole = {
      ...request,
      headers: { accept: 'application/json', referer, ...headers },
      ...(answerTimeoutSeconds === undefined ? {} : { answerTimeoutSeconds }),
    };
    const connection = { access: this.access, deadline: this.deadline };
    return await repeat(repeatable, this.deadline, async () => readReply(await send(whole, connection), reply, parse));
  }

  private async token(): Promise<string> {
    if (this.access.token !== undefined) return this.access.token;
    const kept = tokens.get(this.access);
    if (kept !== undefined && Date.now() < kept.renewAt) return kept.value;
    try {
      return await this.signIn();
    } catch (error) {
      if (!isRefused(error) || !(await this.secretHasChanged())) throw error;
    }
    return this.access.token ?? (await this.signIn());
  }

  private async renewedToken(): Promise<string> {
    tokens.delete(this.access);
    // Asked first: a rotated password is then not tried once more in its old form.
    const hasChanged = await this.secretHasChanged();
    if (hasChanged || this.access.token === undefined) return await this.token();
    throw new VendorAuthError(
      "The long-lived token in the target's secret was refused: it has ended, or it is bound to another referer. Put a new token (and its referer) into the secret.",
    );
  }

  private async secretHasChanged(): Promise<boolean> {
    const before = this.access;
    this.access = await this.readAgain();
    return this.access !== before;
  }

  /** Where the first address is shut off, nobody was asked for credentials yet. */
  private async signIn(): Promise<string> {
    const { first, second } = await this.tokenAddresses();
    try {
      return await this.signInAt(first);
    } catch (error) {
      if (second === undefined || !isShutOff(error)) throw error;
    }
    assertMayGetCredentials(this.access, second, 'token service');
    return await this.signInAt(second);
  }

  private async signInAt(url: string): Promise<string> {
    const { username = '', password = '', referer = DEFAULT_REFERER } = this.access;
    const form = { username, password, client: 'referer', referer, expiration: String(TOKEN_LIFE_MINUTES) };
    try {
      const { token, expires } = await this.post(url, form, { reply: tokenSchema, repeatable: 'always' });
      hideSecret(token);
      // The server caps the life that was asked for: only `expires` tells.
      const lifeMs = expires === undefined ? TOKEN_LIFE_MINUTES * 60_000 : expires - Date.now();
      tokens.set(this.access, {
        value: token,
        renewAt: Date.now() + lifeMs - Math.min(MAX_RENEWAL_MARGIN_MS, lifeMs / 10),
      });
      return token;
    } catch (error) {
      const isRefused =
        error instanceof TokenRefused || (error instanceof VendorRejectedError && typeof error.code !== 'string');
      if (!isRefused) throw error;
      throw new VendorAuthError(
        `${error.message} User "${username}" got no token. Correct username and password in the target's secret; they are not tried again, so that the account is not locked.`,
        { cause: error },
      );
    }
  }

  private async tokenAddresses(): Promise<TokenAddresses> {
    const known = knownAddresses.get(this.access);
    if (known !== undefined) return known;
    const addresses = tokenAddresses(this.access, this.isHosted ? undefined : await this.serverInfo());
    knownAddresses.set(this.access, addresses);
    return addresses;
  }

  /** Documented as a GET, and like every resource of REST it takes a POST too; nothing secret goes along. */
  private async serverInfo(): Promise<z.output<typeof serverInfoSchema> | undefined> {
    try {
      return await this.post(this.address('rest/info'), {}, { reply: serverInfoSchema, repeatable: 'always' });
    } catch (error) {
      // A site that asks for a token here does not tell.
      if (error instanceof TokenRefused) return undefined;
      throw error;
    }
  }
}
