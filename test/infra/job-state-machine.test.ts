import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pascalCase } from '../../infra/operations.ts';
import { SUBMITS_END_AFTER_MS } from '../../shared/arcgis/find-job.ts';
import { submitLeaseUntil } from '../../shared/jobs/poll-policy.ts';
import { JOBS, machinesOf, NOTHING_SUBMITTED, reachableFrom, required } from './machines.ts';

const NOTHING_WAS_RUN = 'Lambda.TooManyRequestsException';
const SUBMIT_TIMEOUT_SECONDS = 120;

const machines = machinesOf({ jobs: { 'refresh-service': { maxWaiting: 3 } } });
const job = required(machines, 'refresh-service');
const stateOf = (name: string) => required(job.states, name);

describe('the state machine of a job', () => {
  for (const name of JOBS) {
    it(`checks the input and submits with the function of ${name}, which is told by the event what is asked`, () => {
      const { states, startAt } = required(machines, name);

      const FunctionName = `arn:aws:lambda:${pascalCase(name)}Function`;
      const execution = { 'name.$': '$$.Execution.Name', 'startedAt.$': '$$.Execution.StartTime' };
      assert.equal(startAt, 'Prepare');
      assert.deepEqual(
        [required(states, 'Prepare').Parameters, required(states, 'Submit').Parameters],
        [
          { FunctionName, Payload: { 'prepare.$': '$', execution } },
          { FunctionName, Payload: { 'submit.$': '$.input' } },
        ],
      );
    });
  }

  it('is the same for every operation, but for its function and its limit of waiting runs', () => {
    const definitions = JOBS.map((name) => {
      const json = JSON.stringify(required(machines, name).json).replaceAll(`${pascalCase(name)}Function`, 'Function');
      return json.replaceAll(/"maxWaiting":\d+/g, '');
    });

    assert.equal(new Set(definitions).size, 1);
  });

  it('waits for its turn with the limit of the settings, ten without any, and is new to the queue only once', () => {
    const inputs = [job, required(machines, 'delete-map-server-cache')].map(({ states }) =>
      ['Take a turn', 'Wait on for the turn'].map((state) => required(states, state).Parameters['Input']),
    );

    const input = (maxWaiting: number) => {
      const same = { 'run.$': '$.run', 'claim.$': '$.claim', 'request.$': '$.request', maxWaiting };
      return [
        { ...same, isNew: true, attach: {} },
        { ...same, isNew: false, 'attach.$': '$.turn.state.attach' },
      ];
    };
    assert.deepEqual(inputs, [input(3), input(10)]);
  });

  it('ends within the year that Step Functions allows, after the longest wait and job', () => {
    const days = (job.timeoutSeconds ?? 0) / 86_400;

    assert.equal(days, 360);
  });

  it('goes through the run in this order', () => {
    const next = Object.fromEntries(
      [...job.states].map(([name, { Next, Default, Choices }]) => [
        name,
        Next ?? [...Choices.map((choice) => choice.Next), ...(Default === undefined ? [] : [Default])],
      ]),
    );

    assert.deepEqual(next, {
      Prepare: 'Enter the ledger',
      'Enter the ledger': 'Take a turn',
      'Take a turn': 'Whose turn is it?',
      'Wait on for the turn': 'Whose turn is it?',
      'Whose turn is it?': [
        'Note the submit',
        'Wait on for the turn',
        'Leave the queue',
        'Enter the queue again',
        'Write the attached result',
        'Take the error of the turn',
      ],
      'Leave the queue': 'Wait on for the turn',
      'Enter the queue again': 'Wait on for the turn',
      'Take the error of the turn': 'Is it an error of Step Functions?',
      'Write the attached result': 'Done as the other',
      'Done as the other': [],
      'Note the submit': 'Submit',
      Submit: 'Is the job watched?',
      'Wait for the lost submit': 'Find the lost job',
      'Find the lost job': 'Is the job watched?',
      'The submit is uncertain': 'Record the failure',
      'Is the job watched?': ['Record the job', 'Write the submitted job'],
      'Record the job': 'Renew the lease',
      'Write the submitted job': 'Release the service, unwatched',
      'Release the service, unwatched': 'Submitted',
      Submitted: [],
      Watch: 'How is the job?',
      'How is the job?': ['Note the progress', 'Write the result', 'Take the error of the watch'],
      'Note the progress': 'Renew the lease',
      'Renew the lease': 'Watch',
      'Take the error of the watch': 'Note the polls',
      'Note the polls': 'Is it an error of Step Functions?',
      'Write the result': 'Release the service',
      'Release the service': 'Done',
      Done: [],
      'Is it an error of Step Functions?': ['Name the error of Step Functions', 'Record the failure'],
      'Name the error of Step Functions': 'Record the failure',
      'Record the failure': 'Is the job over?',
      'Is the job over?': ['Release the service after the failure', 'Release the service after the failure', 'Fail'],
      'Release the service after the failure': 'Fail',
      Fail: [],
    });
  });

  it('repeats a submit only where no job can have been submitted', () => {
    const { Retry } = stateOf('Submit');

    assert.deepEqual(Retry, [
      {
        ErrorEquals: ['VendorUnreachableError', 'VendorBusyError'],
        IntervalSeconds: 60,
        BackoffRate: 2,
        MaxAttempts: 2,
      },
      { ErrorEquals: [NOTHING_WAS_RUN], IntervalSeconds: 5, BackoffRate: 2, MaxDelaySeconds: 60, MaxAttempts: 5 },
    ]);
  });

  it('is through with its submits, and the search for a lost one, before the lease of its claim ends', () => {
    const pauses = [60, 120, ...[5, 10, 20, 40, 60], 150, 30, 30];

    const longest = (3 + 3) * SUBMIT_TIMEOUT_SECONDS + pauses.reduce((sum, seconds) => sum + seconds);
    assert.ok(longest < Date.parse(submitLeaseUntil(0)) / 1000, `${longest} s`);
  });

  it('is through with its submits before a job that was submitted later is taken for another one', () => {
    const longest = 3 * SUBMIT_TIMEOUT_SECONDS + [60, 120, 5, 10, 20, 40, 60].reduce((sum, seconds) => sum + seconds);

    assert.ok(longest < SUBMITS_END_AFTER_MS / 1000, `${longest} s`);
  });

  it('is failed by no error after its entry without a record: only where a job runs does it go on', () => {
    const afterEntry = [...reachableFrom(job, 'Enter the ledger')]
      .map((name) => [name, stateOf(name)] as const)
      .filter(([, { Type }]) => Type === 'Task');

    const caught = Object.fromEntries(
      afterEntry.map(([name, { Catch }]) => [
        name,
        Catch.map(({ ErrorEquals, ResultPath, Next }) => [ErrorEquals.join(), ResultPath, Next].join(' ')),
      ]),
    );
    const toFailure = ['States.ALL $.error Is it an error of Step Functions?'];
    const goesOn = (next: string) => [`States.ALL  ${next}`];
    assert.deepEqual(caught, {
      'Take a turn': toFailure,
      'Wait on for the turn': toFailure,
      'Leave the queue': toFailure,
      'Enter the queue again': toFailure,
      'Write the attached result': toFailure,
      'Note the submit': toFailure,
      Submit: [
        `${[...NOTHING_SUBMITTED, 'SubmitUncertainError'].join()} $.error Record the failure`,
        'States.ALL $.error Wait for the lost submit',
      ],
      'Find the lost job': [
        'SubmitUncertainError $.error Record the failure',
        'States.ALL $.search The submit is uncertain',
      ],
      'Record the job': goesOn('Renew the lease'),
      'Write the submitted job': toFailure,
      'Release the service, unwatched': goesOn('Submitted'),
      Watch: toFailure,
      'Note the progress': goesOn('Renew the lease'),
      'Renew the lease': goesOn('Watch'),
      'Note the polls': goesOn('Is it an error of Step Functions?'),
      'Write the result': toFailure,
      'Release the service': goesOn('Done'),
      'Record the failure': goesOn('Is the job over?'),
      'Release the service after the failure': goesOn('Fail'),
    });
  });

  it('frees the service after a failure only as its holder, and where no job can be running', () => {
    const { Choices } = stateOf('Is the job over?');

    const conditions = Choices.map(({ And }) => And);
    const isHolder = [
      { Variable: '$.turn', IsPresent: true },
      { Variable: '$.turn.state.outcome', StringEquals: 'holder' },
    ];
    const isError = (names: string[]) => ({
      Or: names.map((name) => ({ Variable: '$.error.Error', StringEquals: name })),
    });
    assert.deepEqual(conditions, [
      [
        ...isHolder,
        { Variable: '$.watch', IsPresent: true },
        isError(['JobFailedError', 'JobCancelledError', 'JobLostError']),
      ],
      [...isHolder, { Variable: '$.watch', IsPresent: false }, isError(NOTHING_SUBMITTED)],
    ]);
  });

  it('changes the claim only while it is its own', () => {
    const onClaim = [...job.states].filter(([, { Parameters }]) =>
      JSON.stringify(Parameters['Key'])?.includes('"S":"claim"'),
    );

    assert.equal(onClaim.length, 4);
    for (const [name, { Parameters }] of onClaim) {
      const { ConditionExpression, ExpressionAttributeValues: values } = Parameters;
      assert.equal(ConditionExpression, '#holder = :me AND #fence = :fence', name);
      assert.deepEqual(Object(values)[':me'], { 'S.$': '$.run.name' }, name);
      assert.deepEqual(Object(values)[':fence'], { 'N.$': '$.turn.state.fence' }, name);
    }
  });

  it('gives each end its own output', () => {
    const outputs = [...job.states]
      .filter(([, { Type }]) => Type === 'Succeed')
      .map(([name, { OutputPath }]) => [name, OutputPath]);

    assert.deepEqual(outputs, [
      ['Done as the other', '$.turn.state.result'],
      ['Submitted', '$.watch.state'],
      ['Done', '$.watch.state.result'],
    ]);
  });
});
