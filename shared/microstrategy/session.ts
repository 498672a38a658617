import { VendorAuthError, VendorRejectedError } from '../errors.ts';
import type { ServerAccess } from '../http/agents.ts';
import { hideSecret } from '../http/redact.ts';
import { isRefused, repeat } from '../http/retry.ts';
import { send, type VendorAnswer, type VendorRequest } from '../http/send.ts';
import type { Unsent } from '../http/unsent.ts';
import { Cookies } from './cookies.ts';
import { assertNoContent, assertSuccess, notDocumented, SessionRefused } from './replies.ts';

const STANDARD_LOGIN_MODE = 1;
const API_TOKEN_LOGIN_MODE = 4096;
const LOGOUT_RESERVE_MS = 10_000;
const JSON_BODY = { 'content-type': 'application/json' };

type Method = 'GET' | 'PATCH' | 'DELETE';

/** How a Library server is reached and signed in to: the part of a MicroStrategy target's secret that matters here. */
export interface LibraryAccess extends ServerAccess {
  url: string;
  username?: string | undefined;
  password?: string | undefined;
  loginMode?: 1 | 16 | undefined;
  apiToken?: string | undefined;
}

export interface SessionOptions {
  /** Epoch milliseconds, the time for the logout included. */
  deadline: number;
  /** Reads the secret as it is now, and gives the same object while it has not changed. */
  readAgain: () => Promise<LibraryAccess>;
  onLogoutFailed: (error: unknown) => void;
  /** In a dry run: takes the calls that would change something. */
  unsent?: Unsent[] | undefined;
}

/**
 * Logs in once, runs `work`, and always logs out: open sessions count against a cap per user. A failed logout is told
 * to `onLogoutFailed`, no more.
 */
export async function withSession<T>(
  access: LibraryAccess,
  options: SessionOptions,
  work: (session: MicrostrategySession) => Promise<T>,
): Promise<T> {
  const session = new MicrostrategySession(access, options);
  try {
    await session.login();
    return await work(session);
  } finally {
    await session.logout().catch(options.onLogoutFailed);
  }
}

/** One login on a Library server: its token and every cookie go along with every request. */
export class MicrostrategySession {
  /** Epoch milliseconds: no work after it, so that the logout still gets through. */
  readonly workDeadline: number;
  /** Whether the session was lost once, and another login made. */
  renewed = false;
  private access: LibraryAccess;
  private readonly options: SessionOptions;
  private cookies = new Cookies();
  private token: string | undefined;

  constructor(access: LibraryAccess, options: SessionOptions) {
    this.access = access;
    this.options = options;
    this.workDeadline = options.deadline - LOGOUT_RESERVE_MS;
  }

  /** False before the login, and when a session that was lost could not be renewed: no call can succeed then. */
  get isOpen(): boolean {
    return this.token !== undefined;
  }

  /**
   * What was refused is never tried again, unless the secret has changed since it was read.
   *
   * @throws VendorAuthError, VendorRejectedError
   */
  async login(): Promise<void> {
    try {
      await this.loginOnce();
    } catch (error) {
      if (!isRefused(error)) throw error;
      const fresh = await this.options.readAgain();
      if (fresh === this.access) throw error;
      this.access = fresh;
      await this.loginOnce();
    }
  }

  /**
   * Keeps a call that changes something back, in a dry run.
   *
   * @returns whether it must not be made
   */
  keepBack(method: Unsent['method'], path: string): boolean {
    this.options.unsent?.push({ method, url: this.address(path), parameters: {} });
    return this.options.unsent !== undefined;
  }

  /** Safe to repeat only as far as its caller says: reads and purges are. A session that was lost is renewed once. */
  async call(method: Method, path: string, body?: object): Promise<VendorAnswer> {
    try {
      return await this.callOnce(method, path, body);
    } catch (error) {
      if (!(error instanceof SessionRefused)) throw error;
      if (this.renewed) throw sessionLost(error);
    }
    this.renewed = true;
    // The session may be alive, and only its cookies lost: it would count against the cap.
    await this.logout().catch(() => undefined);
    await this.login();
    try {
      return await this.callOnce(method, path, body);
    } catch (error) {
      throw error instanceof SessionRefused ? sessionLost(error) : error;
    }
  }

