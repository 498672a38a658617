import * as z from 'zod/mini';
import { VendorAuthError, VendorBusyError, VendorContractError, VendorRejectedError } from '../errors.ts';
import { parseJson } from '../http/json.ts';
import { redact } from '../http/redact.ts';
import type { VendorAnswer } from '../http/send.ts';
import '../schema-messages.ts';

/** The server refused the token: 498 or 499 in either envelope, before any work. */
export class TokenRefused extends VendorRejectedError {}

const restEnvelopeSchema = z.object({
  error: z.looseObject({
    code: z.optional(z.unknown()),
    message: z.catch(z.optional(z.string()), undefined),
    details: z.optional(z.unknown()),
  }),
});

const adminEnvelopeSchema = z.object({
  status: z.catch(z.optional(z.string()), undefined),
  messages: z.optional(z.unknown()),
  code: z.optional(z.unknown()),
  /** As text too. */
  success: z.optional(z.unknown()),
});

interface Refusal {
  /** ArcGIS' own. Without it the words may be a gateway's. */
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
  parse: (answer: VendorAnswer) => unknown = parseJson,
): z.output<S> {
  const { status, place } = answer;
  const value = parse(answer);
  const json = typeof value === 'object' && value !== null ? value : undefined;
  const refusal = json === undefined ? undefined : findRefusal(json);
  if (status >= 500 && refusal?.code === undefined) throw serverFailed(answer, json, refusal);
  if (json === undefined) throw unreadable(answer, json);
  if (refusal !== undefined) throw refusalError(refusal, answer);
  if (status < 200 || status > 299) throw unreadable(answer, json);
  const read = z.safeParse(schema, json);
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => `${path.join('.') || 'answer'}: ${message}`);
  throw new VendorContractError(
    `${place} answered JSON that is not what ArcGIS documents: ${problems.slice(0, 5).join('; ')}. Check that the url in the target's secret is an ArcGIS site.`,
  );
}

function unreadable(answer: VendorAnswer, json: object | undefined): Error {
  const { status, place } = answer;
  const kind = kindOf(answer, json);
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
    { code: `HTTP ${status}`, httpStatus: status },
  );
}

/** HTTP 5xx without a code of ArcGIS' own says nothing of what was asked: the server or a gateway failed. */
function serverFailed(answer: VendorAnswer, json: object | undefined, refusal: Refusal | undefined): VendorBusyError {
  const { status, place } = answer;
  const said = refusal === undefined || refusal.text === '' ? '' : ` ("${refusal.text}")`;
  return new VendorBusyError(
    `${place} answered HTTP ${status} with ${kindOf(answer, json)}${said}: the server, or what stands before it, failed. Try again later; if it stays so, look into the server's log and at its load balancer.`,
    { sent: true, httpStatus: status },
  );
}

function kindOf({ text, headers }: VendorAnswer, json: object | undefined): string {
  const coding = headers['content-encoding'];
  if (coding !== undefined) return `with content-encoding ${coding}, which was not asked for,`;
  if (text.trimStart().startsWith('<')) return 'HTML';
  if (text.trim() === '') return 'nothing';
  return json === undefined ? 'text that is no JSON object' : 'JSON of its own';
}

function findRefusal(json: object): Refusal | undefined {
  const rest = restEnvelopeSchema.safeParse(json);
  if (rest.success) {
    const { code, message, details } = rest.data.error;
    return refusal(ownCode(code), code, [message, ...texts(details)]);
  }
  if ('error' in json && typeof json.error === 'string') return refusal(undefined, undefined, [json.error]);
  const admin = adminEnvelopeSchema.safeParse(json);
  if (!admin.success) return undefined;
  const { status, messages, code, success } = admin.data;
  const isError = ['error', 'failed', 'failure'].includes(status?.toLowerCase() ?? '');
  const own = ownCode(code);
  if (!isError && !isFalse(success) && (own ?? 0) < 400) return undefined;
  // A code alone is everybody's; only of a token's end nobody else speaks so.
  const isOwn = isError || messages !== undefined || own === 498 || own === 499;
  return refusal(isOwn ? own : undefined, code, texts(messages));
}

const MAX_TEXTS = 20;
const MAX_TEXT_CHARACTERS = 4_000;

function isFalse(success: unknown): boolean {
  return success === false || (typeof success === 'string' && /^false$/i.test(success));
}

function texts(given: unknown): string[] {
  return [given]
    .flat()
    .slice(0, MAX_TEXTS)
    .filter((text) => typeof text === 'string');
}

function refusal(code: number | undefined, given: unknown, parts: (string | undefined)[]): Refusal {
  const isForeign = code === undefined && (typeof given === 'string' || typeof given === 'number');
  const said = [isForeign ? `code ${given}` : undefined, ...parts];
  const text = said.filter((part) => part !== undefined && part !== '').join(' ');
  return { code, text: redact(text, MAX_TEXT_CHARACTERS) };
}

/** A whole number, also as text. ArcGIS' codes are those of HTTP, its own from 498 on, and negative ones of Windows. */
function ownCode(given: unknown): number | undefined {
  const code = typeof given === 'string' && /^-?\d{3,10}$/.test(given) ? Number(given) : given;
  return typeof code === 'number' && Number.isInteger(code) && Math.abs(code) >= 400 ? code : undefined;
}

function refusalError({ code, text }: Refusal, { place, status }: VendorAnswer): Error {
  const said = `${place}: the server refused${code === undefined ? '' : ` with code ${code}`}${text === '' ? ' without a reason' : `: ${text}`}`;
  if (code === 498 || code === 499) return new TokenRefused(said, { code, httpStatus: status });
  if (code === 429 || code === 502 || code === 503 || code === 504 || isNotStarted(code, text)) {
    return new VendorBusyError(
      `${said.replace(/\.$/, '')}. It may be stopped, starting or overloaded: check that the service is started.`,
      {
        sent: status >= 500 || code === 502 || code === 504 || ADAPTOR_ALONE.test(text),
        httpStatus: status,
      },
    );
  }
  const next = code === undefined ? NO_CODE : nextStep(code);
  return new VendorRejectedError(`${said}${/[.!?]$/.test(said) ? '' : '.'}${next}`, { code, httpStatus: status });
}

/** A stopped or restarting service answers code 500, as other failures do; only the text tells (English servers). */
function isNotStarted(code: number | undefined, text: string): boolean {
  return code === 500 && (NOT_STARTED.test(text) || ADAPTOR_ALONE.test(text));
}

const NOT_STARTED = /service may be stopped|not started|service is not available/i;
/** The web adaptor's word when no machine answered it in time: whether one of them did the work is not known. */
const ADAPTOR_ALONE = /could not access any \w+ machine/i;

const NO_CODE =
  " It has no code of ArcGIS' own, so something before the site may have said it: look there, and into the server's log.";

function nextStep(code: number): string {
  if (code === 401 || code === 403)
    return ' If the login is valid, give it the right that it lacks: publisher or administrator for caching and refresh, administrator for clearing the REST cache.';
  if (code === 400 || code === 404) return ' Check the names in the input.';
  return " Look into the server's log for the cause.";
}
