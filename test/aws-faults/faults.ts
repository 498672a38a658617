import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import type { AwsAnswer } from '../../local/aws-endpoint.ts';
import type { Execution } from '../../local/execution.ts';
import { ServiceError } from '../../local/service-error.ts';
import type { TaskServices } from '../../local/task-resources.ts';
import type { VirtualClock } from '../../local/virtual-clock.ts';
import type { Troubles } from '../support/job-platform.ts';
import type { AwsError, Service } from './errors.ts';
import type { Around } from './sdk.ts';

/** Where a call is made: a state's own, or that of a function, which a state or somebody else invokes. */
export interface Site {
  service: Service;
  place: string;
}

/** `once`: the first call at the site fails. `two hours`: from then on every call of the service. */
export type Duration = 'once' | 'two hours';

export interface Fault {
  site: Site;
  error: AwsError;
  duration: Duration;
}

/** Machines that ask the same function at each stage of their work: each of its calls is one of its own. */
const IN_STAGES = /^(renew-from-rasters|run-plan|run-units): /;

const TWO_HOURS_MS = 7_200_000;
const LATE_SECONDS = 3600;

const SERVICES: Record<string, Service> = {
  secretsmanager: 'secrets',
  DynamoDB_20120810: 'dynamodb',
  AWSStepFunctions: 'states',
  AWSEvents: 'bus',
};

/** AWS as one run of a scenario meets it: notes every call, and lets those fail that the fault is about. */
export class FaultyAws implements Troubles {
  /** The calls that were made, each site once. */
  readonly sites = new Map<string, Site>();
  /** How many calls have failed. */
  hits = 0;
  readonly #fault: Fault | undefined;
  readonly #clock: () => VirtualClock;
  readonly #pending = new Set<Promise<unknown>>();
  /** Which state invokes a function. */
  readonly #caller = new AsyncLocalStorage<{ place?: string | undefined }>();
  /** Which function makes a call. */
  readonly #place = new AsyncLocalStorage<string>();
  /** How many calls each place has made. */
  readonly #calls = new Map<string, number>();
  #until = 0;

  constructor(fault: Fault | undefined, clock: () => VirtualClock) {
    this.#fault = fault;
    this.#clock = clock;
  }

