import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { OPEN_INDEX } from '../../shared/ledger/entry.ts';
import { pauseSite } from '../machines/pause-site/pause-site.ts';
import type { EncryptionKey } from './encryption-key.ts';
import type { Ledger } from './ledger.ts';
import { LoggedStateMachine } from './logged-state-machine.ts';
import type { OperationFunction } from './operation-function.ts';
import type { DecisionProps } from './telling.ts';

interface PauseSiteProps {
  readonly ledger: Ledger;
  /** Adds a function that has the ledger and no secret. */
  readonly decision: (name: string, props: DecisionProps) => OperationFunction;
  /** The machines whose executions a pause may stop, by their names in the stack. */
  readonly operations: readonly string[];
  readonly encryptionKey: EncryptionKey;
}

/** The machine by which people pause a target. */
export class PauseSite extends LoggedStateMachine {
  constructor(scope: Construct, id: string, { ledger, decision, operations, encryptionKey }: PauseSiteProps) {
    const lambda = decision('pause-site', {
      description: 'Pauses a target, or ends its pause.',
      environment: { LEDGER_TABLE: ledger.tableName },
      access: ledger.decisionAccess(['BatchGetItem', 'UpdateItem'], OPEN_INDEX),
    });
    const { functionArn } = lambda.function;
    super(scope, id, {
      name: 'pause-site',
      encryptionKey,
      definition: pauseSite({ partition: Stack.of(scope).partition, pauseSiteArn: functionArn }),
      permissions: [new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] })],
    });
    lambda.allowStopping(operations);
  }
}
