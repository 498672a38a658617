import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import fc from 'fast-check';
import { handler } from '../../../../functions/check-job/handler.ts';
import { watchSchema } from '../../../../shared/jobs/job-reference.ts';
import { invoke, startTestAws, type TestAws } from '../../../support/invoke.ts';
import { logLines } from '../../../support/log-lines.ts';
import { watchOf } from '../../../support/watch.ts';
import { type Answer, jsonAnswer, startWeatherServer, type WeatherServer } from '../../../support/weather-server.ts';

const TASK_PATH = 'rest/services/System/CachingTools/GPServer/DeleteCache';
const TOKEN = 'correct-horse-battery-staple';
const MAX_STATE_BYTES = 32_000;
const RUNS = 150;

let aws: TestAws;
let server: WeatherServer;
let answer: Answer;

before(async () => {
  aws = await startTestAws();
  server = await startWeatherServer();
  server.always(/./, () => answer);
});
after(() => Promise.all([server.close(), aws.close()]));

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.constantFrom('esriJobExecuting', 'esriJobPaused', TOKEN, `${'x'.repeat(95)}${TOKEN}`, '道'.repeat(50_000)),
);
const messages = fc.array(fc.record({ type: text, description: text }), { maxLength: 30 });
const running = fc.record({
  jobStatus: text,
  messages: fc.oneof(messages, fc.jsonValue()),
  progress: fc.record({ percent: fc.oneof(fc.double(), text) }),
});
const refusal = fc.record({
  error: fc.record({ code: fc.constantFrom(400, 403, 404, 498, 500), message: text, details: fc.array(text) }),
});
const answers: fc.Arbitrary<Answer> = fc.oneof(
  running.map(jsonAnswer),
  refusal.map(jsonAnswer),
  fc.jsonValue().map(jsonAnswer),
  text.map((body) => ({ body })),
);

it('a watch holds ids only, under 32 KB and without a secret, whatever the server answers', async (t) => {
  logLines(t);
  await fc.assert(
    fc.asyncProperty(fc.array(answers, { minLength: 1, maxLength: 4 }), async (given) => {
      const target = aws.newTarget({ vendor: 'arcgis', url: `${server.origin}/arcgis`, token: TOKEN });
      const job = { operation: 'delete-map-server-cache', target, service: 'A.MapServer', taskPath: TASK_PATH };
      let watch: unknown = watchOf(job);
      for (answer of given) {
        const left = await invoke(handler, watch).catch((error: unknown) => ({ message: Object(error).message }));

        const json = JSON.stringify(left);
        assert.ok(Buffer.byteLength(json) < MAX_STATE_BYTES, `${Buffer.byteLength(json)} bytes`);
        assert.ok(!json.includes('correct-horse'), json);
        if (Object(left).status !== 'running') return;
        const next = watchSchema.parse(left);
        assert.ok(Buffer.byteLength(json) < 2_000, `${Buffer.byteLength(json)} bytes`);
        assert.deepEqual(next.job, Object(watch).job);
        watch = next;
      }
    }),
    { numRuns: RUNS },
  );
});
