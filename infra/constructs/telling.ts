import { Stack } from 'aws-cdk-lib';
import type { Rule } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { OPEN_INDEX } from '../../shared/ledger/entry.ts';
import type { Settings } from '../settings/settings.ts';
import type { Alarms } from './alarms.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { EncryptionKey } from './encryption-key.ts';
import type { Ledger } from './ledger.ts';
import { Notices } from './notices.ts';
import type { Notifications } from './notifications.ts';
import type { OperationFunction, OperationFunctionProps } from './operation-function.ts';
import { mayPutEvents, RunEvents } from './run-events.ts';

export type DecisionProps = Pick<
  OperationFunctionProps,
  'description' | 'environment' | 'access' | 'failures' | 'retries'
>;

interface TellingProps {
  readonly ledger: Ledger;
  readonly everyHour: Rule;
  readonly settings: Settings['notifications'];
  readonly notifications: Notifications | undefined;
  /** Adds a function that has the ledger and no secret. */
  readonly decision: (name: string, props: DecisionProps) => OperationFunction;
  readonly encryptionKey: EncryptionKey;
  readonly alarms: Alarms;
}

/** All by which others hear of runs: events for programs, notices for people. */
export function addTelling(scope: Construct, props: TellingProps): void {
  const { ledger, everyHour, decision, encryptionKey, alarms } = props;
  new RunEvents(scope, 'RunEvents', {
    ledger,
    tellOfRuns: decision('tell-of-runs', {
      description: 'Tells the event bus what becomes of runs.',
      environment: { LEDGER_TABLE: ledger.tableName, STACK: Stack.of(scope).stackName },
      access: [
        ...ledger.decisionAccess(['GetItem', 'BatchGetItem', 'UpdateItem'], OPEN_INDEX),
        ...ledger.streamAccess(),
        mayPutEvents(scope),
      ],
    }),
    everyHour,
    encryptionKey,
    alarms,
  });
  addNotices(scope, props);
}

function addNotices(scope: Construct, props: TellingProps): void {
  const { ledger, settings, notifications, decision, encryptionKey, alarms } = props;
  if (settings === undefined || notifications === undefined) return;
  const unsent = new DeadLetterQueue(scope, 'UnsentNotices', {
    encryptionKey,
    alarms,
    meaning: 'People could not be told of a run: the message says of which.',
  });
  const sendNotices = decision('send-notices', {
    description: 'Tells people of runs, by mail and in chat.',
    environment: { LEDGER_TABLE: ledger.tableName, NOTICES: notifications.variable },
    access: [...ledger.decisionAccess(['UpdateItem', 'PutItem', 'DeleteItem', 'Query']), ...notifications.access()],
    failures: unsent,
    retries: 2,
  });
  new Notices(scope, 'Notices', { settings, sendNotices, unsent });
}
