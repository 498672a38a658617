import type { Evidence } from './simulate.ts';

/** All that happened in a seed, first things first: seconds since the beginning, and what. */
export function traceOf({ world, runs }: Evidence): string[] {
  const { stateMachines, jobs, statuses, faults, beginsAt } = world;
  const executions = stateMachines.executions.flatMap((execution) => {
    const { machine, name, status, error, startedAt, stoppedAt, history, parent } = execution;
    const from = parent === undefined ? '' : ` for ${parent.machine} ${parent.name}`;
    const end = `${machine} ${name} ${status} ${error ?? ''} after ${history.join(' > ')}`;
    return [
      { at: startedAt, what: `${machine} ${name} starts${from}` },
      { at: stoppedAt, what: end },
    ];
  });
  const onServer = jobs.flatMap(({ job, run, forgottenAt }) => [
    { at: job.submittedAt, what: `job ${job.id} of ${run.name} is submitted (by the clock of the server)` },
    { at: job.endedAt, what: `job ${job.id} of ${run.name} is ${job.status} (by the clock of the server)` },
    { at: forgottenAt, what: `job ${job.id} of ${run.name} is forgotten (by the clock of the server)` },
  ]);
  return [
    ...executions,
    ...onServer,
    ...runs.flatMap(({ execution, stoppedAt }) => ({ at: stoppedAt, what: `${execution?.name} is stopped` })),
    ...statuses.map(({ at, operation, name, status }) => ({
      at,
      what: `the entry of ${operation} ${name} says ${status}`,
    })),
    ...faults.happened.map(({ at, name }) => ({ at, what: `fault: ${name}` })),
  ]
    .flatMap(({ at, what }) => (at === undefined ? [] : { at, what }))
    .sort((one, other) => one.at - other.at)
    .map(({ at, what }) => `${((at - beginsAt) / 1000).toFixed(3).padStart(10)}  ${what}`);
}
