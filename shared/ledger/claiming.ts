import { type Attribute, attribute, toItem } from './attributes.ts';
import type { EntryKey } from './entry.ts';
import { type Expression, expression } from './transitions.ts';

/** What is written when a service is claimed. Times are ISO 8601. */
export interface NewClaim {
  holder: EntryKey;
  requestHash: string;
  now: string;
  leaseUntil: string;
}

/** A claim is granted where nobody holds the service, where it was released, or where the lease has run out. */
const CLAIMABLE = 'attribute_not_exists(#holder) OR attribute_exists(#releasedAt) OR #leaseUntil < :claimedAt';
const MINE = '#holder = :me AND #holderOperation = :operation AND attribute_not_exists(#releasedAt)';

/** Claims a service, and counts the claim. */
export function claiming({ holder, requestHash, now, leaseUntil }: NewClaim): Expression<Attribute> {
  const set = toItem({
    holder: holder.name,
    holderOperation: holder.operation,
    requestHash,
    claimedAt: now,
    leaseUntil,
  });
  const change = expression({ set }, { condition: CLAIMABLE });
  return {
    ...change,
    UpdateExpression: `${change.UpdateExpression} REMOVE #releasedAt ADD #fence :one`,
    ExpressionAttributeNames: { ...change.ExpressionAttributeNames, '#fence': 'fence' },
    ExpressionAttributeValues: { ...change.ExpressionAttributeValues, ':one': attribute(1) },
  };
}

/** Changes a claim while it is still this run's. */
export function changeOfClaim(
  holder: EntryKey,
  set: { leaseUntil?: string; releasedAt?: string },
): Expression<Attribute> {
  const mine = toItem({ ':me': holder.name, ':operation': holder.operation });
  return expression({ set: toItem(set) }, { condition: MINE, values: mine });
}
