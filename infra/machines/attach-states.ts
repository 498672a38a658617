import { read, text } from './tasks.ts';

export interface TakeTurnParts {
  partition: string;
  table: string;
  /** check-job, which also tells the time. */
  checkArn: string;
}

/** Who holds the service, or held it last. */
export const HOLDER = '$.claimed.Item.holder.S';
/** It promises that what is there now is seen. */
export const IS_REFRESH = { Variable: '$.run.operation', StringEquals: 'refresh-service' };
/** The equal run that is looked at. */
const OTHER = '$.equal.name';
/** The equal run that this one has left the queue for, window after window. */
const IS_ATTACHED = { Variable: '$.attach.name', IsPresent: true };
const IS_EQUAL = {
  And: [
    { Variable: HOLDER, IsPresent: true },
    { Variable: '$.claimed.Item.requestHash.S', StringEqualsPath: '$.request' },
    // A refresh that was submitted before this one was asked for may not show all: only one that claimed since does.
    {
      Or: [
        { Not: IS_REFRESH },
        { Variable: '$.claimed.Item.claimedAt.S', TimestampGreaterThanEqualsPath: '$.run.startedAt' },
      ],
    },
  ],
};
export const IS_RELEASED = (is: boolean) => ({ Variable: '$.claimed.Item.releasedAt.S', IsPresent: is });
const IS_LEASED = { Variable: '$.claimed.Item.leaseUntil.S', TimestampGreaterThanPath: '$.clock.now' };
const IS_FINISHED = (is: boolean) => ({ Variable: '$.other.Item.finishedAt.S', IsPresent: is });
const IS_AT_WORK = [
  IS_FINISHED(false),
  { Variable: HOLDER, IsPresent: true },
  { Variable: HOLDER, StringEqualsPath: OTHER },
  IS_RELEASED(false),
  IS_LEASED,
];
/** Gone without a word, or ended before this run was asked for. */
const IS_NO_ANSWER = {
  Or: [IS_FINISHED(false), { Variable: '$.other.Item.finishedAt.S', TimestampLessThanPath: '$.run.startedAt' }],
};

/**
 * Where an equal run is at work, or was when this one was started, this run ends as that one does. It leaves the queue
 * meanwhile, and keeps the other's name: the service may be somebody else's by the next look.
 */
export function attachStates({ partition, table }: TakeTurnParts): object {
  const other = { operation: text('$.run.operation'), name: text(OTHER) };
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
        { ...IS_ATTACHED, Next: 'Take the run attached to' },
        { And: [IS_EQUAL, IS_RELEASED(false), IS_LEASED], Next: 'Take the holder' },
        {
          And: [
            IS_EQUAL,
            IS_RELEASED(true),
            { Variable: '$.claimed.Item.releasedAt.S', TimestampGreaterThanEqualsPath: '$.run.startedAt' },
          ],
          Next: 'Take the holder',
        },
      ],
      Default: 'Look at the queue',
    },
    'Holder already': {
      Type: 'Pass',
      Parameters: {
        outcome: 'holder',
        'fence.$': '$.claimed.Item.fence.N',
        'claimedAt.$': '$.claimed.Item.claimedAt.S',
      },
      End: true,
    },
    'Take the run attached to': {
      Type: 'Pass',
      InputPath: '$.attach',
      ResultPath: '$.equal',
      Next: 'Look at the equal run',
    },
    'Take the holder': {
      Type: 'Pass',
      Parameters: { 'name.$': HOLDER },
      ResultPath: '$.equal',
      Next: 'Look at the equal run',
    },
    'Look at the equal run': read(partition, table, other, {
      attributes: ['finishedAt', 'result', 'error', 'cause'],
      into: 'other',
      next: 'Has the equal run ended?',
    }),
    // A run's end is in its entry before it frees the service: one that has neither is gone without a word.
    'Has the equal run ended?': {
      Type: 'Choice',
      Choices: [
        { And: [...IS_AT_WORK, IS_ATTACHED], Next: 'Wait' },
        { And: IS_AT_WORK, Next: 'Attach' },
        { And: [IS_NO_ANSWER, IS_ATTACHED], Next: 'Detach' },
        { ...IS_NO_ANSWER, Next: 'Look at the queue' },
        { Variable: '$.other.Item.result.S', IsPresent: true, Next: 'Mark as attached' },
      ],
      Default: 'Attached to a failure',
    },
    Attach: { Type: 'Pass', Parameters: { outcome: 'attach', 'attach.$': '$.equal' }, End: true },
    Detach: { Type: 'Pass', Result: { outcome: 'detach', attach: {} }, End: true },
    ...attachedEnds(),
  };
}

/** The equal run's end becomes this run's. */
function attachedEnds(): object {
  return {
    'Mark as attached': {
      Type: 'Pass',
      Parameters: { 'attachedTo.$': OTHER },
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
