import { comment, examples } from '../examples.ts';
import type { Machine } from '../states.ts';
import { FUNCTION_RETRY, invoke, type Place } from '../tasks.ts';

export interface PauseSiteParts extends Pick<Place, 'partition'> {
  /** The function that keeps the pause in the ledger. */
  pauseSiteArn: string;
}

/** Begins, changes or ends a pause of a target. */
export function pauseSite({ partition, pauseSiteArn }: PauseSiteParts): Machine {
  return {
    Comment: comment('Pauses a target until then; an until in the past ends the pause.', examples['pause-site']),
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
