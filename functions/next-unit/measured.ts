import * as z from 'zod/mini';
import type { Entry } from '../../shared/ledger/entry.ts';
import type { LedgerTable } from '../../shared/ledger/ledger-table.ts';
import { KEPT_MEASUREMENTS, type Measured } from './estimate.ts';

/** Runs of other services lie between: no more pages of them are read. */
const MAX_PAGES = 5;

const inputSchema = z.looseObject({ updateMode: z.optional(z.string()) });

/** What the jobs have in common that are measured together. */
export interface Work {
  operation: string;
  target: string;
  /** `Folder/Name.Type`. */
  service: string;
  updateMode: string;
}

/** Tiles and seconds of the last jobs of a service in one mode: of single runs and of units of plans. */
export async function lastMeasured(work: Work, ledger: LedgerTable): Promise<Measured> {
  const measured: [number, number][] = [];
  let pages = 0;
  for await (const page of ledger.latest(work.operation)) {
    measured.push(...page.flatMap((entry) => measurementOf(entry, work)));
    pages += 1;
    if (measured.length >= KEPT_MEASUREMENTS || pages >= MAX_PAGES) break;
  }
  return measured.slice(0, KEPT_MEASUREMENTS);
}

function measurementOf(entry: Entry, { target, service, updateMode }: Work): [number, number][] {
  const { tiles, submittedAt, finishedAt, input = '{}' } = entry;
  const isIts = entry.status === 'succeeded' && entry.target === target && entry.service === service;
  if (!isIts || tiles === undefined || submittedAt === undefined || finishedAt === undefined) return [];
  if (z.safeParse(inputSchema, jsonOf(input)).data?.updateMode !== updateMode) return [];
  return [[tiles, (Date.parse(finishedAt) - Date.parse(submittedAt)) / 1000]];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
