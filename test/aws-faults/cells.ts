import { type AwsError, ERRORS } from './errors.ts';
import { type Duration, type Fault, keyOf, type Site } from './faults.ts';
import { runCell } from './run-cell.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

export interface Cell {
  scenario: Scenario;
  fault: Fault;
}

const DURATIONS: readonly Duration[] = ['once', 'two hours'];

/** Every call that a scenario makes and none before it has made, with every error that this call can meet. */
export async function cellsOf(scenarios: readonly Scenario[] = SCENARIOS): Promise<Cell[]> {
  const met = new Set<string>();
  const cells: Cell[] = [];
  for (const scenario of scenarios) {
    const { sites, problems } = await runCell(scenario);
    if (problems.length > 0) throw new Error(`${scenario.name}, without a fault: ${problems.join('; ')}`);
    for (const site of sites) {
      const key = site.place.startsWith('from outside') ? `${scenario.name} ${keyOf(site)}` : keyOf(site);
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
  return ERRORS.filter((error) => error.service === service && isMeant(error, place, isOfFunction));
}

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
