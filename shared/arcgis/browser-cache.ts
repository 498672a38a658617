import * as z from 'zod/mini';
import { CacheOpsError } from '../errors.ts';
import { type ServiceName, serviceLabel } from './service-name.ts';
import type { ArcgisSite } from './site.ts';

/** It is asked before a submit, which it must not hold up. */
const ANSWER_TIMEOUT_SECONDS = 10;

/** Documented as a text; 0 where it is left out. */
const serviceSchema = z.looseObject({
  properties: z.catch(z.looseObject({ cacheControlMaxAge: z.optional(z.coerce.number()) }), {}),
});

/**
 * What browsers may keep after a job, as a note: the property `cacheControlMaxAge` of the service, seconds (page "Service"
 * of the Administrator API). Whoever may not use that API gets no note. Safe to repeat.
 */
export async function browserNotes(site: ArcgisSite, service: ServiceName): Promise<string[]> {
  const { folder, name, type } = service;
  const segments = [...(folder === undefined ? [] : [folder]), `${name}.${type}`];
  try {
    const { properties } = await site.call({
      path: `admin/services/${segments.map(encodeURIComponent).join('/')}`,
      reply: serviceSchema,
      repeatable: 'never',
      answerTimeoutSeconds: ANSWER_TIMEOUT_SECONDS,
    });
    const { cacheControlMaxAge: seconds = 0 } = properties;
    if (!Number.isFinite(seconds) || seconds <= 0) return [];
    return [
      `Browsers may show tiles of ${serviceLabel(service)} for ${seconds} s after they got them, as its cacheControlMaxAge says.`,
    ];
  } catch (error) {
    if (error instanceof CacheOpsError) return [];
    throw error;
  }
}
