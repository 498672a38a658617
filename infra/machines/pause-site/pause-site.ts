import type { Machine } from '../states.ts';
import { FUNCTION_RETRY, invoke, type Place } from '../tasks.ts';

export interface PauseSiteParts extends Pick<Place, 'partition'> {
  /** The function that keeps the pause in the ledger. */
  pauseSiteArn: string;
}

/** Begins, changes or ends a pause of a target. */
export function pauseSite({ partition, pauseSiteArn }: PauseSiteParts): Machine {
  return {
    Comment:
      'Pauses a target: {"target": "city-gis", "until": "2026-11-27T06:00:00Z", "reason": "maintenance"}. An until in the past ends the pause.',
    StartAt: 'Pause',
    States: {
      Pause: {
        ...invoke({ partition }, pauseSiteArn, '$'),
        OutputPath: '$.Payload',
        Retry: FUNCTION_RETRY,
        End: true,
      },
    },
  };
}
