import * as z from 'zod/mini';
import { VendorAuthError, VendorBusyError, VendorContractError, VendorRejectedError } from '../errors.ts';
import type { VendorAnswer } from '../http/send.ts';
import '../schema-messages.ts';

/** The server refused the token: 498 or 499 in either envelope, before any work. */
export class TokenRefused extends Error {}

const textsSchema = z.union([z.string(), z.array(z.string())]);

const restEnvelopeSchema = z.object({
  error: z.looseObject({
    code: z.catch(z.optional(z.coerce.number()), undefined),
    message: z.catch(z.optional(z.string()), undefined),
    details: z.catch(z.optional(textsSchema), undefined),
  }),
});

const adminEnvelopeSchema = z.object({
  status: z.catch(z.optional(z.string()), undefined),
  messages: z.catch(z.optional(textsSchema), undefined),
  code: z.catch(z.optional(z.coerce.number()), undefined),
  success: z.catch(z.optional(z.boolean()), undefined),
});

interface Refusal {
  code: number | undefined;
  text: string;
}

/**
 * What the server answered, if it is a success. Both error envelopes come with HTTP 200: `{"error":{…}}` from REST and
 * `{"status":"error","messages":[…],"code":n}` from the Admin API, and a token's end can arrive in either.
 *
 * @throws TokenRefused, VendorRejectedError, VendorBusyError, VendorContractError
 */
export function readReply<S extends z.core.$ZodType>(
  answer: VendorAnswer,
  schema: S,
  { nanIsNull = false } = {},
): z.output<S> {
  const { status, text, place } = answer;
  const json = parseJson(text) ?? (nanIsNull ? parseJson(withoutNaN(text)) : undefined);
  if (json === undefined) throw unreadable(answer);
  const refusal = findRefusal(json);
  if (refusal !== undefined) throw refusalError(refusal, answer);
  if (status < 200 || status > 299) throw unreadable(answer);
  const parsed = z.safeParse(schema, json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'answer'}: ${message}`);
  throw new VendorContractError(
    `${place} answered JSON that is not what ArcGIS documents: ${problems.slice(0, 5).join('; ')}. Check that the url in the target's secret is an ArcGIS site.`,
  );
}

/** Bare `NaN` is no JSON, and some servers write extents of services without data so. Texts are left as they are. */
function withoutNaN(text: string): string {
  return text.replace(/"(?:[^"\\]|\\[\s\S])*"?|\bNaN\b/g, (part) => (part === 'NaN' ? 'null' : part));
}

function parseJson(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function unreadable(answer: VendorAnswer): Error {
  const { status, place } = answer;
  const kind = kindOf(answer);
  if (status >= 200 && status < 300) {
    return new VendorContractError(
      `${place} answered ${kind} (HTTP ${status}) where ArcGIS answers JSON. Check the url in the target's secret; a login page or a proxy may stand before the site.`,
    );
  }
  if (status === 401) {
    return new VendorAuthError(
      `${place} answered HTTP 401: the web server before the site wants its own login (Windows or PKI). Give an address in the target's secret that leads to the site itself.`,
    );
  }
  return new VendorRejectedError(
    `${place} answered HTTP ${status} with ${kind}. Check the url (and adminUrl) in the target's secret, and whether a proxy or web adaptor blocks this path.`,
    { code: `HTTP ${status}` },
  );
}

function kindOf({ text, headers }: VendorAnswer): string {
  const coding = headers['content-encoding'];
  if (coding !== undefined) return `with content-encoding ${coding}, which was not asked for,`;
  if (text.trimStart().startsWith('<')) return 'HTML';
  if (text.trim() === '') return 'nothing';
  return parseJson(text) === undefined ? 'text that is no JSON object' : 'JSON of its own';
}

function findRefusal(json: object): Refusal | undefined {
  const rest = restEnvelopeSchema.safeParse(json);
  if (rest.success) {
    const { code, message, details = [] } = rest.data.error;
    return { code, text: [message, ...[details].flat()].filter((part) => part !== undefined && part !== '').join(' ') };
  }
  if ('error' in json && typeof json.error === 'string') return { code: undefined, text: json.error };
  const admin = adminEnvelopeSchema.safeParse(json);
  if (!admin.success) return undefined;
  const { status, messages = [], code, success } = admin.data;
  const isRefused =
    ['error', 'failed', 'failure'].includes(status?.toLowerCase() ?? '') || (code ?? 0) >= 400 || success === false;
  return isRefused ? { code, text: [messages].flat().join(' ') } : undefined;
}

function refusalError({ code, text }: Refusal, { place }: VendorAnswer): Error {
  const said = `${place}: the server refused${code === undefined ? '' : ` with code ${code}`}${text === '' ? ' without a reason' : `: ${text}`}`;
  if (code === 498 || code === 499) return new TokenRefused(said);
  if (code === 429 || code === 502 || code === 503 || code === 504 || isNotStarted(code, text)) {
    return new VendorBusyError(
      `${said}. It may be stopped, starting or overloaded: check that the service is started.`,
      {
        sent: code === 502 || code === 504 || ADAPTOR_ALONE.test(text),
      },
    );
  }
  return new VendorRejectedError(`${said}${/[.!?]$/.test(said) ? '' : '.'}${nextStep(code)}`, { code });
}

/** A stopped or restarting service answers code 500, as other failures do; only the text tells (English servers). */
function isNotStarted(code: number | undefined, text: string): boolean {
  return code === 500 && (NOT_STARTED.test(text) || ADAPTOR_ALONE.test(text));
}

const NOT_STARTED = /service may be stopped|not started|service is not available/i;
/** The web adaptor's word when no machine answered it in time: whether one of them did the work is not known. */
const ADAPTOR_ALONE = /could not access any \w+ machine/i;

function nextStep(code: number | undefined): string {
  if (code === 401 || code === 403)
    return ' If the login is valid, give it the right that it lacks: publisher or administrator for caching and refresh, administrator for clearing the REST cache.';
  if (code === 400 || code === 404) return ' Check the names in the input.';
  return " Look into the server's log for the cause.";
}
