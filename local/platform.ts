import { pascalCase } from '../infra/operations.ts';
import * as errors from '../shared/errors.ts';
import { startAwsEndpoint } from './aws-endpoint.ts';
import { realClock } from './clock.ts';
import { type EventApi, startEventApi } from './event-api.ts';
import type { BusEvent } from './event-bus.ts';
import type { Execution } from './execution.ts';
import { FunctionHost } from './function-host.ts';
import type { FunctionError } from './function-runner.ts';
import { heedOthers } from './kept-ledger.ts';
import { type LedgerEntry, LocalLedger } from './ledger.ts';
import type { LedgerFile } from './ledger-file.ts';
import { logWarnings } from './log-warnings.ts';
import { MailBox } from './mail-box.ts';
import { ending, type OperationOutcome, returned } from './operation-outcome.ts';
import { startOrchestration } from './orchestration.ts';
import { OwnBus } from './own-bus.ts';
import { historyOf, record } from './record.ts';
import { wordsOfStop } from './run-end.ts';
import { fireScheduledRules } from './scheduled-rules.ts';
import type { StateMachines } from './state-machines.ts';
import type { Storage } from './storage.ts';
import { readTemplate, type StackTemplate } from './template.ts';

interface Options {
  /** Where the stack was synthesized to. */
  assemblyDirectory: string;
  /** Secret by target; a text is stored as it is. */
  targets: Record<string, unknown>;
  /** The ledger of this machine; without one nothing is known of other commands, and nothing is kept. */
  kept?: LedgerFile | undefined;
  /** What of it the table begins with; `all`: also the runs of other commands, where nothing else is run. @defaultValue nothing */
  loads?: 'ended' | 'all';
  /** Buckets and queues, where something is put into them. */
  storage?: Storage | undefined;
  /** Shortens every wait of the state machines to this. */
  pauseMs?: number;
  /**
   * Told of every execution that was started from outside. `settled` is its entry in the ledger after all that follows
   * from its end: a stopped run's job is cancelled then.
   */
  onRun: (execution: Execution, settled: Promise<LedgerEntry | undefined>) => void;
  /** Told of everything that is written into the ledger. */
  onWrite?: (entry: LedgerEntry) => void;
  /** Told, once, of everything that a function warns of. */
  onWarning: (text: string) => void;
  /** Told of an error that is none of the contract's: a crash, a time-out, a mistake in a function. */
  onUnexpected: (text: string) => void;
}

const NAMED_ERRORS = new Set(Object.keys(errors));
const SHOWN_LOG_LINES = 20;

/** The synthesized stack, running on this machine. */
export interface Platform {
  /** Where its AWS services listen. */
  url: string;
  template: StackTemplate;
  stateMachines: StateMachines;
  invoke: FunctionHost['invoke'];
  /** Starts the operation by hand and waits for its end. */
  run(operation: string, input: unknown): Promise<OperationOutcome>;
  /** Waits for the end of an execution; where it was stopped, until it is known what became of its job. */
  ending(execution: Execution): Promise<OperationOutcome>;
  setTarget(target: string, secret: unknown): void;
  /** What was put on the event bus so far. */
  events: readonly BusEvent[];
  /** By what map clients are told, where the settings have it so. */
  eventApi: EventApi | undefined;
  /** Where mails and messages of chat are. */
  mailBox: MailBox;
  /** Waits until everybody is told of what has ended. */
  told(): Promise<void>;
  /** Stops what runs, sees it to its end, jobs on the servers included, and keeps what the ledger says of the runs. */
  close(): Promise<void>;
}

