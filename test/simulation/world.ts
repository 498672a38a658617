import { mock } from 'node:test';
import { awsServices } from '../../local/aws-endpoint.ts';
import type { Database } from '../../local/database.ts';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import type { GpJob } from '../../local/emulators/arcgis/gp-jobs.ts';
import { startMicrostrategyEmulator } from '../../local/emulators/microstrategy/microstrategy-emulator.ts';
import { type BusEvent, publishEvent, statusChangeEvent } from '../../local/event-bus.ts';
import type { Execution } from '../../local/execution.ts';
import { LocalLedger } from '../../local/ledger.ts';
import { LedgerStream } from '../../local/ledger-stream.ts';
import { OwnBus } from '../../local/own-bus.ts';
import { fireScheduledRules } from '../../local/scheduled-rules.ts';
import { StateMachines } from '../../local/state-machines.ts';
import type { StateMoment } from '../../local/state-player.ts';
import type { StackTemplate } from '../../local/template.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { deploy, installFormer } from '../support/former-machines.ts';
import { type FaultName, Faults, OF_AWS } from './faults.ts';
import { type Invocation, invocation, Lambda } from './lambda.ts';
import { memoryDatabase } from './memory-database.ts';
import { libraryOf, type Plan, PURGE } from './plan.ts';
import type { Plant } from './plants.ts';
import { Random } from './random.ts';
import { runOf } from './submitter.ts';
import { takeOver } from './take-over.ts';
import { awsAnswer, deliveries, troubled, troubleRequests } from './troubles.ts';

const BEGIN = Date.parse('2026-01-01T00:00:00Z');
const HOUR = 3600;
/** Nothing of a plan takes as long. */
const LONGEST_SECONDS = 72 * HOUR;

/** A job on the server, and the run that submitted it. */
export interface SubmittedJob {
  job: GpJob;
  run: { operation: string; name: string };
  /** When the server forgot it, by the server's clock. */
  forgottenAt?: number;
}

/** A status that was written into the entry of a run. */
export interface StatusWrite {
  operation: string;
  name: string;
  status: string;
  /** Epoch milliseconds. */
  at: number;
}

