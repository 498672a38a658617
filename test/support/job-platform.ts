import { randomUUID } from 'node:crypto';
import { mock } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { asyncInvocations } from '../../local/async-invocations.ts';
import { type AwsAnswer, type AwsServices, awsServices, type Services } from '../../local/aws-endpoint.ts';
import { type Database, startDatabase } from '../../local/database.ts';
import {
  type ArcgisEmulator,
  type ArcgisEmulatorOptions,
  startArcgisEmulator,
} from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { type EventApi, startEventApi } from '../../local/event-api.ts';
import type { BusEvent } from '../../local/event-bus.ts';
import type { Execution } from '../../local/execution.ts';
import type { FunctionOutcome } from '../../local/function-process.ts';
import { LocalLedger } from '../../local/ledger.ts';
import type { Published } from '../../local/mail-box.ts';
import { type Orchestration, startOrchestration } from '../../local/orchestration.ts';
import { OwnBus } from '../../local/own-bus.ts';
import { arcgisAddresses, arcgisSecrets, historyOf } from '../../local/record.ts';
import { fireScheduledRules } from '../../local/scheduled-rules.ts';
import type { StateMachines } from '../../local/state-machines.ts';
import type { StateMoment } from '../../local/state-player.ts';
import type { StackTemplate } from '../../local/template.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { awsRequestHandler } from '../../shared/http/aws-request-handler.ts';
import { memoryDatabase } from '../simulation/memory-database.ts';
import { responseOf, xmlOf } from './aws-answers.ts';
import { type InvocationListener, inProcessFunctions } from './in-process-functions.ts';
import { Leaks } from './leaks.ts';
import { stackTemplate } from './stack-template.ts';
import { assertValid } from './valid-events.ts';

interface Options {
  /** The stack's settings, as they stand in the file. */
  settings?: object;
  emulator?: Omit<ArcgisEmulatorOptions, 'now' | 'port'>;
  /** When the virtual clock starts; `false` for real time. @defaultValue 2026-01-01T00:00:00Z */
  virtualFrom?: string | false;
  /** In real time: how long each wait lasts instead of its own length. */
  pauseMs?: number;
  /** Whether the ledger's stream is read: events are sent, and notices. @defaultValue false */
  tells?: boolean;
  /** `lost`: no event of AWS reaches its rule. */
  events?: 'lost';
  /** What goes wrong in AWS. */
  troubles?: Troubles;
  /** Where the table in memory refuses what is asked of it, as by machines of version 0.1.0. */
  database?: 'dynalite';
}

/** What stands between the machines or their functions and AWS. */
export interface Troubles extends Pick<Parameters<typeof startOrchestration>[1], 'around' | 'deliver'> {
  /** A call of a function, and what it sends; `next` makes it. Undefined: no answer comes. */
  call?: (target: string, next: () => Promise<AwsAnswer>, body: string) => Promise<AwsAnswer | undefined>;
  /** An invocation of a function, whoever makes it; `next` runs it. */
  invoked?: (functionName: string, next: () => Promise<FunctionOutcome>) => Promise<FunctionOutcome>;
}

/** The part of a target's secret that tests change. */
interface SecretFields {
  vendor?: string;
  url?: string;
  username?: string | undefined;
  password?: string | undefined;
  token?: string;
  hosted?: boolean;
  portalUrl?: string;
}

type StateListener = (moment: StateMoment) => Promise<void> | void;

