import * as z from 'zod/mini';
import { CacheOpsError } from '../errors.ts';
import type { CacheReport } from '../jobs/job-reference.ts';
import type { ArcgisSite } from './site.ts';

const REPORT_PATH = 'rest/services/System/ReportingTools/GPServer/ReportCacheStatus/execute';
/** It is asked beside a poll, which it must not hold up. */
const ANSWER_TIMEOUT_SECONDS = 10;
const COMPLETE_PERCENT = 100;
/** Servers write scales with more or fewer digits. */
const SAME_SCALE = 1e-6;

const numberSchema = z.catch(z.optional(z.coerce.number()), undefined);

const levelSchema = z.looseObject({
  scale: z.coerce.number(),
  percent: z.coerce.number(),
  expectedTileCount: numberSchema,
});

type Level = z.output<typeof levelSchema>;

const reportSchema = z.looseObject({ lodInfos: z.array(levelSchema) });

/** The report is the output's value: an object, or the text of one. The name of the output is not documented. */
const replySchema = z.looseObject({ results: z.array(z.looseObject({ value: z.unknown() })) });

/**
 * What is known before a job of how far it can be told, by the caching tools' own report ("ReportCacheStatus", as Esri's
 * Python client 2.4.4 reads it). Scales whose tiles are all there say nothing of the job that makes them anew.
 */
export async function reportBefore(
  site: ArcgisSite,
  serviceUrl: string,
  scales: readonly number[],
): Promise<CacheReport | undefined> {
  const levels = (await readLevels(site, serviceUrl)) ?? [];
  const counted = levels.filter(({ scale, percent }) => percent < COMPLETE_PERCENT && scales.some(isSameAs(scale)));
  return counted.length === 0 ? undefined : { serviceUrl, scales: counted.map(({ scale }) => scale) };
}

/** How many per cent of the tiles of these scales are there, or undefined where the server does not say. */
export async function reportedPercent(
  site: ArcgisSite,
  { serviceUrl, scales }: CacheReport,
): Promise<number | undefined> {
  const levels = (await readLevels(site, serviceUrl)) ?? [];
  const counted = levels.filter(({ scale }) => scales.some(isSameAs(scale)));
  if (counted.length < scales.length) return undefined;
  const hasCounts = counted.every(({ expectedTileCount }) => (expectedTileCount ?? 0) > 0);
  // Four tiles stand where the next larger scale has one.
  const tilesOf = ({ expectedTileCount, scale }: Level) => (hasCounts ? (expectedTileCount ?? 0) : 1 / scale ** 2);
  const all = counted.reduce((sum, level) => sum + tilesOf(level), 0);
  const done = counted.reduce((sum, level) => sum + tilesOf(level) * Math.min(level.percent, COMPLETE_PERCENT), 0);
  return Number((done / all).toFixed(1));
}

/** Safe to repeat. A server without the report, or one that cannot give it now, is no trouble of the job. */
async function readLevels(site: ArcgisSite, serviceUrl: string): Promise<Level[] | undefined> {
  try {
    const { results } = await site.call({
      path: REPORT_PATH,
      form: { service_url: serviceUrl },
      reply: replySchema,
      repeatable: 'never',
      answerTimeoutSeconds: ANSWER_TIMEOUT_SECONDS,
    });
    return results.map(({ value }) => reportSchema.safeParse(parsed(value)).data?.lodInfos).find((found) => found);
  } catch (error) {
    if (error instanceof CacheOpsError) return undefined;
    throw error;
  }
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function isSameAs(scale: number): (other: number) => boolean {
  return (other) => Math.abs(scale - other) <= SAME_SCALE * other;
}
