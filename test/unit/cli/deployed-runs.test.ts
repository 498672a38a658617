import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { DeployedRuns, wordsOfRuns } from '../../../cli/deployed-runs.ts';

const ARN = 'arn:aws:states:eu-west-1:111122223333:stateMachine:';

/** Step Functions with these machines, and one run of each `refresh-service`. */
async function stepFunctions(t: TestContext, machines: string[]) {
  const started: { stateMachineArn: string; input: string }[] = [];
  const server = createServer(async (request, response) => {
    const asked = JSON.parse(await text(request));
    const action = String(request.headers['x-amz-target']).split('.')[1];
    const half = Math.ceil(machines.length / 2);
    const page = asked.nextToken === undefined ? machines.slice(0, half) : machines.slice(half);
    if (action === 'StartExecution') started.push(asked);
    const answers: Record<string, object> = {
      ListStateMachines: {
        stateMachines: page.map((name) => ({ name, stateMachineArn: ARN + name })),
        ...(asked.nextToken === undefined && { nextToken: 'more' }),
      },
      ListExecutions: { executions: /refresh-service$/.test(asked.stateMachineArn) ? [{ name: 'nightly' }] : [] },
      StartExecution: { executionArn: 'arn', startDate: 0 },
    };
    response
      .writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
      .end(JSON.stringify(answers[action ?? '']));
  }).listen(0, '127.0.0.1');
  t.after(() => server.close().closeAllConnections());
  await once(server, 'listening');
  const address = server.address();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SFN: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  return started;
}

describe('the runs of the deployed stack', () => {
  it('are those of its own machines, not of another stack', async (t) => {
    await stepFunctions(t, ['test-refresh-service', 'hold', 'refresh-service', 'clear-rest-cache']);
    const region = ['--region', 'eu-west-1'];

    assert.deepEqual(await new DeployedRuns(undefined, region).atWork(), ['refresh-service/nightly']);
    assert.deepEqual(await new DeployedRuns('test', region).atWork(), ['refresh-service/nightly']);
    assert.deepEqual(await new DeployedRuns('other', region).atWork(), []);
  });

  it('wait while all targets are paused, until the pause is ended', async (t) => {
    const started = await stepFunctions(t, ['pause-site', 'refresh-service']);
    const runs = new DeployedRuns(undefined, ['--region=eu-west-1']);

    assert.equal(await runs.pause(), true);
    await runs.resume();

    const [begin, end] = started.map(({ input }) => JSON.parse(input));
    assert.equal(started[0]?.stateMachineArn, `${ARN}pause-site`);
    assert.deepEqual([begin.target, end.target], ['ALL', 'ALL']);
    assert.ok(Date.parse(begin.until) > Date.now() && Date.parse(end.until) < Date.now());
  });

  it('cannot be paused by a version that has no such machine', async (t) => {
    const started = await stepFunctions(t, ['refresh-service']);

    assert.equal(await new DeployedRuns(undefined, ['--region=eu-west-1']).pause(), false);
    assert.deepEqual(started, []);
  });

  it('are named, ten at most', () => {
    assert.equal(wordsOfRuns([]), 'No run is at work.');
    assert.match(wordsOfRuns(['refresh-service/one']), /^One run is at work.*\n {2}- refresh-service\/one$/);
    assert.match(
      wordsOfRuns(Array.from({ length: 12 }, (_, index) => `refresh-service/${index}`)),
      /\n {2}and 2 more$/,
    );
  });
});