  readonly around = (services: TaskServices, execution: Execution): TaskServices => {
    const { database, send, cloudFront } = services;
    const here = () => `${execution.machine}: ${execution.state.name}`;
    return {
      ...services,
      invoke: async (name, payload) => {
        const outcome = () => this.#caller.run({ place: here() }, () => services.invoke(name, payload));
        try {
          return await this.#task({ service: 'lambda', place: here() }, outcome);
        } catch (error) {
          if (!(error instanceof ServiceError)) throw error;
          return { error: { errorType: error.name, errorMessage: error.message, trace: [] }, log: [] };
        }
      },
      database: database && {
        call: (action, request) =>
          this.#task({ service: 'dynamodb', place: `${here()}, ${action}` }, () => database.call(action, request)),
      },
      send: send && ((queue, body) => this.#task({ service: 'sqs', place: here() }, () => send(queue, body))),
      cloudFront: {
        createInvalidation: (request) => {
          const error = this.#met({ service: 'cloudfront', place: here() });
          if (error?.when === 'before') throw failureOf(error);
          const created = cloudFront.createInvalidation(request);
          if (error !== undefined) throw failureOf(error);
          return created;
        },
      },
      start: (request, parent) => {
        const error = this.#met({ service: 'states', place: `${here()}, StartExecution` });
        if (error?.when === 'before') throw failureOf(error);
        const started = services.start(request, parent);
        if (error !== undefined) throw failureOf(error);
        return started;
      },
    };
  };

  readonly invoked: NonNullable<Troubles['invoked']> = async (name, next) => {
    const caller = this.#caller.getStore();
    const place = caller?.place === undefined ? `the function ${folderOf(name)}` : `${caller.place}, its function`;
    // What the function sets off in its turn has no state as its caller.
    if (caller !== undefined) caller.place = undefined;
    return await this.#place.run(place, next);
  };

  readonly call = async (target: string, next: () => Promise<AwsAnswer>): Promise<AwsAnswer | undefined> => {
    const [service = '', action] = target.split('.');
    const known = SERVICES[service];
    if (known === undefined) throw new Error(`no service ${service}`);
    const error = this.#met({ service: known, place: `${this.#place.getStore()}: ${action}` });
    if (error?.ofCall === undefined) return await next();
    const { ofCall, when } = error;
    if (ofCall === 'twice') {
      await next();
      return await next();
    }
    if (ofCall === 'unfit') return unfit(await next());
    if (when === 'after') await next();
    return ofCall === 'nothing'
      ? undefined
      : { status: ofCall.status, reply: { __type: ofCall.type, message: 'simulated' } };
  };

  /** A call of S3, which speaks XML; an answer to HEAD has no body. */
  readonly s3: Around = async (method, next) => {
    const place = this.#place.getStore();
    if (place === undefined) return await next();
    const error = this.#met({ service: 's3', place: `${place}: ${method === 'HEAD' ? 'HeadObject' : 'GetObject'}` });
    if (error?.ofCall === undefined) return await next();
    if (typeof error.ofCall === 'string') throw Object.assign(new Error('no answer'), { name: 'TimeoutError' });
    const { type, status } = error.ofCall;
    const xml = `<?xml version="1.0"?><Error><Code>${type}</Code><Message>simulated</Message></Error>`;
    const headers = { 'content-type': 'application/xml' };
    return { response: { statusCode: status, headers, body: Readable.from(method === 'HEAD' ? [] : [xml]) } };
  };

  readonly deliver = async (tell: () => Promise<void>, { parent, machine, status }: Execution): Promise<void> => {
    const isTold = parent === undefined && status !== 'SUCCEEDED' && machine !== 'cancel-run';
    const error = isTold ? this.#met({ service: 'events', place: `the end of ${machine}` }) : undefined;
    if (error?.name === 'lost') return;
    if (error?.name === 'an hour late') {
      const later = this.#clock().after(LATE_SECONDS, tell);
      this.#pending.add(later);
      void later.finally(() => this.#pending.delete(later));
      return;
    }
    await tell();
    if (error?.name === 'twice') await tell();
  };

  /** Waits for what is still under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async #task<T>(site: Site, make: () => Promise<T>): Promise<T> {
    const error = this.#met(site);
    if (error?.when === 'before') throw failureOf(error);
    const result = await make();
    if (error === undefined) return result;
    if (error.ofTask === 'twice') return await make();
    throw failureOf(error);
  }

  /** The error of this call, if it is to fail. */
  #met({ service, place }: Site): AwsError | undefined {
    const calls = (this.#calls.get(`${service} ${place}`) ?? 0) + 1;
    this.#calls.set(`${service} ${place}`, calls);
    const site = { service, place: calls > 1 && IN_STAGES.test(place) ? `${place}, call ${calls}` : place };
    const key = keyOf(site);
    this.sites.set(key, site);
    if (this.#fault === undefined || this.#fault.site.service !== site.service) return undefined;
    const { error, duration } = this.#fault;
    const now = this.#clock().now();
    if (this.#until === 0 && key === keyOf(this.#fault.site)) {
      this.#until = duration === 'once' ? now : now + TWO_HOURS_MS;
      this.hits = 1;
      return error;
    }
    if (duration === 'once' || now >= this.#until) return undefined;
    this.hits += 1;
    return error;
  }
}

export function keyOf({ service, place }: Site): string {
  return `${service} ${place}`;
}

/** `sweep-runs` for the name or ARN that CloudFormation has made of it. */
function folderOf(functionName: string): string {
  const [, name = functionName] = /(\w+)Function\w*$/.exec(functionName) ?? [];
  return name.replaceAll(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

function failureOf({ ofTask = '', name }: AwsError): ServiceError {
  return new ServiceError(ofTask, `simulated: ${name}`);
}

/** A secret in the middle of a rotation that is made by hand. */
function unfit({ status, reply }: AwsAnswer): AwsAnswer {
  return { status, reply: { ...reply, SecretString: '{"vendor":"arcgis"}', VersionId: 'unfit' } };
}
