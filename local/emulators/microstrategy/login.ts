import { checkCredentials, LOGIN_MODES } from './accounts.ts';
import type { Reply } from './replies.ts';
import { NO_CONTENT, refusal } from './replies.ts';
import type { LibraryRequest, ServerState } from './routes.ts';
import { isAtLeast } from './server-version.ts';

/** Guest, trusted, Kerberos, SAML, OIDC: real modes, none of them switched on here. */
const DISABLED_LOGIN_MODES = [8, 64, 128, 1048576, 4194304];
const PYTHON_APPLICATION = 76;
const PYTHON_APPLICATION_VERSION = '11.5.0600';

/** `POST /api/auth/login`: 204, the token in a header, three cookies. */
export function logIn(state: ServerState, { headers, body }: LibraryRequest): Reply {
  const fields = readFields(headers['content-type'] ?? '', body);
  if ('refused' in fields) return fields.refused;
  const login = readLogin(fields.values, state.serverVersion);
  if ('refused' in login) return login.refused;
  const checked = checkCredentials(state.accounts, login.values);
  if ('refused' in checked) return checked.refused;
  const { session, cookies } = state.sessions.open(checked.account);
  return { ...NO_CONTENT, headers: { 'X-MSTR-AuthToken': session.token }, cookies };
}

interface Login {
  loginMode: number;
  username: string;
  password: string;
}

type Parsed<T> = { values: T } | { refused: Reply };

function readFields(contentType: string, body: string): Parsed<Map<string, unknown>> {
  if (body.trim() === '') return bad('ERR005', 'Required request body is missing');
  if (contentType.startsWith('application/x-www-form-urlencoded')) {
    return { values: new Map(new URLSearchParams(body)) };
  }
  if (!contentType.startsWith('application/json')) {
    return { refused: refusal(415, 'ERR001', 'HTTP 415 Unsupported Media Type') };
  }
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return { values: new Map(Object.entries(parsed)) };
    }
  } catch {
    // Falls through to the refusal of every body that is no object.
  }
  return bad('ERR006', 'Request body is not a valid JSON object');
}

function readLogin(fields: ReadonlyMap<string, unknown>, serverVersion: string): Parsed<Login> {
  // No source says that the mode is required; 1, the standard one, is the documented default of clients.
  const loginMode = wholeNumber(fields.get('loginMode') ?? 1);
  const username = fields.get('username');
  const password = fields.get('password') ?? '';
  if (username === undefined || username === '') return bad('ERR007', 'Missing required field: username');
  if (typeof username !== 'string' || typeof password !== 'string') {
    return bad('ERR006', 'username and password must be strings');
  }
  if (loginMode === undefined) return bad('ERR006', 'loginMode must be a number');
  if (DISABLED_LOGIN_MODES.includes(loginMode)) {
    return { refused: refusal(401, 'ERR003', `Login mode ${loginMode} is not enabled on this server.`) };
  }
  if (!LOGIN_MODES.includes(loginMode)) return bad('ERR006', `${loginMode} is not a login mode`);
  if (fields.has('applicationType') && !isApplicationType(wholeNumber(fields.get('applicationType')), serverVersion)) {
    return bad('ERR006', 'applicationType: constraint violations');
  }
  return { values: { loginMode, username, password } };
}

function isApplicationType(value: number | undefined, serverVersion: string): boolean {
  if (value === PYTHON_APPLICATION) return isAtLeast(serverVersion, PYTHON_APPLICATION_VERSION);
  return value !== undefined;
}

/** Form fields arrive as text. */
function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined;
}

function bad(code: string, message: string): { refused: Reply } {
  return { refused: refusal(400, code, message) };
}
