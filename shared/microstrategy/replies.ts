import * as z from 'zod/mini';
import { VendorAuthError, VendorContractError, VendorRejectedError } from '../errors.ts';
import { parseJson } from '../http/json.ts';
import { listOf } from '../http/list-of.ts';
import type { VendorAnswer } from '../http/send.ts';

/** The session is gone, or its cookies did not arrive: 401, and not for the credentials. */
export class SessionRefused extends Error {}

const errorSchema = z.looseObject({
  code: z.catch(z.optional(z.string()), undefined),
  iServerCode: z.catch(z.optional(z.coerce.number()), undefined),
  /** The vendor's other spelling, in one of its samples. */
  IserverCode: z.catch(z.optional(z.coerce.number()), undefined),
  message: z.catch(z.optional(z.string()), undefined),
  ticketId: z.catch(z.optional(z.string()), undefined),
  success: z.catch(z.optional(z.boolean()), undefined),
  /** Not the vendor's: a gateway's word. */
  error: z.catch(z.optional(z.string()), undefined),
});

/** The envelope, also where it is wrapped in `errors`. */
const envelopeSchema = z.union([
  z.pipe(
    z.object({ errors: listOf(errorSchema).check(z.minLength(1)) }),
    z.transform(({ errors: [first] }) => first ?? {}),
  ),
  errorSchema,
]);

/** `ERR014` on the wire, `ERR0014` in the vendor's table: the number is what counts. */
const CREDENTIALS_REFUSED = 3;

/** Login failed, password to be renewed or expired, account disabled, too many failed logins. */
const LOGIN_REFUSALS = [-2147216959, -2147216960, -2147216963, -2147216965, -2147072513];

const RIGHTS =
  'Give the user the privilege and the access to the project that it lacks: purging wants Cache Administration, and of content and cube caches also those of the cluster, cache and cube monitors.';
const LOG = "Look into the server's log for the cause.";

/**
 * Nothing to return: the answer is a success.
 *
 * @throws SessionRefused, VendorAuthError, VendorRejectedError
 */
export function assertSuccess(answer: VendorAnswer): void {
  const { status, place } = answer;
  const envelope = readEnvelope(answer);
  const { code, message, ticketId, success, error } = envelope;
  const iServerCode = envelope.iServerCode ?? envelope.IserverCode;
  const isRefusedWithin = success === false || [code, iServerCode, error].some((word) => word !== undefined);
  if (status >= 200 && status < 300 && !isRefusedWithin) return;
  const said = [code, iServerCode, message, error].filter((part) => part !== undefined && part !== '').join(' ');
  const ticket = ticketId === undefined ? '' : ` (ticket ${ticketId}, for the vendor's support)`;
  const refusal = `${place}: the server refused with HTTP ${status}${said === '' ? ' and no reason' : `: ${said.replace(/\.$/, '')}`}${ticket}`;
  const number = Number(/^ERR(\d+)$/.exec(code ?? '')?.[1]);
  const isLoginRefused = number === CREDENTIALS_REFUSED || LOGIN_REFUSALS.includes(iServerCode ?? 0);
  if (isLoginRefused) throw new VendorAuthError(`${refusal}. Check the user in the target's secret.`);
  // With ERR009 in most cases; a load balancer says it with the status alone.
  if (status === 401) throw new SessionRefused(refusal);
  throw new VendorRejectedError(`${refusal}. ${status === 403 ? RIGHTS : LOG}`, {
    code: code ?? `HTTP ${status}`,
    iServerCode,
    httpStatus: status,
  });
}

/**
 * An answer without a body, as the vendor documents it (204). A login page with HTTP 200 is no success.
 *
 * @throws what {@link assertSuccess} throws, and VendorContractError
 */
export function assertNoContent(answer: VendorAnswer): void {
  assertSuccess(answer);
  if (answer.text.trim() === '' || isObject(parseJson(answer))) return;
  throw notDocumented(answer);
}

/**
 * The body of a successful answer.
 *
 * @throws what {@link assertSuccess} throws, and VendorContractError
 */
export function readReply<S extends z.core.$ZodType>(answer: VendorAnswer, schema: S): z.output<S> {
  assertSuccess(answer);
  const parsed = z.safeParse(schema, parseJson(answer));
  if (parsed.success) return parsed.data;
  throw notDocumented(answer);
}

/** The error for a whole answer that is not what MicroStrategy documents. */
export function notDocumented({ status, headers, text, place }: VendorAnswer): VendorContractError {
  const coding = headers['content-encoding'];
  const plainKind = text.trimStart().startsWith('<') ? 'HTML' : 'an answer';
  const kind = coding === undefined ? plainKind : `an answer with content-encoding ${coding}, which was not asked for,`;
  return new VendorContractError(
    `${place} answered HTTP ${status} with ${kind} that is not what MicroStrategy documents. Check that the url in the target's secret is a Library server (…/MicroStrategyLibrary), with no login page or proxy before it.`,
  );
}

function readEnvelope(answer: VendorAnswer): z.output<typeof errorSchema> {
  const envelope = envelopeSchema.safeParse(parseJson(answer));
  return envelope.success ? envelope.data : {};
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