export interface World {
  /** The first moment, epoch milliseconds. */
  beginsAt: number;
  clock: VirtualClock;
  emulator: ArcgisEmulator;
  stateMachines: StateMachines;
  lambda: Lambda;
  ledger: LocalLedger;
  faults: Faults;
  jobs: SubmittedJob[];
  statuses: StatusWrite[];
  /** Errors of functions that are none of the contract's and none of AWS'. */
  mistakes: string[];
  /** What was at work for days, and had to be ended. */
  endless: Set<Execution>;
  /** What was put on the event bus. */
  events: readonly BusEvent[];
  /** Executions of whose end nobody is told. */
  silent: Set<Execution>;
  /** From now on nothing goes wrong. */
  calm(): void;
  onState(listener: (moment: StateMoment) => void): void;
  /** Waits until nothing runs and no event is under way. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

const MISTAKES = /^(TypeError|RangeError|ReferenceError|SyntaxError|AssertionError|Error|\$?Zod\w*|States\.Runtime)$/;

/** Everything that one seed needs, with what goes wrong in it. */
export async function startWorld(
  seed: number,
  plan: Plan,
  target: string,
  template: StackTemplate,
  plant?: Plant,
): Promise<World> {
  const clock = new VirtualClock(BEGIN, (now) => mock.timers.setTime(now + plan.lambdaSkewMs));
  const pace = new Random(`pace ${seed}`);
  let isCalm = false;
  const seconds = () => (clock.now() - BEGIN) / 1000;
  const isBorne = (name: FaultName) => plan.deployedAt === undefined || !OF_AWS.includes(name);
  const faults = new Faults(seed, clock.now, (name) => isCalm || seconds() > plan.calmFrom || !isBorne(name));
  const statuses: StatusWrite[] = [];
  const mistakes: string[] = [];
  const table = memoryDatabase(template.tables, {
    now: clock.now,
    indexLagMs: () => (faults.happens('indexLag') ? faults.random('indexLag').between(100, 5000) : 0),
    onWrite(before, after) {
      const [status] = [after['status']?.['S']];
      if (status === undefined || status === before?.['status']?.['S']) return;
      statuses.push({
        operation: String(after['operation']?.['S']),
        name: String(after['name']?.['S']),
        status: String(status),
        at: clock.now(),
      });
    },
  });
  const plantedTable: Database = {
    ...table,
    call: (action, request) => table.call(action, plant?.database?.(action, { ...request }) ?? request),
  };
  const stream = new LedgerStream({
    tables: template.tables,
    mappings: template.eventSourceMappings,
    invoke: (name, payload) => lambda.invoke(name, payload),
    hold: () => clock.hold(),
    loses: () => faults.happens('recordLost'),
  });
  const memory = stream.follow(plantedTable);
  const jobs: SubmittedJob[] = [];
  const lambda = new Lambda({
    resources: template.functions,
    clock,
    faults,
    pace,
    plant,
    onOutcome({ functionArn, payload }, outcome) {
      if (!('error' in outcome) || !MISTAKES.test(outcome.error.errorType)) return;
      mistakes.push(
        `${functionArn.split(':').at(-1)}: ${outcome.error.trace?.slice(0, 4).join(' | ')} for ${payload.slice(0, 300)}`,
      );
    },
  });
  const silent = new Set<Execution>();
  const pending = new Set<Promise<unknown>>();
  const listeners: ((moment: StateMoment) => void)[] = [];
  const stateMachines = new StateMachines(template.stateMachines, {
    clock,
    invoke: lambda.invoke,
    database: memory,
    around: (services) => troubled(services, { clock, faults, pace }),
    onState(moment) {
      for (const listener of listeners) listener(moment);
    },
    onEnd(execution) {
      if (execution.parent || silent.has(execution)) return;
      const delays = deliveries(faults);
      if (delays.length === 0) silent.add(execution);
      for (const delay of delays) {
        const delivery = clock.after(delay, () => publish(template, stateMachines, execution));
        pending.add(delivery);
        void delivery.finally(() => pending.delete(delivery));
      }
    },
  });
  const bus = new OwnBus(template.rules, clock, { lambda: (name, payload) => lambda.invoke(name, payload) });
  if (plan.deployedAt !== undefined) {
    installFormer({ template, stateMachines });
    void clock.after(plan.deployedAt, () => deploy({ template, stateMachines }));
  }
  const aws = awsServices(() => ({
    start: (request) => stateMachines.start(request),
    find: (arn) => stateMachines.executions.find((execution) => execution.arn === arn),
    database: memory,
    putEvent: bus.put,
  }));
  const release = takeOver({
    seed,
    now: BEGIN + plan.lambdaSkewMs,
    clock,
    aws: async (request, body) => {
      await lambda.gate(invocation());
      return awsAnswer(aws, request, body, faults);
    },
    async beforeVendor() {
      await lambda.gate(invocation());
      submitter = invocation();
      return isDown() && plan.serverDown?.how === 'refused' ? 'http://127.0.0.1:1' : undefined;
    },
  });
  let submitter: Invocation | undefined;
  const isDown = () => {
    const { serverDown } = plan;
    return serverDown !== undefined && !isCalm && seconds() >= serverDown.from && seconds() < serverDown.to;
  };
  const emulator = await startArcgisEmulator({
    jobSeconds: plan.jobSeconds,
    now: () => clock.now() + plan.serverSkewMs,
  });
  emulator.jobs.nextFates.push(...plan.fates);
  watchJobs(
    emulator,
    jobs,
    () => runOf(submitter, stateMachines.executions),
    () => clock.now() + plan.serverSkewMs,
  );
  troubleRequests(emulator, faults, () => (isDown() ? plan.serverDown?.how : undefined), clock.now);
  const library = await startLibrary(plan, clock.now);
  const setSecret = (name: string, secret: object) => aws.setSecret(`cache-ops/${name}`, JSON.stringify(secret));
  const { url, username, password } = emulator;
  const secret = { vendor: 'arcgis', url, username, password };
  setSecret(target, secret);
  if (library) {
    const { url: libraryUrl, username: user, password: word } = library;
    setSecret(libraryOf(target), { vendor: 'microstrategy', url: libraryUrl, username: user, password: word });
  }
  if (plan.secretUnfit) {
    void clock.after(plan.secretUnfit.from, () => setSecret(target, { ...secret, username: '' }));
    void clock.after(plan.secretUnfit.to, () => setSecret(target, secret));
  }
  const endless = new Set<Execution>();
  const endWatchdog = clock.every(HOUR, async () => {
    for (const execution of seconds() > LONGEST_SECONDS ? stateMachines.executions : []) {
      if (execution.status !== 'RUNNING' || execution.parent !== undefined) continue;
      endless.add(execution);
      execution.abort();
    }
  });
  const endRules = fireScheduledRules(template.rules, clock, { lambda: lambda.invoke });
  return {
    beginsAt: BEGIN,
    clock,
    emulator,
    stateMachines,
    lambda,
    ledger: new LocalLedger(memory, template.tables[0]?.name ?? ''),
    faults,
    jobs,
    statuses,
    mistakes,
    endless,
    events: bus.events,
    silent,
    calm() {
      isCalm = true;
    },
    onState: (listener) => listeners.push(listener),
    async idle() {
      do {
        await stateMachines.idle();
        await Promise.all(pending);
        await stream.idle();
      } while (pending.size > 0 || stateMachines.executions.some(({ status }) => status === 'RUNNING'));
    },
    async close() {
      endWatchdog();
      endRules();
      release();
      await Promise.all([emulator.close(), library?.close()]);
    },
  };
}

/** The MicroStrategy server, where the plan has anything for it to do. */
async function startLibrary({ starts }: Plan, now: () => number) {
  return starts.some(({ operation }) => operation === PURGE) ? await startMicrostrategyEmulator({ now }) : undefined;
}

function publish(template: StackTemplate, stateMachines: StateMachines, execution: Execution): Promise<number> {
  return publishEvent(template.rules, statusChangeEvent(execution), {
    states: (stateMachineArn, input) => stateMachines.start({ stateMachineArn, input }),
  });
}

/** Notes whose each job is: the run for which the function at work now submits. */
function watchJobs(
  { jobs: onServer }: ArcgisEmulator,
  jobs: SubmittedJob[],
  submitter: () => SubmittedJob['run'],
  now: () => number,
) {
  const submit = onServer.submit.bind(onServer);
  onServer.submit = (request) => {
    const job = submit(request);
    jobs.push({ job, run: submitter() });
    return job;
  };
  const forget = onServer.forget.bind(onServer);
  onServer.forget = (job) => {
    const known = jobs.find((one) => one.job.id === job.id);
    if (known) known.forgottenAt ??= now();
    forget(job);
  };
}
