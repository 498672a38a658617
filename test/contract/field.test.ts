import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it, type TestContext } from 'node:test';
import { handler as checkJob } from '../../functions/check-job/handler.ts';
import { handler as clearRestCache } from '../../functions/clear-rest-cache/handler.ts';
import { handler as deleteCache } from '../../functions/delete-map-server-cache/handler.ts';
import { handler as manageTiles } from '../../functions/manage-map-server-cache-tiles/handler.ts';
import { handler as purge } from '../../functions/purge-microstrategy-caches/handler.ts';
import { handler as refresh } from '../../functions/refresh-service/handler.ts';
import { handler as startRefresh } from '../../functions/start-refresh/handler.ts';
import { type FieldAnswers, startFieldSite } from '../support/field-site.ts';
import { invoke, startTestAws, type TestAws, work } from '../support/invoke.ts';
import { logLines } from '../support/log-lines.ts';
import { record } from '../support/raster-messages.ts';
import { startTestLedger } from '../support/test-ledger.ts';
import type { WeatherServer } from '../support/weather-server.ts';

/** The situations that end as their `right` says. What each is and where it was seen: `test/fixtures/field/README.md`. */
const SITUATIONS = [
  '01-cached-range',
  '02-scheme-not-fused',
  '03-image-cache-delete',
  '04-bare-nan',
  '05-extent-unknown-reference',
  '06-early-error-of-a-success',
  '07-out-job-url',
  '08-site-address-too-long',
  '09-curve-rings',
  '10-unknown-measures',
  '11-antimeridian-not-cut',
  '12-named-crs',
  '13-ldap-not-configured',
  '14-library-address-without-path',
  '15-key-decomposed',
  '16-area-cut-off',
];

interface Situation {
  operation: string;
  input: { waitForJobCompletion?: string };
  secret?: object;
  secretUrl?: string;
  secretUrlEnds?: string;
  answers: FieldAnswers;
  rasters?: { refresh: { serviceName: string } }[];
  message?: object;
  right: Right;
}

interface Right {
  status?: string;
  error?: string | string[];
  says?: string;
  levels?: string;
  rings?: number[][][];
  areaWithoutSpatialReference?: boolean;
  outputUrl?: string;
  starts?: string[];
  /** Several results are right; the first is ours: `<error> that says <word>`. */
  either?: string[];
}

const HANDLERS: Record<string, typeof clearRestCache> = {
  'clear-rest-cache': clearRestCache,
  'delete-map-server-cache': deleteCache,
  'manage-map-server-cache-tiles': manageTiles,
  'purge-microstrategy-caches': purge,
  'refresh-service': refresh,
};

describe('a situation of the field', () => {
  let aws: TestAws;

  before(async () => {
    aws = await startTestAws();
  });
  after(() => aws.close());

  for (const name of SITUATIONS) {
    it(`comes out right: ${name}`, async (t) => {
      logLines(t);
      const situation: Situation = JSON.parse(readFileSync(`test/fixtures/field/${name}.json`, 'utf8'));
      if (situation.message !== undefined)
        return assert.deepEqual(await started(situation, aws, t), situation.right.starts);
      const site = await startFieldSite(situation.answers);
      t.after(() => site.close());

      const outcome = await run(situation, aws.newTarget(secretOf(situation, site.origin))).catch((error) => error);

      assertRight(outcome, situation.right, site);
    });
  }
});

/** The site's own path, unless the situation is that the secret has another one. */
function secretOf({ operation, secret, secretUrl, secretUrlEnds = '' }: Situation, origin: string): object {
  const isLibrary = operation.includes('microstrategy');
  const path = secretUrl === undefined ? `${isLibrary ? '/MicroStrategyLibrary' : '/arcgis'}${secretUrlEnds}` : '';
  const login = { username: 'svc', password: 'a-password' };
  return { vendor: isLibrary ? 'microstrategy' : 'arcgis', url: origin + path, ...login, ...secret };
}

/** The result of the operation; a job that is watched is watched to its end. */
async function run({ operation, input, answers: { poll } }: Situation, target: string): Promise<unknown> {
  const handler = HANDLERS[operation] ?? assert.fail(operation);
  if (poll === undefined) return await work(handler, { ...input, target });
  const watch = await invoke(handler, { submit: { ...input, target } });
  return Object(await invoke(checkJob, watch)).result;
}

/** The services that one message of the queue wakes the machine for new rasters for. */
async function started({ rasters = [], message }: Situation, aws: TestAws, t: TestContext): Promise<unknown[]> {
  await startTestLedger(t);
  process.env['LEDGER_TABLE'] = 'Ledger';
  const together = { quiet: 1, longest: 1 };
  process.env['RASTERS'] = JSON.stringify(rasters.map((each, index) => ({ name: String(index), together, ...each })));
  aws.end = { status: 'GONE' };
  const before = aws.executions.length;
  await invoke(startRefresh, { Records: [record(message)] });
  return aws.executions.slice(before).map(({ input }) => rasters[Number(Object(input).source)]?.refresh.serviceName);
}

function assertRight(outcome: unknown, right: Right, site: WeatherServer): void {
  const [, ...either] = /^(\w+) that says (\w+)$/.exec(right.either?.[0] ?? '') ?? [];
  const { error = either[0], says = either[1] } = right;
  const submits = site.requestsTo(/submitJob$/).map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
  if (error !== undefined) {
    assert.ok(outcome instanceof Error, `ended as ${JSON.stringify(outcome)}`);
    assert.ok([error].flat().includes(outcome.name), String(outcome));
    assert.match(outcome.message, new RegExp(`\\b${says}`));
    assert.deepEqual(submits, []);
    return;
  }
  assert.ok(!(outcome instanceof Error), String(outcome));
  assert.equal(Object(outcome).status, right.status);
  assert.equal(Object(outcome).outputUrl, right.outputUrl);
  // The one that there is: the first error of the job itself, or a note that counts its errors.
  if (says !== undefined) assert.match(JSON.stringify(outcome), /000564|\b(1|one) error/);
  const [{ levels, area_of_interest = '{}' } = {}, ...more] = submits;
  assert.deepEqual(more, []);
  if (right.levels !== undefined) assert.equal(levels, right.levels);
  const area = JSON.parse(area_of_interest);
  if (right.rings !== undefined) assert.deepEqual(area.features[0].geometry.rings, right.rings);
  if (right.areaWithoutSpatialReference) assert.deepEqual(Object.keys(area), ['geometryType', 'features']);
}
