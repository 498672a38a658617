import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type Cell, cellsOf } from '../aws-faults/cells.ts';
import { ERRORS } from '../aws-faults/errors.ts';
import { runCell } from '../aws-faults/run-cell.ts';
import type { Scenario } from '../aws-faults/scenario.ts';
import { SCENARIOS } from '../aws-faults/scenarios.ts';

/** `npm run test:aws-faults` plays every error at every call; here every fourth of those that matter most is met. */
const PART = 4;
const ONCE =
  /^(ResourceNotReadyException|Sandbox.*|carried out twice|ExecutionAlreadyExists|AccessDeniedException|lost)$/;
/** Where most is at stake: while a job is submitted, watched or cancelled. */
const FOR_TWO_HOURS =
  /^(ResourceNotReadyException|InternalServerError|ServiceUnavailable|InternalServiceError|InternalException)$/;
const AT_STAKE = /^(run-job|cancel-run): /;

function scenarioOf(name: string): Scenario {
  return SCENARIOS.find((scenario) => scenario.name === name) ?? assert.fail(`no scenario ${name}`);
}

function isQuick({ fault: { site, error, duration } }: Cell): boolean {
  return duration === 'once' ? ONCE.test(error.name) : FOR_TWO_HOURS.test(error.name) && AT_STAKE.test(site.place);
}

describe('a call of AWS that fails', () => {
  let cells: Cell[];

  before(async () => {
    const reports = [];
    for (const scenario of SCENARIOS) reports.push(await runCell(scenario));
    const all = cellsOf(reports).filter(isQuick);
    const ofEach = Map.groupBy(all, ({ fault }) => fault.site.service);
    cells = [...ofEach.values()].flatMap((some) => some.filter((_, index) => index % PART === 0));
  });

  for (const service of ['lambda', 'dynamodb', 'states', 'secrets', 'bus', 'events'] as const) {
    it(`leaves no job unwatched, submits nothing twice, and ends by a name of ours: ${service}`, async () => {
      const reports = [];
      for (const { scenario, fault } of cells) {
        if (fault.site.service === service) reports.push(await runCell(scenarioOf(scenario), fault));
      }

      assert.ok(reports.length > 0);
      const unexpected = reports.filter(({ problems }) => problems.length > 0);
      assert.deepEqual(
        unexpected.map(({ scenario, fault, problems }) => [scenario, fault?.site, fault?.error.name, problems]),
        [],
      );
    });
  }

  it('does not have the job cancelled that a run was only to submit, where its result could not be written', async () => {
    const error = ERRORS.find(({ service }) => service === 'dynamodb');
    assert.ok(error);
    const site = { service: 'dynamodb', place: 'run-job: Write the result, UpdateItem' } as const;

    const { ends, problems } = await runCell(scenarioOf('a run that only submits'), {
      site,
      error,
      duration: 'two hours',
    });

    assert.deepEqual([ends, problems], [['submitted'], []]);
  });
});
