import { read, text } from './tasks.ts';

export interface TakeTurnParts {
  partition: string;
  table: string;
  /** check-job, which also tells the time. */
  checkArn: string;
}

/** An equal run that holds the service, or that held it when this one was started. */
export const HOLDER = '$.claimed.Item.holder.S';
export const FOR_RASTERS = { Variable: '$.run.startedBy', StringEquals: 'S3' };
const IS_EQUAL = {
  And: [
    { Variable: HOLDER, IsPresent: true },
    { Variable: '$.claimed.Item.requestHash.S', StringEqualsPath: '$.request' },
    // A refresh that was submitted before a raster arrived does not cover it: only one that claimed later does.
    {
      Or: [
        { Not: FOR_RASTERS },
        { Variable: '$.claimed.Item.claimedAt.S', TimestampGreaterThanPath: '$.run.startedAt' },
      ],
    },
  ],
};
export const IS_RELEASED = (is: boolean) => ({ Variable: '$.claimed.Item.releasedAt.S', IsPresent: is });

/** Where an equal run is at work, or was when this one was started, this run ends as that one does. */
export function attachStates({ partition, table }: TakeTurnParts): object {
  const other = { operation: text('$.run.operation'), name: text(HOLDER) };
  return {
    'Who holds the service?': {
      Type: 'Choice',
      Choices: [
        {
          And: [
            { Variable: HOLDER, IsPresent: true },
            { Variable: HOLDER, StringEqualsPath: '$.run.name' },
            // Two operations may have executions of the same name.
            { Variable: '$.claimed.Item.holderOperation.S', StringEqualsPath: '$.run.operation' },
            IS_RELEASED(false),
          ],
          Next: 'Holder already',
        },
        {
          And: [
            IS_EQUAL,
            IS_RELEASED(false),
            { Variable: '$.claimed.Item.leaseUntil.S', TimestampGreaterThanPath: '$.clock.now' },
          ],
          Next: 'Look at the equal run',
        },
        {
          And: [
            IS_EQUAL,
            IS_RELEASED(true),
            { Variable: '$.claimed.Item.releasedAt.S', TimestampGreaterThanPath: '$.run.startedAt' },
          ],
          Next: 'Look at the equal run',
        },
      ],
      Default: 'Look at the queue',
    },
    'Holder already': {
      Type: 'Pass',
      Parameters: { outcome: 'holder', 'fence.$': '$.claimed.Item.fence.N' },
      End: true,
    },
    'Look at the equal run': read(partition, table, other, {
      attributes: ['finishedAt', 'result', 'error', 'cause'],
      into: 'other',
      next: 'Has the equal run ended?',
    }),
    'Has the equal run ended?': {
      Type: 'Choice',
      Choices: [
        { Variable: '$.other.Item.finishedAt.S', IsPresent: false, Next: 'Wait' },
        // It ended before this run was asked for: its end is no answer to that.
        { Variable: '$.other.Item.finishedAt.S', TimestampLessThanPath: '$.run.startedAt', Next: 'Look at the queue' },
        { Variable: '$.other.Item.result.S', IsPresent: true, Next: 'Mark as attached' },
      ],
      Default: 'Attached to a failure',
    },
    'Mark as attached': {
      Type: 'Pass',
      Parameters: { 'attachedTo.$': HOLDER },
      ResultPath: '$.mark',
      Next: 'Attached',
    },
    Attached: {
      Type: 'Pass',
      Parameters: {
        outcome: 'attached',
        'result.$': 'States.JsonMerge(States.StringToJson($.other.Item.result.S), $.mark, false)',
      },
      End: true,
    },
    'Attached to a failure': {
      Type: 'Pass',
      Parameters: {
        outcome: 'failed',
        error: { 'Error.$': '$.other.Item.error.S', 'Cause.$': '$.other.Item.cause.S' },
      },
      End: true,
    },
  };
}