  /** Safe to repeat: a session that is already gone counts as logged out. */
  async logout(): Promise<void> {
    if (this.token === undefined) return;
    try {
      const { deadline } = this.options;
      await repeat('always', deadline, async () => await this.logoutOnce(deadline));
    } catch (error) {
      if (!(error instanceof SessionRefused)) throw error;
    } finally {
      this.token = undefined;
    }
  }

  private async logoutOnce(deadline: number): Promise<void> {
    assertNoContent(await this.send({ method: 'POST', url: this.address('/api/auth/logout') }, deadline));
  }

  private async callOnce(method: Method, path: string, body: object | undefined): Promise<VendorAnswer> {
    const json = body && { headers: JSON_BODY, body: JSON.stringify(body) };
    return await repeat('always', this.workDeadline, async () => {
      const answer = await this.send({ method, url: this.address(path), ...json }, this.workDeadline);
      assertSuccess(answer);
      return answer;
    });
  }

  private async loginOnce(): Promise<void> {
    const { username, password, loginMode = STANDARD_LOGIN_MODE, apiToken } = this.access;
    const login =
      apiToken === undefined
        ? { loginMode, username, password }
        : { loginMode: API_TOKEN_LOGIN_MODE, username: apiToken };
    this.token = undefined;
    this.cookies = new Cookies();
    const request = {
      method: 'POST' as const,
      url: this.address('/api/auth/login'),
      headers: JSON_BODY,
      body: JSON.stringify(login),
    };
    const answer = await repeat('always', this.workDeadline, async () => await this.send(request, this.workDeadline));
    assertLoggedIn(answer, this.access);
    const [token] = [answer.headers['x-mstr-authtoken']].flat();
    if (token === undefined || token === '') throw notDocumented(answer);
    hideSecret(token);
    this.token = token;
  }

  private async send(request: VendorRequest, deadline: number): Promise<VendorAnswer> {
    const headers = {
      accept: 'application/json',
      ...request.headers,
      ...(this.token === undefined ? {} : { 'x-mstr-authtoken': this.token }),
      ...(this.cookies.header === '' ? {} : { cookie: this.cookies.header }),
    };
    const answer = await send({ ...request, headers }, { access: this.access, deadline });
    this.cookies.keep(answer.headers);
    return answer;
  }

  /** The whole address of a path below the Library root. */
  address(path: string): string {
    return `${this.access.url}${path}`;
  }
}

function assertLoggedIn(answer: VendorAnswer, access: LibraryAccess): void {
  try {
    assertSuccess(answer);
  } catch (error) {
    if (error instanceof VendorRejectedError) {
      throw new VendorRejectedError(`${error.message} ${loginAdvice(error, access)}`, error);
    }
    if (!(error instanceof VendorAuthError || error instanceof SessionRefused)) throw error;
    const who = access.username === undefined ? 'The API token' : `User "${access.username}"`;
    throw new VendorAuthError(
      `${error.message} ${who} was not let in. Correct the target's secret (and loginMode: 1 standard, 16 LDAP); the login is not tried again, so that the account is not locked.`,
    );
  }
}

/** A refusal that is not about the credentials: what in the secret may have led to it. */
function loginAdvice({ code }: VendorRejectedError, { apiToken, loginMode }: LibraryAccess): string {
  if (String(code).startsWith('HTTP ')) {
    return "This is no answer of MicroStrategy: check that the url in the target's secret is the Library server's own address (…/MicroStrategyLibrary), without a page of it (/app/…).";
  }
  if (apiToken !== undefined) return "The login was made with the apiToken of the target's secret.";
  const mode = loginMode === 16 ? '16 (LDAP)' : '1 (standard)';
  return `The login was made with loginMode ${mode}: where the server does not offer this one, correct loginMode in the target's secret (1 standard, 16 LDAP).`;
}

function sessionLost(error: SessionRefused): VendorAuthError {
  return new VendorAuthError(
    `${error.message}. The session was refused again after a new login. Check that the load balancer before the Library server is sticky, and that nobody else logs this user out.`,
  );
}
