import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type * as z from 'zod/mini';
import { AwsUnavailableError, InvalidSecretError, UnknownTargetError } from '../errors.ts';
import { awsRequestHandler } from '../http/aws-request-handler.ts';
import { parseProxy } from '../http/proxy-address.ts';
import { hideSecret } from '../http/redact.ts';
import { pathText } from '../schema-messages.ts';
import { nearKeyProblems } from './near-keys.ts';
import { arcgisTargetSchema, microstrategyTargetSchema } from './target.ts';

const CACHE_MS = 5 * 60_000;
/** What a target is, by the secret's `vendor`: one, and all of them. */
const VENDORS = {
  arcgis: ['an ArcGIS site', 'ArcGIS sites'],
  microstrategy: ['a MicroStrategy server', 'MicroStrategy servers'],
} as const;
const SECRET_KEYS = ['password', 'token', 'apiToken', 'clientKey'];

interface ReadOptions {
  /** Before the names of all secrets. */
  secretPrefix: string;
  /** Read the secret as it is now, not as it was within the last five minutes. */
  fresh?: boolean;
  /** Told the names of the keys that were left out. */
  onUnknownKeys?: (secretId: string, keys: string[]) => void;
}

type ReadTarget<S extends z.ZodMiniType> = (name: string, options: ReadOptions) => Promise<z.output<S>>;

/**
 * Reads the secret of an ArcGIS target, at most five minutes old. While the secret does not change the same object is
 * returned, so that what is known about the site (its token) can be kept beside it.
 *
 * @throws UnknownTargetError, InvalidSecretError
 */
export const readArcgisTarget = targetReader('arcgis', arcgisTargetSchema);

/** The same for a MicroStrategy target. */
export const readMicrostrategyTarget = targetReader('microstrategy', microstrategyTargetSchema);

const versions = new WeakMap<object, string>();

/** The version of the secret that a target was last read from; no secret itself. */
export function versionOf(target: object): string {
  return versions.get(target) ?? '';
}

export type Vendor = keyof typeof VENDORS;

/**
 * Refuses a target without a secret, or of the other vendor, before it is used. What else is wrong with its secret is seen
 * when it is read.
 *
 * @throws UnknownTargetError, InvalidSecretError, AwsUnavailableError
 */
export async function assertVendor(name: string, vendor: Vendor, { secretPrefix }: ReadOptions): Promise<void> {
  const secretId = `${secretPrefix}${name}`;
  const text = await readSecret(name, secretId).then(
    ({ secretText }) => secretText,
    (error: unknown) => {
      if (error instanceof InvalidSecretError) return '';
      throw error;
    },
  );
  checkVendor(parseJsonObject(text) ?? {}, vendor, name, secretId);
}

function targetReader<S extends z.ZodMiniObject>(vendor: keyof typeof VENDORS, schema: S): ReadTarget<S> {
  const cache = new Map<string, { target: z.output<S>; secretText: string; readAt: number }>();
  return async (name, { secretPrefix, fresh = false, onUnknownKeys }) => {
    const cached = cache.get(name);
    if (!fresh && cached !== undefined && Date.now() - cached.readAt < CACHE_MS) return cached.target;
    const secretId = `${secretPrefix}${name}`;
    const { secretText, version } = await readSecret(name, secretId);
    if (cached?.secretText === secretText) {
      cached.readAt = Date.now();
      versions.set(cached.target, version);
      return cached.target;
    }
    const secret = readJson(secretText, secretId);
    checkVendor(secret, vendor, name, secretId);
    const target = parseSecret(schema, secret, secretId);
    const unknownKeys = Object.keys(secret).filter((key) => !Object.hasOwn(schema.shape, key));
    if (unknownKeys.length > 0) onUnknownKeys?.(secretId, unknownKeys);
    versions.set(target, version);
    cache.set(name, { target, secretText, readAt: Date.now() });
    return target;
  };
}

let client: SecretsManagerClient | undefined;

/**
 * The text of a target's secret as it is now, and its version.
 *
 * @throws UnknownTargetError, InvalidSecretError, AwsUnavailableError
 */
export async function readSecret(name: string, secretId: string): Promise<{ secretText: string; version: string }> {
  client ??= new SecretsManagerClient({ requestHandler: awsRequestHandler });
  try {
    const { SecretString, VersionId = '' } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    if (SecretString !== undefined) return { secretText: SecretString, version: VersionId };
  } catch (error) {
    throw secretError(error, name, secretId);
  }
  throw new InvalidSecretError(`Secret ${secretId} is binary: store it as text, one JSON object.`);
}

function secretError(error: unknown, name: string, secretId: string): unknown {
  const awsName = error instanceof Error ? error.name : '';
  if (awsName === 'ResourceNotFoundException' || awsName === 'InvalidRequestException') {
    return new UnknownTargetError(
      `Target "${name}": there is no secret ${secretId} in this account and region, or it is being deleted. Create it, or correct "target" in the input.`,
    );
  }
  if (awsName === 'AccessDeniedException' || awsName === 'DecryptionFailure') {
    return new InvalidSecretError(
      `Secret ${secretId} cannot be read (${awsName}). Allow this function's role to use the secret's KMS key, and check the secret's resource policy.`,
    );
  }
  const reason = error instanceof Error ? `${awsName}: ${error.message}` : String(error);
  return new AwsUnavailableError(
    `Secret ${secretId} could not be read: Secrets Manager failed (${reason}). Try again when it works; in a VPC look at its endpoint.`,
    { cause: error },
  );
}

/**
 * The JSON object that a secret is; nothing secret of it is shown from then on.
 *
 * @throws InvalidSecretError
 */
export function readJson(secretText: string, secretId: string): Record<string, unknown> {
  const secret = parseJsonObject(secretText);
  if (secret === undefined) throw new InvalidSecretError(`Secret ${secretId} is not a JSON object.`);
  for (const key of SECRET_KEYS) {
    const value = secret[key];
    if (typeof value === 'string') hideSecret(value);
  }
  for (const value of parseProxy(String(secret['httpsProxy']))?.secrets ?? []) hideSecret(value);
  return secret;
}

/** The secret is right, and the target in the input is not. */
function checkVendor(secret: Record<string, unknown>, vendor: keyof typeof VENDORS, name: string, secretId: string) {
  const other = vendor === 'arcgis' ? 'microstrategy' : 'arcgis';
  if (secret['vendor'] !== other) return;
  throw new InvalidSecretError(
    `Target "${name}" is ${VENDORS[other][0]} (vendor in ${secretId}), and this operation is for ${VENDORS[vendor][1]}: give another target in the input.`,
  );
}

function parseSecret<S extends z.ZodMiniObject>(schema: S, secret: Record<string, unknown>, secretId: string) {
  const parsed = schema.safeParse(secret);
  const unfit = (parsed.error?.issues ?? []).map(({ path, message }) => `${pathText(path)}: ${message}`);
  const mistyped = nearKeyProblems(Object.keys(secret), Object.keys(schema.shape));
  const problems = [...unfit, ...mistyped.map(({ key, problem }) => `${key}: ${problem}`)];
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new InvalidSecretError(`Secret ${secretId} does not fit: ${problems.join('; ').replace(/[^?]$/, '$&.')}`);
}

function parseJsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? Object.fromEntries(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}
