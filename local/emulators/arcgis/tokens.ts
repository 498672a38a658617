import { randomBytes } from 'node:crypto';
import { Refusal } from './replies.ts';

/** What a user may do: administrators everything, publishers services and their caches, viewers only look. */
type Role = 'administrator' | 'publisher' | 'viewer';

/** An account of the site. */
export interface User {
  username: string;
  password: string;
  role: Role;
}

/** A token that was handed out. */
export interface Token {
  value: string;
  user: User;
  expiresAt: number;
  /** The Referer that every call must repeat, or `undefined` for a token bound to an address. */
  referer: string | undefined;
  /** An OAuth sign-in gives a token that is bound to nothing. */
  isUnbound: boolean;
}

const MINUTE_MS = 60_000;

/** The accounts and the tokens that are in use. */
export class Tokens {
  readonly users: Record<'siteadmin' | 'publisher' | 'viewer', User> = {
    siteadmin: { username: 'siteadmin', password: 'siteadmin-Secret1', role: 'administrator' },
    publisher: { username: 'publisher', password: 'publish+er & 100%', role: 'publisher' },
    viewer: { username: 'viewer', password: 'viewer-Secret3', role: 'viewer' },
  };
  readonly #issued = new Map<string, Token>();
  readonly #now: () => number;
  readonly #lifeMinutes: number;
  readonly #acceptsAddressBound: boolean;

  constructor(settings: { now: () => number; lifeMinutes: number; federated: boolean }) {
    this.#now = settings.now;
    this.#lifeMinutes = settings.lifeMinutes;
    this.#acceptsAddressBound = !settings.federated;
  }

  /** The account with this name and password; the name's case counts. */
  findUser(username: string, password: string): User | undefined {
    return Object.values(this.users).find((user) => user.username === username && user.password === password);
  }

  /** Hands out a token that lives as long as was asked for, at most as long as the site allows. */
  issue(user: User, minutes: number, referer: string | undefined, isUnbound = false): Token {
    const expiresAt = this.#now() + Math.min(minutes, this.#lifeMinutes) * MINUTE_MS;
    const token = { value: randomBytes(48).toString('base64url'), user, expiresAt, referer, isUnbound };
    this.#issued.set(token.value, token);
    return token;
  }

  /** The token behind a value, refused with 498 when it is unknown, expired or used from elsewhere. */
  check(value: string, referer: string | undefined): Token {
    const token = this.#issued.get(value);
    if (!token) throw new Refusal(498, 'Invalid Token.');
    if (token.expiresAt <= this.#now()) throw new Refusal(498, 'Token Expired.');
    if (token.isUnbound) return token;
    if (token.referer === undefined && !this.#acceptsAddressBound) {
      throw new Refusal(498, 'Invalid Token.', ['Tokens bound to an IP address are not supported.']);
    }
    if (token.referer !== undefined && token.referer !== referer) {
      throw new Refusal(498, 'Invalid Token.', ['The Referer header is missing or does not match the token.']);
    }
    return token;
  }

  /** The value of every token that was handed out so far, of those too that have ended. */
  get issued(): string[] {
    return [...this.#issued.keys()];
  }

  /** Makes every token that was handed out so far expire now. */
  expireAll(): void {
    for (const token of this.#issued.values()) token.expiresAt = this.#now();
  }
}