/** The job core with nothing in child processes: state machines, ledger, handlers, and an ArcGIS site. */
export interface JobPlatform {
  /** The name of the target whose secret is the emulator's. */
  target: string;
  emulator: ArcgisEmulator;
  template: StackTemplate;
  stateMachines: StateMachines;
  database: Database;
  ledger: LocalLedger;
  /** Stands still while an execution is at work; also `Date` and the emulator's clock. Not there in real time. */
  clock: VirtualClock;
  /** StartExecution of the operation's machine. */
  start(operation: string, input: object, name?: string): Execution;
  /** Invokes a function by its name in the template. */
  invoke(name: string, payload: object): Promise<FunctionOutcome>;
  /** Waits until nothing runs, what follows from an abort included. */
  idle(): Promise<void>;
  /** What was put on the event bus, and published on topics. */
  events: BusEvent[];
  published: Published[];
  /** By what map clients are told, where the settings have it so. */
  eventApi: EventApi | undefined;
  /** What machines put into queues, and what Lambda does that has failed. */
  letters: { queue: string; body: string }[];
  /** Called and waited for before every state, and after every task; gives the function that takes it away. */
  onState(listener: StateListener): () => void;
  /** Called and waited for before and after every function; what it throws is the function's error. */
  onInvoke(listener: InvocationListener): () => void;
  /** Invokes every function that a rule fires at a rate, until the function that it gives is called. */
  fireRules(): () => void;
  /** Stores the secret of another target, or of one of this name. */
  newTarget(secret: object, name?: string): string;
  /** Replaces parts of the target's secret, as a rotation does. */
  setSecret(changes: SecretFields): void;
  /** Fails where a password or a token of this platform was said anywhere. */
  close(): Promise<void>;
}

/** The functions keep one Secrets Manager client: there is one of it for the life of this process. */
let aws: AwsServices | undefined;
/** The platform that functions talk to, and who hears what they tell. */
let current: (Orchestration & Pick<Services, 'putEvent' | 'publish'>) | undefined;
let troubles: Troubles = {};

/** Starts the platform; the first start of a process synthesizes the stack. */
export async function startJobPlatform(options: Options = {}): Promise<JobPlatform> {
  const whole = stackTemplate(options.settings ?? {});
  const template = options.events === 'lost' ? { ...whole, rules: [] } : whole;
  aws ??= startAws();
  const endpoint = aws;
  const { virtualFrom = '2026-01-01T00:00:00Z', pauseMs } = options;
  const clock = new VirtualClock(Date.parse(virtualFrom || new Date().toISOString()), (now) =>
    mock.timers.setTime(now),
  );
  if (virtualFrom !== false) mock.timers.enable({ apis: ['Date'], now: clock.now() });
  const emulator = await startArcgisEmulator({
    ...options.emulator,
    now: virtualFrom === false ? Date.now : clock.now,
  });
  const target = `target-${randomUUID()}`;
  const { url, username, password } = emulator;
  const secret: SecretFields = { vendor: 'arcgis', url, username, password, ...hostedAt(emulator, options) };
  const leaks = new Leaks();
  const stdout = watchStdout(leaks);
  const setSecret = (changes: SecretFields) => {
    Object.assign(secret, changes);
    leaks.plant(secret.password, secret.token);
    endpoint.setSecret(`cache-ops/${target}`, JSON.stringify(secret));
  };
  setSecret({});

  const stateListeners = new Set<StateListener>();
  const invocationListeners = new Set<InvocationListener>();
  const eventApi = template.eventApi && (await startEventApi(template.eventApi));
  const told = eventApi ? { EVENTS_URL: eventApi.url } : {};
  const pause = (seconds: number) => (virtualFrom === false ? sleep(pauseMs ?? seconds * 1000) : clock.sleep(seconds));
  const functions = inProcessFunctions(template.functions, invocationListeners, pause, told);
  const invoked: NonNullable<Troubles['invoked']> = options.troubles?.invoked ?? ((_name, next) => next());
  const invoke: typeof functions = (name, payload) => invoked(name, () => functions(name, payload));
  const isReal = options.database === 'dynalite';
  const database = isReal ? await startDatabase(template.tables) : memoryDatabase(template.tables);
  const letters: { queue: string; body: string }[] = [];
  const atWork = new Set<Promise<FunctionOutcome>>();
  const orchestration = await startOrchestration(template, {
    async invoke(name, payload) {
      const invocation = invoke(name, payload);
      atWork.add(invocation);
      const outcome = await invocation.finally(() => atWork.delete(invocation));
      leaks.record('the input of a function', payload);
      leaks.record('the outcome of a function', outcome);
      return outcome;
    },
    pauseMs,
    send: async (queue, body) => void letters.push({ queue, body }),
    around: options.troubles?.around,
    deliver: options.troubles?.deliver,
    database,
    tells: options.tells ?? false,
    clock: virtualFrom === false ? undefined : clock,
    async onState(moment) {
      for (const listener of stateListeners) await listener(moment);
    },
  });
  const { stateMachines } = orchestration;
  const ledger = new LocalLedger(database, template.tables[0]?.name ?? '');
  const send = async (queue: string, body: string) => void letters.push({ queue, body });
  const bus = new OwnBus(template.rules, clock, {
    lambda: asyncInvocations(template.asyncInvocations, { invoke, clock, send }),
    states: (stateMachineArn, input) => stateMachines.startOfEvent({ stateMachineArn, input }),
  });
  const { events } = bus;
  const published: Published[] = [];
  current = {
    ...orchestration,
    putEvent: bus.put,
    publish: async (message) => void published.push(message),
  };
  troubles = options.troubles ?? {};

  return {
    target,
    emulator,
    template,
    stateMachines,
    database,
    ledger,
    clock,
    start(operation, input, name) {
      const machine = template.stateMachines.find((one) => one.name === operation);
      return stateMachines.start({ stateMachineArn: machine?.arn ?? operation, name, input: JSON.stringify(input) });
    },
    invoke: (name, payload) => invoke(name, JSON.stringify(payload)),
    fireRules: () => fireScheduledRules(whole.rules, clock, { lambda: invoke }),
    newTarget(secretOfTarget, name = `target-${randomUUID()}`) {
      endpoint.setSecret(`cache-ops/${name}`, JSON.stringify(secretOfTarget));
      return name;
    },
    async idle() {
      // An event may start a machine, whose end is told in turn.
      do {
        await stateMachines.idle();
        await orchestration.told();
        await bus.idle();
      } while (stateMachines.executions.some(({ status }) => status === 'RUNNING'));
    },
    events,
    published,
    eventApi,
    letters,
    onState: (listener) => listening(stateListeners, listener),
    onInvoke: (listener) => listening(invocationListeners, listener),
    setSecret,
    async close() {
      leaks.record('the ledger', await ledger.entries());
      leaks.record('the event bus', events);
      leaks.record('the topics', published);
      leaks.record('the queues', letters);
      leaks.record('the map clients', eventApi?.published);
      assertValid(events);
      await orchestration.close();
      await bus.idle();
      // A function goes on when its execution is stopped: it must not meet the runs of the next platform.
      await Promise.allSettled(atWork);
      await database.close();
      await emulator.close();
      await eventApi?.close();
      mock.timers.reset();
      stdout.mock.restore();
      for (const execution of stateMachines.executions) leaks.record('an execution', historyOf(execution));
      for (const address of arcgisAddresses(emulator)) leaks.record('an address', address);
      leaks.plant(...arcgisSecrets(emulator));
      leaks.assertNone();
    },
  };
}

