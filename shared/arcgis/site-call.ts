import type * as z from 'zod/mini';
import type { ServerAccess } from '../http/agents.ts';
import type { Repeatable } from '../http/retry.ts';
import type { VendorAnswer } from '../http/send.ts';

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

export interface AskOptions<S extends z.core.$ZodType> {
  reply: S;
  repeatable: Repeatable;
  answerTimeoutSeconds?: number | undefined;
  parse?: SiteCall<S>['parse'] | undefined;
}
