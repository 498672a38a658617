import type { readVersion } from './recorded-version.ts';

type Version = ReturnType<typeof readVersion>;
type Visit = Version['scenarios'][number]['executions'][number]['states'][number];

/** A visit of a state with what is known around it. */
export interface RecordedVisit extends Visit {
  /** Counted through all of them. */
  number: number;
  scenario: string;
  /** The operation that the scenario was played with. */
  operation: string;
  machine: string;
  execution: string;
  /** Everything that was seen in the ledger in this scenario, the oldest first. */
  ledger: { at: string; item: Visit['entries'][number] }[];
  /** Whether a job was submitted in this scenario and became known. */
  hasJob: boolean;
  /** What the operation was asked for in most scenarios. */
  defaultInput: object;
}

const STREETS = 'CachedServices/Streets.MapServer';
const INPUTS: Record<string, object> = {
  'manage-map-server-cache-tiles': { inputService: STREETS, updateMode: 'RECREATE_EMPTY_TILES' },
  'delete-map-server-cache': { inputService: STREETS, confirm: STREETS },
  'refresh-service': { serviceFolder: 'CachedServices', serviceName: 'Streets', serviceType: 'MapServer' },
};

/** Every recorded visit, in the order of the file. */
export function visitsOf({ scenarios }: Version): RecordedVisit[] {
  let number = 0;
  return scenarios.flatMap(({ scenario, operation, executions }) => {
    const states = executions.flatMap((execution) => execution.states);
    const seen = states.flatMap(({ at, entries }) => entries.map((item) => ({ at, item })));
    const ledger = seen.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
    const hasJob = /"j0{20,}[0-9a-f]+"/.test(JSON.stringify(states).replaceAll('\\', ''));
    return executions.flatMap(({ machine, name: execution, states: own }) =>
      own.map((visit) => {
        number += 1;
        const defaultInput = INPUTS[machine] ?? INPUTS[operation] ?? {};
        return { ...visit, number, scenario, operation, machine, execution, ledger, hasJob, defaultInput };
      }),
    );
  });
}
