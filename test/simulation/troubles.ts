import type { AwsAnswer, AwsServices } from '../../local/aws-endpoint.ts';
import type { ArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import type { Fault } from '../../local/emulators/arcgis/faults.ts';
import { ServiceError } from '../../local/service-error.ts';
import type { TaskServices } from '../../local/task-resources.ts';
import type { VirtualClock } from '../../local/virtual-clock.ts';
import type { Faults } from './faults.ts';
import type { Random } from './random.ts';

const HOUR_SECONDS = 3600;
const THROTTLES = [
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'InternalServerError',
] as const;

/** What tasks of the state machines use, with what goes wrong in it. */
export function troubled(
  services: TaskServices,
  { clock, faults, pace }: { clock: VirtualClock; faults: Faults; pace: Random },
): TaskServices {
  const { database } = services;
  return {
    ...services,
    ...(database && {
      database: {
        async call(action, request) {
          await clock.sleep(pace.between(0.005, 0.05));
          if (faults.happens('databaseBefore')) throw simulated(faults.random('databaseBefore').pick(THROTTLES));
          const result = await database.call(action, request);
          if (faults.happens('databaseAfter')) throw simulated('InternalServerError');
          return result;
        },
      },
    }),
    start(request, parent) {
      const execution = services.start(request, parent);
      if (faults.happens('lostStart')) throw simulated('InternalServer');
      return execution;
    },
  };
}

function simulated(name: string): ServiceError {
  return new ServiceError(name, 'simulated');
}

const fails = (type: string, status = 400): AwsAnswer => ({ status, reply: { __type: type, message: 'simulated' } });

/** What a function hears from AWS; undefined: nothing. The SDK repeats a call: only what is left after that is shown here. */
export async function awsAnswer(
  aws: AwsServices,
  target: string,
  body: string,
  faults: Faults,
): Promise<AwsAnswer | undefined> {
  const [service = ''] = target.split(/[._]/);
  if (service === 'secretsmanager') {
    if (!faults.happens('secretsManager')) return aws.answer(target, body);
    const kind = faults.random('secretsManager').pick(['InternalServiceError', 'ThrottlingException', 'nothing']);
    return kind === 'nothing' ? undefined : fails(kind, 500);
  }
  const [before, after] =
    service === 'DynamoDB'
      ? (['databaseBefore', 'databaseAfter'] as const)
      : (['stepFunctions', 'stepFunctions'] as const);
  if (faults.happens(before)) return fails(faults.random(before).pick(THROTTLES));
  const answer = await aws.answer(target, body);
  if (!faults.happens(after)) return answer;
  // A lost answer: most often the SDK's second attempt brings one.
  return faults.random(after).chance(0.7) ? aws.answer(target, body) : undefined;
}

/** After how many seconds the end of an execution is told, each time that it is. */
export function deliveries(faults: Faults): number[] {
  if (faults.happens('eventLost')) return [];
  const chance = faults.random('eventLate');
  const one = () => (faults.happens('eventLate') ? HOUR_SECONDS : chance.between(0.1, 2));
  return faults.happens('eventTwice') ? [one(), one() + chance.between(0, 60)] : [one()];
}

const BUSY: Fault['answer'] = { status: 503, body: '', headers: { 'retry-after': '3600' } };
const PAGES: Fault['answer'][] = [
  { status: 502, body: '<html>Bad Gateway</html>' },
  { status: 504, body: '<html>Gateway Time-out</html>' },
  { status: 500, body: '<html>Internal Server Error</html>' },
  'reset',
  'cut',
];

/** Requests to the server go wrong one by one, and all of them while it is down. */
export function troubleRequests(
  { requests, faults: planned }: ArcgisEmulator,
  faults: Faults,
  down: () => 'busy' | 'reset' | 'refused' | undefined,
  now: () => number,
): void {
  const push = requests.push.bind(requests);
  let deadUntil = 0;
  requests.push = (...seen) => {
    for (const { path } of seen) {
      const isDead = now() < deadUntil;
      const fault = faultFor(path, faults, isDead ? 'reset' : down());
      if (!isDead && path.endsWith('/submitJob') && faults.happens('diesAfterSubmit')) {
        deadUntil = now() + faults.random('diesAfterSubmit').between(5, 300) * 1000;
        planned.push({ path: /^/, answer: 'reset', afterWork: true });
      }
      // It is meant for this very request, which is looked at next.
      if (fault !== undefined) planned.push({ path: /^/, ...fault });
    }
    return push(...seen);
  };
}

function faultFor(
  path: string,
  faults: Faults,
  down: 'busy' | 'reset' | 'refused' | undefined,
): Omit<Fault, 'path'> | undefined {
  if (down !== undefined) return { answer: down === 'busy' ? BUSY : 'reset' };
  if (path.endsWith('/submitJob')) {
    if (faults.happens('lostSubmit')) return { answer: faults.random('lostSubmit').pick(PAGES) };
    if (faults.happens('lostAnswerToSubmit')) {
      return { answer: faults.random('lostAnswerToSubmit').pick(PAGES), afterWork: true };
    }
    return undefined;
  }
  if (!faults.happens('vendor')) return undefined;
  const chance = faults.random('vendor');
  return { answer: chance.pick([...PAGES, BUSY]), afterWork: chance.chance(0.5) };
}