/** What the secret of hosted services says more. */
function hostedAt({ portalUrl }: ArcgisEmulator, { emulator }: Options): Partial<SecretFields> {
  return emulator?.hosted && portalUrl !== undefined ? { hosted: true, portalUrl } : {};
}

/** Functions of this process log to its stdout; what they say still gets there. */
function watchStdout(leaks: Leaks) {
  const { write } = process.stdout;
  return mock.method(process.stdout, 'write', (chunk: string | Uint8Array) => {
    if (typeof chunk === 'string') leaks.record('the log', chunk);
    return write.call(process.stdout, chunk);
  });
}

function listening<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Functions of this process call the AWS services without a connection in between: the SDK is real. */
function startAws(): AwsServices {
  const services = awsServices(() => {
    if (!current) throw new Error('no platform runs');
    const { stateMachines, database, putEvent, publish } = current;
    return {
      putEvent,
      publish,
      start: (request) => stateMachines.start(request),
      find: (arn) => stateMachines.executions.find((execution) => execution.arn === arn),
      database,
    };
  });
  const { handle } = awsRequestHandler;
  awsRequestHandler.handle = async (request) => {
    // What map clients are told goes over HTTP.
    if (request.path === '/event') return await handle(request);
    const { headers, body = '' } = request;
    const target = headers['x-amz-target'] ?? '';
    const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
    // SNS speaks in forms and XML.
    if (target === '') return xmlOf(await services.publish(text));
    const next = () => services.answer(target, text);
    return responseOf(await (troubles.call?.(target, next, text) ?? next()));
  };
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
  });
  return services;
}
