import type { Reply } from './replies.ts';
import { refusal } from './replies.ts';

export const CACHE_ADMINISTRATION = 'DssXmlPrivilegesCacheAdministration';
export const USE_CLUSTER_MONITOR = 'DssXmlPrivilegesUseClusterMonitor';

const FAILURES_UNTIL_LOCKED = 5;
const ALL_PRIVILEGES = [CACHE_ADMINISTRATION, USE_CLUSTER_MONITOR];

/** A user of the emulated server; for an API token, `username` is the token and `password` is empty. */
export interface Account {
  readonly id: string;
  readonly fullName: string;
  readonly username: string;
  readonly password: string;
  readonly loginMode: LoginMode;
  readonly projectNames: 'ALL' | readonly string[];
  privileges: readonly string[];
  enabled: boolean;
  failedLogins: number;
}

/** Standard, LDAP, API token: the modes that can be scripted with what a target's secret holds. */
type LoginMode = 1 | 16 | 4096;

export const LOGIN_MODES: readonly number[] = [1, 16, 4096] satisfies LoginMode[];

type Accounts = Record<'admin' | 'ldapAdmin' | 'analyst' | 'disabled' | 'apiToken', Account>;

export function defaultAccounts(): Accounts {
  return {
    admin: account('mstr-admin', 'Emulated!Admin1', { id: '54F3D26011D2896560009A8E67019608' }),
    ldapAdmin: account('ldap-admin', 'Emulated!Ldap1', { id: '7A1C53B04B6D4D0FA1E06B4E2F1B7C01', loginMode: 16 }),
    analyst: account('analyst', 'Emulated!Analyst1', {
      id: '7A1C53B04B6D4D0FA1E06B4E2F1B7C02',
      privileges: [],
      projectNames: ['Tutorial', 'Sales'],
    }),
    disabled: account('former-admin', 'Emulated!Former1', { id: '7A1C53B04B6D4D0FA1E06B4E2F1B7C03', enabled: false }),
    apiToken: account('emulated-api-token-0b6cf7e0a1d94f7c', '', {
      id: '7A1C53B04B6D4D0FA1E06B4E2F1B7C04',
      fullName: 'API token user',
      loginMode: 4096,
    }),
  };
}

function account(username: string, password: string, rest: Partial<Account> & { id: string }): Account {
  return {
    username,
    password,
    fullName: username,
    loginMode: 1,
    projectNames: 'ALL',
    privileges: ALL_PRIVILEGES,
    enabled: true,
    failedLogins: 0,
    ...rest,
  };
}

/** Checks credentials and counts failures: a service account that keeps trying locks itself out. */
export function checkCredentials(
  accounts: readonly Account[],
  login: { loginMode: number; username: string; password: string },
): { account: Account } | { refused: Reply } {
  const found = accounts.find(
    ({ loginMode, username }) => loginMode === login.loginMode && username === login.username,
  );
  if (found !== undefined && found.failedLogins >= FAILURES_UNTIL_LOCKED) {
    return { refused: loginRefused('Too many failed login attempts: the account is locked.', -2147072513) };
  }
  if (found === undefined || found.password !== login.password) {
    if (found !== undefined) found.failedLogins += 1;
    return { refused: loginRefused('Login failure: the user name or the password is not correct.', -2147216959) };
  }
  if (!found.enabled) {
    return { refused: loginRefused('Login failure: the account is disabled.', -2147216965) };
  }
  found.failedLogins = 0;
  return { account: found };
}

function loginRefused(message: string, iServerCode: number): Reply {
  return refusal(401, 'ERR003', message, iServerCode);
}
