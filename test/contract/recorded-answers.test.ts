import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { handler } from '../../functions/check-job/handler.ts';
import { watchSchema } from '../../shared/jobs/job-reference.ts';
import { invoke, startTestAws, type TestAws } from '../support/invoke.ts';
import { logLines } from '../support/log-lines.ts';
import { pollAnswers, type RecordedAnswer } from '../support/recorded-answers.ts';

const HOUR_MS = 3_600_000;

/** What check-job makes of each answer. A server that fails says nothing of the job: it runs on until the deadline. */
describe('a poll of a job that is watched', () => {
  let aws: TestAws;
  let server: Server;
  let siteUrl: string;
  let answer: RecordedAnswer;

  before(async () => {
    aws = await startTestAws();
    server = createServer((request, response) => {
      const isPoll = request.url?.endsWith('/jobs/j1') ?? false;
      const {
        status = 200,
        headers = {},
        body,
      } = isPoll ? answer : { body: { token: 'another-token', expires: Date.now() + 3_600_000 } };
      response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    siteUrl = `http://127.0.0.1:${address.port}/arcgis`;
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await aws.close();
  });

  const watch = (target: string) => ({
    status: 'running',
    job: {
      operation: 'delete-map-server-cache',
      target,
      service: 'Roads.MapServer',
      taskPath: 'rest/services/System/CachingTools/GPServer/DeleteCache',
      jobId: 'j1',
      submittedAt: new Date(Date.now() - 60_000).toISOString(),
    },
    deadline: new Date(Date.now() + 3_600_000).toISOString(),
    polls: 3,
    waitSeconds: 3,
    leaseUntil: new Date(Date.now() + 3_600_000).toISOString(),
    watchingCost: 0.001,
    jobStatus: 'esriJobSubmitted',
  });

  it('has met at least forty different answers', () => {
    assert.ok(new Set(pollAnswers.map(({ name }) => name)).size >= 40);
  });

  for (const recorded of pollAnswers) {
    it(`is ${recorded.outcome} after ${recorded.name}`, async (t) => {
      logLines(t);
      answer = recorded;
      const target = aws.newTarget({ vendor: 'arcgis', url: siteUrl, username: 'svc', password: 'correct-horse' });

      const outcome = await invoke(handler, watch(target)).then(
        (result) => (typeof result === 'object' && result !== null && 'status' in result ? result.status : undefined),
        (error: Error) => error.name,
      );

      assert.equal(outcome, recorded.outcome);
    });

    if (recorded.outcome !== 'running') continue;
    it(`is ${recorded.inTheEnd ?? 'running'} after an hour of nothing but ${recorded.name}`, async (t) => {
      logLines(t);
      answer = recorded;
      const target = aws.newTarget({ vendor: 'arcgis', url: siteUrl, username: 'svc', password: 'correct-horse' });
      const { trouble, ...next } = watchSchema.parse(await invoke(handler, watch(target)));
      const since = new Date(Date.now() - HOUR_MS).toISOString();

      const outcome = await invoke(
        handler,
        trouble ? { ...next, trouble: { ...trouble, since, polls: 2 } } : next,
      ).then(
        (result) => Object(result).status,
        (error: Error) => error.name,
      );

      assert.equal(outcome, recorded.inTheEnd ?? 'running');
    });
  }
});
