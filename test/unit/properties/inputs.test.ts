import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { handler as startRefresh } from '../../../functions/start-refresh/handler.ts';
import { assertAllowed, SUBJECTS, type Subject } from '../../support/contract-rules.ts';
import { type CountingSite, startCountingSite, withoutLog } from '../../support/counting-site.ts';
import { startTestAws, type TestAws } from '../../support/invoke.ts';
import { nearlyName, oddLike, oddText } from '../../support/odd-values.ts';
import { holds } from '../../support/properties.ts';
import { notification, objectCreated, record } from '../../support/raster-messages.ts';

const RUNS = 80;

/** Wherever a name, an id or a path may stand that becomes part of an address. */
const PLACES: [subject: string, event: (text: string, site: CountingSite) => object][] = [
  ['clear-rest-cache', (text, { arcgis: target }) => ({ submit: { target, folderName: text } })],
  ['clear-rest-cache', (text, { arcgis: target }) => ({ submit: { target, serviceName: text, type: 'MapServer' } })],
  ['clear-rest-cache', (text, { arcgis: target }) => ({ submit: { target, serviceName: 'A', type: `${text}Server` } })],
  ['delete-map-server-cache', (text, site) => ({ submit: deletion(`${text}/A.MapServer`, site) })],
  ['delete-map-server-cache', (text, site) => ({ submit: deletion(`A/${text}.MapServer`, site) })],
  ['delete-map-server-cache', (text, site) => ({ submit: deletion(`A/B${text}ImageServer`, site) })],
  [
    'refresh-service',
    (text, { arcgis: target }) => ({ submit: { target, serviceName: text, serviceType: 'MapServer' } }),
  ],
  [
    'refresh-service',
    (text, { arcgis: target }) => ({
      submit: { target, serviceFolder: text, serviceName: 'A', serviceType: 'MapServer', refreshOptions: text },
    }),
  ],
  [
    'purge-microstrategy-caches',
    (text, { microstrategy: target }) => ({ submit: { target, projects: [text, `${text}Tutorial`] } }),
  ],
  ['check-job', (text, site) => changedJob(eventOf('check-job', site), 'job', { jobId: text })],
  ['check-job', (text, site) => changedJob(eventOf('check-job', site), 'job', { taskPath: taskAt(text) })],
  ['check-job', (text, site) => changedJob(eventOf('check-job', site), 'job', { taskPath: undefined, taskUrl: text })],
  ['cancel-job', (text, site) => changedJob(eventOf('cancel-job', site), 'cancel', { jobId: text })],
  ['cancel-job', (text, site) => changedJob(eventOf('cancel-job', site), 'cancel', { taskPath: taskAt(text) })],
  [
    'cancel-job',
    (text, site) => search(site, { taskPath: `rest/services/${text}/GPServer/A`, inputs: { [text]: 'A' } }),
  ],
  ['cancel-job', (text, site) => search(site, { taskPath: text, inputs: {} })],
];

const search = ({ arcgis: target }: CountingSite, sought: object) => ({
  find: { target, sought, since: '2026-01-01T00:00:00.000Z' },
  attempt: { attempts: 0 },
});

const deletion = (inputService: string, { arcgis: target }: CountingSite) => ({
  target,
  inputService,
  confirm: inputService,
});
const taskAt = (text: string) => `rest/services/${text}/GPServer/A`;
const eventOf = (name: string, site: CountingSite) => subjectOf(name).events(site)[0];
const changedJob = (event: object | undefined, key: string, changes: object) => ({
  ...event,
  [key]: { ...Object(event)[key], ...changes },
});

function subjectOf(wanted: string): Subject {
  const subject = SUBJECTS.find(({ name }) => name === wanted);
  assert.ok(subject);
  return subject;
}

describe('whatever input comes', () => {
  let aws: TestAws;
  let site: CountingSite & { close(): Promise<void> };

  before(async () => {
    aws = await startTestAws();
    site = await startCountingSite(aws);
  });
  after(() => Promise.all([site.close(), aws.close()]));

  for (const subject of SUBJECTS) {
    it(`asks nothing of a vendor for ${subject.name} but what the contract allows, and fails by a name`, async (t) => {
      withoutLog(t);
      let reached = 0;

      await holds(
        fc.asyncProperty(oddLike(subject.events(site)), async (eventText) => {
          const counted = await site.run(subject.handler, eventText);

          if (counted.requests.length > 0) reached += 1;
          assertAllowed(subject, JSON.parse(eventText), counted, site);
        }),
        RUNS,
      );

      assert.ok(reached > RUNS / 20, `only ${reached} inputs were good`);
    });
  }

  it('leaves every address as it was meant, whatever stands in the place of a name, an id or a path', async (t) => {
    withoutLog(t);
    let reached = 0;

    await holds(
      fc.asyncProperty(fc.constantFrom(...PLACES), fc.oneof(nearlyName, oddText), async ([name, event], text) => {
        const subject = subjectOf(name);
        const eventText = JSON.stringify(event(text, site));

        const counted = await site.run(subject.handler, eventText);

        assertAllowed(subject, JSON.parse(eventText), counted, site);
        if (counted.requests.length > 0) reached += 1;
        else assert.equal(counted.error?.name, 'InvalidInputError');
      }),
      4 * RUNS,
    );

    assert.ok(reached > RUNS / 5, `only ${reached} names were good`);
  });

  for (const odd of ['', '../other', 'a/b', 'a*', '__proto__ ', 'x'.repeat(65), 'é', '\ud800']) {
    it(`reads no secret for the target ${JSON.stringify(odd.slice(0, 10))} of a watched or stopped job`, async (t) => {
      withoutLog(t);
      for (const [name, key] of [
        ['check-job', 'job'],
        ['cancel-job', 'cancel'],
      ] as const) {
        const subject = subjectOf(name);
        const eventText = JSON.stringify(changedJob(eventOf(name, site), key, { target: odd }));

        const { error } = await site.run(subject.handler, eventText);

        assert.equal(error?.name, 'InvalidInputError');
      }
    });
  }

  it('starts refreshes for the rasters of the settings only, and answers every batch of messages', async (t) => {
    withoutLog(t);
    const refreshInput = { target: site.arcgis, serviceName: 'Landsat', serviceType: 'ImageServer' };
    process.env['RASTERS'] = JSON.stringify([
      {
        name: 'a',
        bucket: 'my-rasters',
        suffixes: ['.tif'],
        together: { quiet: 1, longest: 1 },
        refresh: refreshInput,
      },
    ]);
    process.env['LEDGER_TABLE'] = 'ledger';
    t.after(() => {
      delete process.env['RASTERS'];
      delete process.env['LEDGER_TABLE'];
    });
    const body = oddLike([objectCreated('a.tif'), notification(['a.tif']), { Event: 's3:TestEvent' }]);

    await holds(
      fc.asyncProperty(fc.array(body, { minLength: 1, maxLength: 3 }), async (bodies) => {
        const eventText = JSON.stringify({ Records: bodies.map((text) => record(text)) });

        const { result, requests, executions } = await site.run(startRefresh, eventText);

        assert.ok(Array.isArray(Object(result).batchItemFailures));
        assert.equal(requests.length, 0);
        assert.ok(executions === 0 || bodies.some((text) => text.includes('my-rasters')));
      }),
      RUNS,
    );
  });
});
