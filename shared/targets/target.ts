import * as z from 'zod/mini';
import { addressProblem } from '../http/address.ts';
import { must } from '../schema-messages.ts';
import { serverAccessProblems } from './server-access.ts';

type Context = z.core.$RefinementCtx;

const text = z.string().check(z.refine((value) => value.trim() !== '', 'must not be blank'));
const headerText = z.string().check(z.regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces'));
/** Without slashes at its end. The look-behind keeps the time linear: tried at one slash of a row only. */
const siteUrl = z.pipe(
  z.string(),
  z.transform((value) => value.replace(/(?<!\/)\/+$/, '')),
);
/** Paths as people copy them from a browser: a path too many would send the password to a place that is not there. */
const BELOW_A_SITE = /\/(rest|admin|tokens|manager)(\/|$)/i;
const BELOW_A_PORTAL = /\/(home|sharing|portaladmin)(\/|$)/i;
/** A page, or its start; a gateway before a Library may have such a path too. */
const BELOW_A_LIBRARY = /\/(api|app)$|\/app\/(?!.*library)/i;
/** How the server is reached; `serverAccessProblems` says what fits. */
const serverAccess = {
  caCertificate: z.optional(z.string()),
  clientCertificate: z.optional(z.string()),
  clientKey: z.optional(z.string()),
  httpsProxy: z.optional(z.string()),
};

/** The secret of an ArcGIS Server or Enterprise site. Keys that are not named here are left out: rotation adds its own. */
export const arcgisTargetSchema = z
  .object({
    vendor: z.literal('arcgis', must('be arcgis, as this operation is for ArcGIS sites')),
    url: siteUrl,
    adminUrl: z.optional(siteUrl),
    portalUrl: z.optional(siteUrl),
    username: z.optional(text),
    password: z.optional(text),
    token: z.optional(headerText),
    referer: z.optional(headerText),
    hosted: z.optional(z.boolean()),
    ...serverAccess,
    allowHttp: z.optional(z.boolean()),
  })
  .check(
    z.superRefine((target, context) => {
      checkServerAccess(target, context);
      checkAddresses(target, ['url', 'adminUrl', 'portalUrl'], context);
      checkPath(target, ['url', 'adminUrl'], BELOW_A_SITE, 'https://gis.example.org/server', context);
      checkPath(target, ['portalUrl'], BELOW_A_PORTAL, 'https://maps.example.org/portal', context);
      checkCredentials(target, { login: ['username', 'password'], token: 'token' }, context);
      if (target.hosted && target.token === undefined && target.portalUrl === undefined) {
        const message =
          "is missing: the tokens of hosted services are their portal's; for ArcGIS Online it is https://www.arcgis.com";
        context.addIssue({ code: 'custom', path: ['portalUrl'], message });
      }
    }),
  );

/** The secret of a MicroStrategy or Strategy One Library server. */
export const microstrategyTargetSchema = z
  .object({
    vendor: z.literal('microstrategy', must('be microstrategy, as this operation is for MicroStrategy servers')),
    url: siteUrl,
    username: z.optional(text),
    password: z.optional(text),
    loginMode: z.optional(z.union([z.literal(1), z.literal(16)], { error: 'must be 1 (standard) or 16 (LDAP)' })),
    apiToken: z.optional(text),
    ...serverAccess,
    allowHttp: z.optional(z.boolean()),
  })
  .check(
    z.superRefine((target, context) => {
      checkServerAccess(target, context);
      checkAddresses(target, ['url'], context);
      checkPath(target, ['url'], BELOW_A_LIBRARY, 'https://bi.example.org/MicroStrategyLibrary', context);
      checkCredentials(target, { login: ['username', 'password'], token: 'apiToken' }, context);
    }),
  );

function checkServerAccess(target: Parameters<typeof serverAccessProblems>[0], context: Context): void {
  for (const [key, message] of serverAccessProblems(target)) {
    context.addIssue({ code: 'custom', path: [key], message });
  }
}

function checkAddresses(target: Record<string, unknown>, keys: string[], context: Context): void {
  for (const key of keys) {
    const address = target[key];
    if (typeof address !== 'string') continue;
    const problem = addressProblem(address, target['allowHttp'] === true);
    if (problem !== undefined) context.addIssue({ code: 'custom', path: [key], message: problem });
  }
}

function checkPath(
  target: Record<string, unknown>,
  keys: string[],
  below: RegExp,
  example: string,
  context: Context,
): void {
  for (const key of keys) {
    const path = URL.parse(String(target[key] ?? ''))?.pathname ?? '';
    const [tooMuch] = below.exec(path) ?? [];
    if (tooMuch === undefined) continue;
    const message = `must be the address alone, like ${example}, without ${tooMuch.replace(/\/$/, '')} and what follows`;
    context.addIssue({ code: 'custom', path: [key], message });
  }
}

function checkCredentials(
  target: Record<string, unknown>,
  { login, token }: { login: string[]; token: string },
  context: Context,
): void {
  const hasToken = target[token] !== undefined;
  if (hasToken && target['password'] !== undefined) {
    context.addIssue({ code: 'custom', path: [token], message: 'must not stand beside password: keep one of the two' });
  }
  for (const key of login) {
    if (hasToken || target[key] !== undefined) continue;
    context.addIssue({ code: 'custom', path: [key], message: `is missing: give ${login.join(' and ')}, or ${token}` });
  }
}
