import type { JobFate } from '../../local/emulators/arcgis/gp-jobs.ts';
import type { JobPlatform } from './job-platform.ts';

/** What was wrong in a recorded scenario and can be made so again. */
interface Trouble {
  /** How the job is to end. */
  fate?: JobFate;
  begin?: (platform: JobPlatform) => void;
}

const TROUBLES: [scenario: RegExp, trouble: Trouble][] = [
  [/JobTimedOutError|for its length/, { fate: 'timesOut' }],
  [/equal run that fails|fails on the server|failure of its job/, { fate: 'fails' }],
  [/is forgotten by the server/, { fate: 'isLost' }],
  [/is deleted on the server/, { fate: 'isDeleted' }],
  [/reaches its deadline/, { fate: 'neverEnds' }],
  [
    /secret is the other vendor|and the secret does not fit/,
    { begin: (platform) => platform.setSecret({ vendor: 'microstrategy' }) },
  ],
  [/credentials are refused/, { begin: (platform) => platform.setSecret({ password: 'never-right' }) }],
  [/cannot be reached/, { begin: (platform) => platform.setSecret({ url: 'http://127.0.0.1:1/arcgis' }) }],
];

export function troubleOf({ scenario }: { scenario: string }): Trouble {
  return TROUBLES.find(([words]) => words.test(scenario))?.[1] ?? {};
}
