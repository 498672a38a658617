/** The start of the names of executions that new rasters start. */
export const RASTERS_NAME = 'rasters-';
/** The same of those that an event starts; the name of it in the settings and the event's id follow. */
export const EVENT_NAME = 'event-';
/** The same of those that were started by hand in Lambda; the request id follows. */
export const BY_HAND_NAME = 'by-hand-';

/**
 * Who started an execution, by its name: new rasters, schedules (`nightly-2026-03-22T18-59-43Z`) and events name theirs, a
 * start by hand has a name that Step Functions or a person made up.
 */
export function startedBy(executionName: string): string {
  if (executionName.startsWith(RASTERS_NAME)) return 'S3';
  const event = /^event-(.+)-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.exec(executionName)?.[1];
  if (event !== undefined) return `event ${event}`;
  const schedule = /^(.+)-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/.exec(executionName)?.[1];
  return schedule === undefined ? 'person' : `schedule ${schedule}`;
}
