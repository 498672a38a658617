import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pascalCase } from '../../infra/operations.ts';
import { SUBMITS_END_AFTER_MS } from '../../shared/arcgis/submit-once.ts';
import { submitLeaseUntil } from '../../shared/jobs/poll-policy.ts';
import { JOBS, type Machine, machinesOf, OPERATIONS, reachableFrom, required, type State } from './machines.ts';
import { synthesize } from './synthesize.ts';

const NOTHING_WAS_RUN = 'Lambda.TooManyRequestsException';
/** The waits that functions ask for between two submits. */
const PAUSES_OF_FUNCTIONS = [60, 120];

const stack = synthesize();
const machines = machinesOf({ jobs: { 'refresh-service': { maxWaiting: 3 } } });
const runJob = required(machines, 'run-job');

const payloadOf = ({ Parameters }: State) => Object(Parameters['Payload']);
const catchesAll = ({ Catch }: State) => Catch.some(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'));
const tasksOf = ({ states }: Machine) => [...states].filter(([, { Type }]) => Type === 'Task');

/** The names of the states that have the operation's function do its work, or look for what it did. */
const calls = tasksOf(runJob).filter(([, state]) => 'submit.$' in payloadOf(state));
const [submit = '', ...otherSubmits] = calls
  .filter(([, state]) => !('lostSince.$' in payloadOf(state)))
  .map(([name]) => name);
const [search = '', ...otherSearches] = calls
  .filter(([, state]) => 'lostSince.$' in payloadOf(state))
  .map(([name]) => name);

describe('a submit', () => {
  it('is made at one place, and looked for at another', () => {
    assert.deepEqual([otherSubmits, otherSearches], [[], []]);
  });

  it('is made again by the machine itself only where Lambda has run nothing', () => {
    const { Retry } = required(runJob.states, submit);

    assert.deepEqual(
      Retry.map(({ ErrorEquals }) => ErrorEquals),
      [[NOTHING_WAS_RUN]],
    );
  });

  it('that broke off leads to the search, after all that it may still do is done', () => {
    const lost = required(runJob.states, submit).Catch.find(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'));
    const wait = required(runJob.states, lost?.Next ?? '');

    assert.deepEqual([wait.Type, wait['SecondsPath'], wait.Next], ['Wait', '$.submitSeconds', search]);
    for (const name of OPERATIONS) {
      const { submitSeconds } = inputOf(name);
      assert.ok(submitSeconds > timeoutOf(name), name);
    }
  });

  it('is through with all its tries before a job that was submitted later is taken for another one', () => {
    for (const name of JOBS) {
      const submits = PAUSES_OF_FUNCTIONS.length + 1;
      const longest =
        submits * (timeoutOf(name) + pausesOf(submit)) + PAUSES_OF_FUNCTIONS.reduce((sum, seconds) => sum + seconds, 0);

      assert.ok(longest < SUBMITS_END_AFTER_MS / 1000, `${name}: ${longest} s`);
    }
  });

  it('is through with all its tries, and with the search, before the lease of its claim ends', () => {
    for (const name of OPERATIONS) {
      const { submitSeconds } = inputOf(name);
      const submits = PAUSES_OF_FUNCTIONS.length + 1;
      const searches = 1 + (required(runJob.states, search).Retry.at(-1)?.['MaxAttempts'] as number);
      const longest =
        (submits + searches) * timeoutOf(name) +
        PAUSES_OF_FUNCTIONS.reduce((sum, seconds) => sum + seconds, 0) +
        submits * pausesOf(submit) +
        submitSeconds +
        pausesOf(search);

      assert.ok(longest < Date.parse(submitLeaseUntil(0, submitSeconds)) / 1000, `${name}: ${longest} s`);
    }
  });
});

describe('a run', () => {
  for (const name of OPERATIONS) {
    it(`of ${name} fails by no error that is not in its entry`, () => {
      const machine = required(machines, name);
      const recorder = 'Record the failure';

      // A dry run is no run, and has no entry.
      for (const [state, task] of tasksOf(machine).filter(
        ([name]) => !['Dry run', 'How long would it take?'].includes(name),
      )) {
        assert.ok(catchesAll(task), state);
        const caught = task.Catch.map(({ Next }) => Next);
        if (state !== recorder) for (const next of caught) assert.ok(leadsThrough(machine, next, recorder), state);
      }
    });
  }

  it('that may have a job on the server is left by no error', () => {
    const after = [submit, search].flatMap((state) => [...reachableFrom(runJob, state)]);

    const tasks = tasksOf(runJob).filter(([state]) => after.includes(state));
    assert.ok(tasks.length > 5);
    for (const [state, task] of tasks) assert.ok(catchesAll(task), state);
  });

  it('has its end in its entry before its service is free', () => {
    const ends = tasksOf(runJob).flatMap(([state, { Parameters }]) => (isEnd(Parameters) ? [state] : []));
    const hold = required(machines, 'hold');
    const releases = tasksOf(hold).filter(([, { Parameters }]) =>
      /#releasedAt/.test(String(Parameters['UpdateExpression'])),
    );

    const [done = ''] = [...runJob.states].find(([, { Type }]) => Type === 'Succeed') ?? [];
    assert.deepEqual(ends.length, 2);
    assert.ok(!reachableFrom(without(runJob, ends), runJob.startAt).has(done));
    assert.equal(releases.length, 1);
    for (const [state] of releases) assert.ok(!reachableFrom(without(hold, ['Do the work']), hold.startAt).has(state));
  });

  it('changes a claim only while it is its own', () => {
    const onClaims = [...machines.values()]
      .flatMap(tasksOf)
      .filter(([, { Parameters }]) => JSON.stringify(Parameters['Key'])?.includes('"S":"claim"'));

    assert.equal(onClaims.length, 2);
    for (const [state, { Parameters }] of onClaims) {
      const { ConditionExpression, ExpressionAttributeValues: values } = Parameters;
      assert.equal(ConditionExpression, '#holder = :me AND #fence = :fence', state);
      assert.deepEqual(
        Object(values)[':me'],
        { 'S.$': state === 'Renew the lease' ? '$.holder' : '$.run.name' },
        state,
      );
    }
  });

  it('ends within the year that Step Functions allows', () => {
    for (const name of OPERATIONS) assert.equal(required(machines, name).timeoutSeconds, 360 * 86_400);
  });

  it('waits with the limit of the settings, ten without any', () => {
    const limits = ['refresh-service', 'delete-map-server-cache'].map((name) => inputOf(name).maxWaiting);

    assert.deepEqual(limits, [3, 10]);
  });
});

/** What the machine of an operation hands to `hold`. */
function inputOf(operation: string): { submitSeconds: number; maxWaiting: number } {
  return JSON.parse(JSON.stringify(required(required(machines, operation).states, 'Hold and run').Parameters['Input']));
}

function timeoutOf(name: string): number {
  return Number(stack.one('AWS::Lambda::Function', `${pascalCase(name)}Function`).Properties['Timeout']);
}

/** All the seconds that the retries of a state wait, at most. */
function pausesOf(name: string): number {
  return required(runJob.states, name)
    .Retry.flatMap((retrier) => {
      const {
        IntervalSeconds = 1,
        BackoffRate = 2,
        MaxDelaySeconds = Number.POSITIVE_INFINITY,
        MaxAttempts = 3,
      } = retrier as Record<string, number>;
      return Array.from({ length: MaxAttempts }, (_, attempt) =>
        Math.min(IntervalSeconds * BackoffRate ** attempt, MaxDelaySeconds),
      );
    })
    .reduce((sum, seconds) => sum + seconds, 0);
}

/** Whether an update says how a run has ended: by a status that is its last, or by what a function tells. */
function isEnd(parameters: Record<string, unknown>): boolean {
  return 'UpdateExpression.$' in parameters || /#open = :open.* REMOVE/.test(String(parameters['UpdateExpression']));
}

function leadsThrough(machine: Machine, from: string, through: string): boolean {
  return from === through || reachableFrom(machine, from).has(through);
}

/** The machine as it would be if nothing led on from these states. */
function without({ states, ...machine }: Machine, names: readonly string[]): Machine {
  const cut = [...states].map(([name, state]): [string, State] =>
    names.includes(name)
      ? [name, { ...state, Next: undefined, Catch: [], Choices: [], Default: undefined }]
      : [name, state],
  );
  return { ...machine, states: new Map(cut) };
}
