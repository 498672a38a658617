/** The start of the names of executions that new rasters start. */
export const RASTERS_NAME = 'rasters-';
/** The same of those that were started by hand in Lambda; the request id follows. */
export const BY_HAND_NAME = 'by-hand-';

/**
 * Who started an execution, by its name: new rasters and schedules name theirs (`nightly-2026-03-22T18-59-43Z`), a
 * start by hand has a name that Step Functions or a person made up.
 */
export function startedBy(executionName: string): string {
  if (executionName.startsWith(RASTERS_NAME)) return 'S3';
  const schedule = /^(.+)-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/.exec(executionName)?.[1];
  return schedule === undefined ? 'person' : `schedule ${schedule}`;
}
