import { randomBytes } from 'node:crypto';
import type { Account } from './accounts.ts';

const BALANCER_COOKIE = 'library-ingress';
const BALANCER_REFRESH_MILLISECONDS = 60_000;
const PATH = 'Path=/MicroStrategyLibrary';

interface Balancer {
  current: string;
  previous?: string;
  refreshAt: number;
}

/** One login: its token, its cookies and who it belongs to. */
export interface Session {
  readonly token: string;
  readonly account: Account;
  readonly jsessionId: string;
  readonly iSession: string;
  readonly balancer: Balancer;
  lastUsedAt: number;
}

interface SessionLimits {
  readonly now: () => number;
  readonly sessionSeconds: number;
  readonly sessionsPerUser: number;
}

/** The HTTP sessions of the Library server, in the order of their logins. */
export class Sessions {
  readonly #open = new Map<string, Session>();
  readonly #limits: SessionLimits;

  constructor(limits: SessionLimits) {
    this.#limits = limits;
  }

  open(account: Account): { session: Session; cookies: string[] } {
    const session: Session = {
      token: randomBytes(16).toString('hex'),
      account,
      jsessionId: randomBytes(16).toString('hex').toUpperCase(),
      iSession: randomBytes(8).toString('hex'),
      // The first read after the login gets the cookie that counts from then on.
      balancer: { current: randomBytes(8).toString('hex'), refreshAt: Number.NEGATIVE_INFINITY },
      lastUsedAt: this.#limits.now(),
    };
    this.#open.set(session.token, session);
    const cookies = [
      `JSESSIONID=${session.jsessionId}; ${PATH}; HttpOnly`,
      `iSession=${session.iSession}; ${PATH}`,
      balancerCookie(session.balancer),
    ];
    return { session, cookies };
  }

  /** The live session that both the token and all its cookies name; a load-balancer cookie that was replaced still reads. */
  find(token: string | undefined, cookies: ReadonlyMap<string, string>, reads: boolean): Session | undefined {
    this.#dropExpired();
    const session = this.#open.get(token ?? '');
    if (session === undefined) return undefined;
    const { balancer } = session;
    const route = cookies.get(BALANCER_COOKIE);
    // Reads that were under way at the same time as the refresh may still carry the old value.
    const routed = route === balancer.current || (reads && route !== undefined && route === balancer.previous);
    const known = cookies.get('JSESSIONID') === session.jsessionId && cookies.get('iSession') === session.iSession;
    if (!routed || !known) return undefined;
    session.lastUsedAt = this.#limits.now();
    return session;
  }

  /** The `Set-Cookie` values that the answer to a read carries: a new load-balancer cookie when it is time. */
  refreshCookies({ balancer }: Session, cookies: ReadonlyMap<string, string>): string[] {
    const now = this.#limits.now();
    if (cookies.get(BALANCER_COOKIE) !== balancer.current) return [balancerCookie(balancer)];
    if (now < balancer.refreshAt) return [];
    balancer.previous = balancer.current;
    balancer.current = randomBytes(8).toString('hex');
    balancer.refreshAt = now + BALANCER_REFRESH_MILLISECONDS;
    return [balancerCookie(balancer)];
  }

  /** Whether the user had all the project sessions allowed before this one: the login works, its first project call does not. */
  isOverCap(session: Session): boolean {
    this.#dropExpired();
    const ofUser = [...this.#open.values()].filter(({ account }) => account === session.account);
    return ofUser.indexOf(session) >= this.#limits.sessionsPerUser;
  }

  close({ token }: Session): void {
    this.#open.delete(token);
  }

  closeAll(): void {
    this.#open.clear();
  }

  get count(): number {
    this.#dropExpired();
    return this.#open.size;
  }

  #dropExpired(): void {
    const oldest = this.#limits.now() - this.#limits.sessionSeconds * 1000;
    for (const [token, { lastUsedAt }] of this.#open) {
      if (lastUsedAt <= oldest) this.#open.delete(token);
    }
  }
}

/** The cookies of a request by name. */
export function readCookies(header: string | undefined): ReadonlyMap<string, string> {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

function balancerCookie({ current }: Balancer): string {
  return `${BALANCER_COOKIE}=${current}; Path=/; HttpOnly`;
}
