import * as z from 'zod/mini';
import { attribute, toItem } from './attributes.ts';
import { CLAIMS, type Claim, claimSchema, type EntryKey } from './entry.ts';
import type { LedgerTable } from './ledger-table.ts';
import { expression } from './transitions.ts';

/** The partition of the ledger that holds who makes tiles on which target. */
const PLACES = 'place';
const MAX_TRIES = 8;
/** So long a place is kept for a run that has yet to claim its service. */
const GRACE_MS = 60_000;

/** One job on a site. It is there as long as the claim of its run on a service: so its lease is that one's. */
const placeSchema = z.object({
  /** Who has it: a run, or one of the units of a plan that are at work at a time. */
  id: z.string(),
  claim: z.string(),
  holder: z.string(),
  /** Epoch milliseconds. */
  takenAt: z.number(),
});

type Place = z.output<typeof placeSchema>;

const itemSchema = z.looseObject({ version: z.optional(z.number()), places: z.optional(z.string()) });

/** The places that are still in use. */
export function placesInUse(places: readonly Place[], claims: ReadonlyMap<string, Claim>, now: number): Place[] {
  return places.filter(({ claim, holder, takenAt }) => {
    if (now - takenAt < GRACE_MS) return true;
    const { holder: held, releasedAt, leaseUntil = '' } = claims.get(claim) ?? {};
    return held === holder && releasedAt === undefined && now < Date.parse(leaseUntil);
  });
}

/** Takes one of the places of a target, or keeps the one that it has. False where none is free. */
export async function takePlace(
  ledger: LedgerTable,
  target: string,
  wanted: Omit<Place, 'takenAt'>,
  { limit, now }: { limit: number; now: number },
): Promise<boolean> {
  return await change(ledger, target, async (places) => {
    const others = (await usedPlaces(ledger, places, now)).filter(({ id }) => id !== wanted.id);
    return others.length < limit && [...others, { ...wanted, takenAt: now }];
  });
}

/** Gives a place back. */
export async function leavePlace(ledger: LedgerTable, target: string, id: string): Promise<void> {
  await change(ledger, target, async (places) => {
    const left = places.filter((place) => place.id !== id);
    return left.length < places.length && left;
  });
}

async function usedPlaces(ledger: LedgerTable, places: readonly Place[], now: number): Promise<Place[]> {
  const names = [...new Set(places.map(({ claim }) => claim))];
  const claims = await ledger.items(names.map((name): EntryKey => ({ operation: CLAIMS, name })));
  return placesInUse(places, new Map(claims.map((item) => [String(item['name']), claimSchema.parse(item)])), now);
}

/** Changes the places of a target while nobody else does. False where they are to stay as they are. */
async function change(
  ledger: LedgerTable,
  target: string,
  decide: (places: readonly Place[]) => Promise<readonly Place[] | false>,
): Promise<boolean> {
  const key = { operation: PLACES, name: target };
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const { version = 0, places = '[]' } = itemSchema.parse((await ledger.entry(key)) ?? {});
    const changed = await decide(z.array(placeSchema).parse(JSON.parse(places)));
    if (changed === false) return false;
    const set = toItem({ places: JSON.stringify(changed), version: version + 1 });
    const condition = version === 0 ? 'attribute_not_exists(#version)' : '#version = :before';
    const values = version === 0 ? {} : { ':before': attribute(version) };
    if (await ledger.write(key, expression({ set }, { condition, values }))) return true;
  }
  return false;
}
