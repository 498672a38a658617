import { CLAIMS, WAITING_INDEX } from '../constructs/ledger.ts';
import { attachStates, HOLDER, IS_REFRESH, IS_RELEASED, type TakeTurnParts } from './attach-states.ts';
import { FUNCTION_RETRY, invoke, LEDGER_RETRY, NOT_IF_REFUSED, namesIn, REFUSED, read, text } from './tasks.ts';

/** One look costs about 25 events of a history. */
const LOOKS_PER_WINDOW = 200;

const CLAIM = { operation: text(CLAIMS), name: text('$.claim') };

/**
 * One window of waiting for a service. Ends well with an `outcome`: `holder` (the service is this run's, with a fencing
 * number and since when), `attach` (an equal run is at work: to be looked at from now on), `detach` (that one is gone: back
 * into the queue), `attached` (it has ended: its result), `failed` (an error), or `again`.
 */
export function takeTurnDefinition(parts: TakeTurnParts): object {
  return {
    StartAt: 'Begin',
    States: {
      Begin: { Type: 'Pass', Result: { count: 0 }, ResultPath: '$.looks', Next: 'Look at the clock' },
      'Look at the clock': {
        ...invoke(parts.partition, parts.checkArn, { Payload: { clock: { 'since.$': '$.run.startedAt' } } }),
        ResultSelector: {
          'now.$': '$.Payload.now',
          'leaseUntil.$': '$.Payload.leaseUntil',
          'longAgo.$': '$.Payload.longAgo',
          'waitSeconds.$': '$.Payload.waitSeconds',
        },
        ResultPath: '$.clock',
        Retry: FUNCTION_RETRY,
        Next: 'Look at the claim',
      },
      'Look at the claim': read(parts.partition, parts.table, CLAIM, {
        attributes: ['holder', 'holderOperation', 'requestHash', 'fence', 'claimedAt', 'leaseUntil', 'releasedAt'],
        into: 'claimed',
        next: 'Who holds the service?',
      }),
      ...attachStates(parts),
      ...queue(parts),
      ...wait(),
    },
  };
}

/** First come, first served: only the oldest of those that wait may claim, and only one claim is ever accepted. */
function queue({ partition, table }: TakeTurnParts): object {
  const isAhead = '#waitingFor = :claim AND #ticket < :ticket';
  return {
    'Look at the queue': {
      Type: 'Task',
      Resource: `arn:${partition}:states:::aws-sdk:dynamodb:query`,
      Parameters: {
        TableName: table,
        IndexName: WAITING_INDEX,
        // The entries themselves would fill the state.
        Select: 'COUNT',
        KeyConditionExpression: isAhead,
        ExpressionAttributeNames: namesIn(isAhead),
        ExpressionAttributeValues: { ':claim': text('$.claim'), ':ticket': text('$.run.ticket') },
      },
      ResultSelector: { 'ahead.$': '$.Count' },
      ResultPath: '$.queue',
      Retry: LEDGER_RETRY,
      Next: 'Is it the turn of this run?',
    },
    // The index follows the table by a moment: where two take themselves for the first, the claim decides.
    'Is it the turn of this run?': {
      Type: 'Choice',
      Choices: [
        { Variable: '$.queue.ahead', NumericEquals: 0, Next: 'Claim the service' },
        // Whoever waits looks every quarter of an hour at least: those ahead are gone without a word.
        {
          And: [
            IS_RELEASED(true),
            { Variable: '$.claimed.Item.releasedAt.S', TimestampLessThanPath: '$.clock.longAgo' },
          ],
          Next: 'Claim the service',
        },
        {
          And: [
            { Variable: HOLDER, IsPresent: true },
            { Variable: '$.claimed.Item.leaseUntil.S', TimestampLessThanPath: '$.clock.longAgo' },
          ],
          Next: 'Claim the service',
        },
      ],
      Default: 'May it wait?',
    },
    // At its second look: of those that start together the first has left the queue by then, and equal ones attach to it.
    'May it wait?': {
      Type: 'Choice',
      Choices: [
        {
          And: [
            { Variable: '$.isNew', BooleanEquals: true },
            // Of equal refreshes that wait all but the first end with its job.
            { Not: IS_REFRESH },
            { Variable: '$.looks.count', NumericEquals: 1 },
            { Variable: '$.queue.ahead', NumericGreaterThanEqualsPath: '$.maxWaiting' },
          ],
          Next: 'Too many wait',
        },
      ],
      Default: 'Wait',
    },
    'Too many wait': {
      Type: 'Pass',
      Parameters: {
        outcome: 'failed',
        error: {
          Error: 'VendorBusyError',
          'Cause.$':
            "States.Format('{} runs wait for {} already, the limit of the settings (jobs.maxWaiting). Nothing was submitted; start it again when they are through.', $.maxWaiting, $.claim)",
        },
      },
      End: true,
    },
    'Claim the service': claim(partition, table),
    Holder: {
      Type: 'Pass',
      Parameters: { outcome: 'holder', 'fence.$': '$.granted.Attributes.fence.N', 'claimedAt.$': '$.clock.now' },
      End: true,
    },
  };
}

function claim(partition: string, table: string): object {
  const expression =
    'SET #holder = :me, #holderOperation = :operation, #requestHash = :request, #claimedAt = :now, #leaseUntil = :leaseUntil REMOVE #releasedAt ADD #fence :one';
  const condition = 'attribute_not_exists(#holder) OR attribute_exists(#releasedAt) OR #leaseUntil < :now';
  return {
    Type: 'Task',
    Resource: `arn:${partition}:states:::dynamodb:updateItem`,
    Parameters: {
      TableName: table,
      Key: CLAIM,
      UpdateExpression: expression,
      ConditionExpression: condition,
      ExpressionAttributeNames: namesIn(expression, condition),
      ExpressionAttributeValues: {
        ':me': text('$.run.name'),
        ':operation': text('$.run.operation'),
        ':request': text('$.request'),
        ':now': text('$.clock.now'),
        ':leaseUntil': text('$.clock.leaseUntil'),
        ':one': { N: '1' },
      },
      ReturnValues: 'UPDATED_NEW',
    },
    ResultPath: '$.granted',
    Retry: [...NOT_IF_REFUSED, ...LEDGER_RETRY],
    Catch: [{ ErrorEquals: [REFUSED], ResultPath: null, Next: 'May it wait?' }],
    Next: 'Holder',
  };
}

function wait(): object {
  return {
    Wait: { Type: 'Wait', SecondsPath: '$.clock.waitSeconds', Next: 'Count the looks' },
    'Count the looks': {
      Type: 'Pass',
      Parameters: { 'count.$': 'States.MathAdd($.looks.count, 1)' },
      ResultPath: '$.looks',
      Next: 'Is the window full?',
    },
    'Is the window full?': {
      Type: 'Choice',
      Choices: [{ Variable: '$.looks.count', NumericGreaterThanEquals: LOOKS_PER_WINDOW, Next: 'Again' }],
      Default: 'Look at the clock',
    },
    Again: { Type: 'Pass', Parameters: { outcome: 'again', 'attach.$': '$.attach' }, End: true },
  };
}
