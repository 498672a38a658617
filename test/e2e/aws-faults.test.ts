import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type Cell, cellsOf } from '../aws-faults/cells.ts';
import { runCell } from '../aws-faults/run-cell.ts';

/** `npm run test:aws-faults` plays every error; here is one of each kind at every call. */
const QUICK =
  /ResourceNotReady|Sandbox|RequestLimitExceeded|carried out twice|ServiceUnavailable|AlreadyExists|InternalService|AccessDenied|^lost$/;

describe('a call of AWS that fails', () => {
  let cells: Cell[];

  before(async () => {
    cells = (await cellsOf()).filter(({ fault }) => QUICK.test(fault.error.name));
  });

  for (const service of ['lambda', 'dynamodb', 'states', 'secrets', 'events'] as const) {
    it(`leaves no job unwatched, submits nothing twice, and ends by a name of ours: ${service}`, async () => {
      const reports = [];
      for (const { scenario, fault } of cells) {
        if (fault.site.service === service) reports.push(await runCell(scenario, fault));
      }

      assert.ok(reports.length > 0);
      assert.ok(reports.every(({ hits }) => hits > 0));
      const unexpected = reports.filter(({ problems }) => problems.length > 0);
      assert.deepEqual(
        unexpected.map(({ scenario, fault, problems }) => [scenario, fault?.site, fault?.error.name, problems]),
        [],
      );
    });
  }
});
