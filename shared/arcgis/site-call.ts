import type * as z from 'zod/mini';
import { VendorRejectedError } from '../errors.ts';
import type { Repeatable } from '../http/retry.ts';
import type { VendorAnswer } from '../http/send.ts';
import { TokenRefused } from './replies.ts';

/** One call of a site. */
export interface SiteCall<S extends z.core.$ZodType> {
  /** `rest/services/…` or `admin/…`, below the site, every segment encoded. */
  path: string;
  /** `GET` for the few resources that are documented without POST. @defaultValue 'POST' */
  method?: 'GET';
  /** The fields of the form, or of a GET's query: never a secret. */
  form?: Record<string, string>;
  reply: S;
  /** What the answer's text stands for, where that is not simply its JSON. */
  parse?: (answer: VendorAnswer) => unknown;
  /** Whether the call may be made again; reads may always. */
  repeatable?: Repeatable;
  answerTimeoutSeconds?: number;
  /** The call changes something: in a dry run it is not sent, and this is its answer. */
  answerInDryRun?: z.input<S>;
  /** Told how the call itself failed, never how its sign-in did: gives an answer in its place, or throws. */
  recover?: (error: unknown) => z.input<S> | Promise<z.input<S>>;
}

/** Before any work; with HTTP 5xx a gateway may stand between the refusal and the work. */
export function isCertain(error: unknown): boolean {
  return error instanceof TokenRefused && (error.httpStatus ?? 0) < 500;
}

/** A web adaptor's or a firewall's page in the place of the Admin API. */
export function isShutOff(error: unknown): boolean {
  return error instanceof VendorRejectedError && /^HTTP 40[345]$/.test(String(error.code));
}
