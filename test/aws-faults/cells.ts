import { type AwsError, ERRORS } from './errors.ts';
import { type Duration, type Fault, keyOf, type Site } from './faults.ts';
import type { CellReport } from './run-cell.ts';

/** One fault in one scenario. */
export interface Cell {
  scenario: string;
  fault: Fault;
}

const DURATIONS: readonly Duration[] = ['once', 'two hours'];

/**
 * Every call that a scenario makes and none before it has made, with every error that this call can meet.
 * @param reports of the scenarios, without a fault
 */
export function cellsOf(reports: readonly CellReport[]): Cell[] {
  const met = new Set<string>();
  const cells: Cell[] = [];
  for (const { scenario, sites, problems } of reports) {
    if (problems.length > 0) throw new Error(`${scenario}, without a fault: ${problems.join('; ')}`);
    for (const site of sites) {
      // What the sweep finds is what a scenario leaves to it.
      const key = site.place.startsWith('the function sweep-runs') ? `${scenario} ${keyOf(site)}` : keyOf(site);
      if (met.has(key)) continue;
      met.add(key);
      cells.push(...errorsOf(site).flatMap((error) => faultsOf(site, error).map((fault) => ({ scenario, fault }))));
    }
  }
  return cells;
}

/** What a function is answered differs from what a task is. */
function errorsOf({ service, place }: Site): AwsError[] {
  const isOfFunction = place.includes('function');
  const errors = ERRORS.filter((error) => error.service === service && isMeant(error, place, isOfFunction));
  return / call \d+$/.test(place) ? errors.filter(({ name }) => OF_LATER_CALLS.test(name)) : errors;
}

/** What machines and functions tell apart: the first call has met all others. */
const OF_LATER_CALLS =
  /^(ServiceException|TooManyRequestsException|Lambda.Unknown.*|InternalServerError|ServiceUnavailable|InternalServiceError|SlowDown|AccessDenied|NoSuchKey|lost answer|carried out twice|ExecutionAlreadyExists)$/;

function isMeant({ service, ofTask, ofCall }: AwsError, place: string, isOfFunction: boolean): boolean {
  if (service === 'events') return true;
  if (ofCall === 'twice' && /Get|Query|Describe/.test(place)) return false;
  return isOfFunction ? ofCall !== undefined : ofTask !== undefined;
}

/** Lambda's errors that machines tell apart, or that come at another moment: the others end as the first does. */
const LAMBDA_FOR_LONG = /^(ResourceNotReady|TooManyRequests|ServiceException$|Lambda.Unknown|Sandbox)/;

/** Each event comes once: there is no two hours of it. */
function faultsOf(site: Site, error: AwsError): Fault[] {
  const isOnce = site.service === 'events' || (site.service === 'lambda' && !LAMBDA_FOR_LONG.test(error.name));
  return (isOnce ? DURATIONS.slice(0, 1) : DURATIONS).map((duration) => ({ site, error, duration }));
}
