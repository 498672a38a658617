import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { watchSchema } from '../../../../shared/jobs/job-reference.ts';
import { type JobMessage, lastMessages } from '../../../../shared/jobs/job-state.ts';

const KEPT = 20;
const MAX_BYTES = 32_000;

const messages = (count: number, text = (index: number) => `message ${index}`): JobMessage[] =>
  Array.from({ length: count }, (_, index) => ({ type: 'informative', text: text(index) }));

describe("a job's last messages", () => {
  it('are all of them where there are few', () => {
    const kept = lastMessages(messages(3));

    assert.deepEqual(kept, messages(3));
  });

  it('are the newest 20 in their order', () => {
    const kept = lastMessages(messages(25));

    assert.deepEqual(kept, messages(25).slice(5));
  });

  it('are cut at 500 characters each', () => {
    const kept = lastMessages([
      { type: 'error', text: 'x'.repeat(501) },
      { type: 'abort', text: 'y'.repeat(500) },
    ]);

    assert.deepEqual(kept, [
      { type: 'error', text: 'x'.repeat(500) },
      { type: 'abort', text: 'y'.repeat(500) },
    ]);
  });

  for (const character of ['é', '道', '😀', '\u0001', '"', '\\']) {
    it(`fit well into 32 KB of JSON when they are long texts of ${JSON.stringify(character)}`, () => {
      const kept = lastMessages(messages(100, () => character.repeat(600)));

      assert.ok(Buffer.byteLength(JSON.stringify(kept)) < MAX_BYTES - 4_000);
      assert.ok(kept.length > 0);
    });
  }

  it('drop the oldest where 20 do not fit', () => {
    const kept = lastMessages(messages(KEPT, (index) => `${index} ${'道'.repeat(600)}`));

    assert.ok(kept.length < KEPT);
    assert.ok(kept.at(-1)?.text.startsWith('19 '));
    assert.ok(kept[0]?.text.startsWith(`${KEPT - kept.length} `));
  });

  it('are not changed where they were passed in', () => {
    const given = messages(30, () => 'x'.repeat(600));
    const before = structuredClone(given);

    lastMessages(given);

    assert.deepEqual(given, before);
  });
});

describe('a watch', () => {
  const watch = {
    status: 'running',
    job: {
      operation: 'refresh-service',
      target: 'city-gis',
      service: 'Imagery/Landsat.ImageServer',
      taskPath: 'rest/services/System/PublishingTools/GPServer/Refresh%20Service',
      jobId: 'j0123456789abcdef',
      submittedAt: '2026-01-15T03:00:00.000Z',
    },
    deadline: '2026-01-29T03:00:00.000Z',
    polls: 0,
    waitSeconds: 2,
    leaseUntil: '2026-01-15T12:20:00.000Z',
    watchingCost: 0.00075,
    jobStatus: 'esriJobSubmitted',
  };

  it('is accepted with and without progress and notes', () => {
    const watches = [watch, { ...watch, percent: 42.5, notes: ['updateExtent was not used'] }];

    const parsed = watches.map((each) => watchSchema.parse(each));

    assert.deepEqual(parsed, watches);
  });

  it('keeps what another version has written into it', () => {
    const trouble = { kind: 'odd', since: '2026-01-15T03:00:00.000Z', polls: 1, more: [1] };
    const wider = { ...watch, job: { ...watch.job, more: 'x' }, trouble, more: { x: 1 } };

    assert.deepEqual(watchSchema.parse(wider), wider);
  });

  it('takes the path of the task from its address, as version 0.1.0 kept it, wherever the site was', () => {
    const { taskPath, ...job } = watch.job;
    for (const site of ['https://gis.example.org/server', 'http://10.0.0.1:6080/arcgis', 'https://gis.example.org']) {
      const taskUrl = `${site}/${taskPath}`;

      const parsed = watchSchema.parse({ ...watch, job: { ...job, taskUrl } });

      assert.deepEqual(parsed, { ...watch, job: { ...job, taskPath, taskUrl } });
    }
  });
});