/** Starts the platform: the AWS services on a loopback port, no function yet. */
export async function startPlatform(options: Options): Promise<Platform> {
  const template = readTemplate(options.assemblyDirectory);
  let closing = false;
  const mailBox = new MailBox();
  const settled = new Map<Execution, Promise<LedgerEntry | undefined>>();
  const settle = async (execution: Execution) => {
    await orchestration.settled(execution);
    return ledger.ofExecution(execution.arn);
  };
  const invoke: FunctionHost['invoke'] = async (name, payload) => {
    const outcome = await functions.invoke(name, payload);
    record('invocation', { name, payload, outcome });
    const unexpected = 'error' in outcome && !NAMED_ERRORS.has(outcome.error.errorType);
    if (unexpected && !closing) options.onUnexpected(report(name, outcome));
    return outcome;
  };
  const orchestration = await startOrchestration(template, {
    invoke,
    pauseMs: options.pauseMs,
    send: async (queueUrl, body) => options.storage?.send(queueUrl.split('/').at(-1) ?? '', body),
    entries: options.loads && options.kept?.load(options.loads),
    onWrite(entry) {
      options.kept?.keep(entry);
      options.onWrite?.(entry);
    },
    onStart(execution) {
      if (execution.parent || execution.isFollowUp || execution.isOfEvent) return;
      const end = execution.ended.then(() => settle(execution));
      settled.set(execution, end);
      options.onRun(execution, end);
    },
  });
  const { stateMachines, database } = orchestration;
  const ledger = new LocalLedger(database, template.tables[0]?.name ?? '');
  const find = (arn: string) => stateMachines.executions.find((execution) => execution.arn === arn);
  const { kept } = options;
  const heedNobody =
    kept && heedOthers(kept, { stop: (arn) => find(arn)?.abort(), pause: (pause) => ledger.put(pause) });
  const bus = new OwnBus(template.rules, realClock, {
    lambda: invoke,
    states: (stateMachineArn, input) => stateMachines.startOfEvent({ stateMachineArn, input }),
  });
  const aws = await startAwsEndpoint(() => ({
    start: (request) => stateMachines.start(request),
    find: (arn) => find(arn) ?? kept?.executionOfOthers(arn),
    database,
    putEvent: bus.put,
    publish: (message) => mailBox.take(message),
    stack: { outputs: template.outputs, invoke },
  }));
  const eventApi = template.eventApi && (await startEventApi(template.eventApi));
  const endpoints = {
    ...(eventApi && { EVENTS_URL: eventApi.url }),
    AWS_ENDPOINT_URL_EVENTBRIDGE: aws.url,
    AWS_ENDPOINT_URL_SNS: aws.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.url,
    AWS_ENDPOINT_URL_SFN: aws.url,
    AWS_ENDPOINT_URL_DYNAMODB: aws.url,
    ...(options.storage && { AWS_ENDPOINT_URL_S3: options.storage.endpoint }),
  };
  const functions = new FunctionHost(template.functions, endpoints, logWarnings(options.onWarning));
  const endRules = fireScheduledRules(template.rules, realClock, { lambda: invoke });
  const secretPrefix = template.functions.find(({ Environment }) => Environment.Variables['SECRET_PREFIX'])?.Environment
    .Variables['SECRET_PREFIX'];
  const setTarget = (target: string, secret: unknown) =>
    aws.setSecret(`${secretPrefix ?? ''}${target}`, typeof secret === 'string' ? secret : JSON.stringify(secret));
  for (const [target, secret] of Object.entries(options.targets)) setTarget(target, secret);

  const endOf = async (execution: Execution): Promise<OperationOutcome> => {
    const outcome = await ending(execution);
    if (execution.status !== 'ABORTED') return outcome;
    const became = wordsOfStop(await settled.get(execution));
    return { error: { errorType: 'JobCancelledError', errorMessage: `The run was stopped: ${became}.` } };
  };

  return {
    url: aws.url,
    template,
    stateMachines,
    invoke,
    setTarget,
    events: bus.events,
    eventApi,
    mailBox,
    async told() {
      await orchestration.told();
      await bus.idle();
    },
    async run(operation, input) {
      const prefix = pascalCase(operation);
      const stateMachineArn = template.outputs[`${prefix}StateMachineArn`];
      if (stateMachineArn) {
        return endOf(stateMachines.start({ stateMachineArn, input: JSON.stringify(input) }));
      }
      return returned(await invoke(template.outputs[`${prefix}FunctionName`] ?? '', JSON.stringify(input)));
    },
    ending: endOf,
    async close() {
      endRules();
      heedNobody?.();
      await orchestration.stop();
      await bus.idle();
      // On AWS nothing ends a function that is at work.
      await functions.idle();
      await Promise.all(settled.values());
      record('ledger', await ledger.entries());
      closing = true;
      for (const event of bus.events) record('event', event);
      await Promise.all([orchestration.close(), functions.close()]);
      for (const execution of stateMachines.executions) record('execution', historyOf(execution));
      await eventApi?.close();
      await aws.close();
    },
  };
}

function report(functionName: string, { error, log }: { error: FunctionError; log: string[] }): string {
  const what = error.trace?.length ? error.trace : [`${error.errorType}: ${error.errorMessage}`];
  return [`${functionName} failed:`, ...what, ...log.slice(-SHOWN_LOG_LINES)].join('\n  ');
}
