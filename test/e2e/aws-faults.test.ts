import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Cell, cellsOf } from '../aws-faults/cells.ts';
import { ERRORS, type Service } from '../aws-faults/errors.ts';
import type { Duration, Fault } from '../aws-faults/faults.ts';
import { closeObjects } from '../aws-faults/objects.ts';
import { runCell } from '../aws-faults/run-cell.ts';
import type { Scenario } from '../aws-faults/scenario.ts';
import { SCENARIOS } from '../aws-faults/scenarios.ts';

/** `npm run test:aws-faults` plays every error at every call; here some of those that matter most are met, so many of a service. */
const MOST = 8;
/** Their calls are those of the others, at other moments. */
const LEFT_OUT = /^(a raster that comes|a run for rasters that is stopped|a plan with two|a plan that is stopped)/;
const SERVICES = ['lambda', 'dynamodb', 'states', 'secrets', 's3', 'sqs', 'cloudfront', 'bus', 'events'] as const;
const ONCE =
  /^(ResourceNotReadyException|Sandbox.*|carried out twice|ExecutionAlreadyExists|AccessDenied.*|NoSuchKey|lost.*)$/;
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

/** So many of them, at equal distances. */
function spread<T>(all: readonly T[], most: number): T[] {
  const step = Math.max(1, all.length / most);
  return all.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

describe('a call of AWS that fails', () => {
  let cells: Cell[];

  before(async () => {
    const reports = [];
    for (const scenario of SCENARIOS) if (!LEFT_OUT.test(scenario.name)) reports.push(await runCell(scenario));
    const all = cellsOf(reports).filter(isQuick);
    const ofEach = Map.groupBy(all, ({ fault }) => fault.site.service);
    cells = [...ofEach.values()].flatMap((some) => spread(some, MOST));
  });

  after(closeObjects);

  for (const service of SERVICES) {
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
    const fault = faultAt('dynamodb', 'run-job: Write the result, UpdateItem', 'InternalServerError');

    const { ends, problems } = await runCell(scenarioOf('a run that only submits'), fault);

    assert.deepEqual([ends, problems], [['submitted'], []]);
  });

  it('loses no letter about an unreadable raster while the queue of dead letters takes none', async () => {
    const fault = faultAt('sqs', 'renew-from-rasters: Give rasters up', 'refused');

    const { problems } = await runCell(scenarioOf('rasters of which one cannot be read'), fault);

    assert.deepEqual(problems, []);
  });

  it('has no second refresh made where the answer to the start of the first is lost', async () => {
    const fault = faultAt('states', 'renew-from-rasters: Run another, StartExecution', 'lost answer', 'once');

    const { ends, problems } = await runCell(scenarioOf('rasters and their tiles'), fault);

    assert.deepEqual([new Set(ends), problems], [new Set(['succeeded']), []]);
  });

  it('waits for S3 where it breaks off reading for two hours', async () => {
    const fault = faultAt('s3', 'renew-from-rasters: Ask, its function: GetObject', 'RequestTimeout');

    const { ends, problems } = await runCell(scenarioOf('rasters and their tiles'), fault);

    assert.deepEqual([new Set(ends), problems], [new Set(['succeeded']), []]);
  });

  it('takes a group of rasters where the SDK repeats a write that was carried out', async () => {
    const place = 'renew-from-rasters: Decide, its function: UpdateItem, call 2';

    const { ends, problems } = await runCell(
      scenarioOf('rasters and their tiles'),
      faultAt('dynamodb', place, 'carried out twice'),
    );

    assert.deepEqual([new Set(ends), problems], [new Set(['succeeded']), []]);
  });
});

function faultAt(service: Service, place: string, name: string, duration: Duration = 'two hours'): Fault {
  const error = ERRORS.find((one) => one.service === service && one.name === name) ?? assert.fail(name);
  return { site: { service, place }, error, duration };
}
