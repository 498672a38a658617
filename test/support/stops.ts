import assert from 'node:assert/strict';
import type { JobPlatform } from './job-platform.ts';

export const OPERATION = 'delete-map-server-cache';
export const STREETS = 'CachedServices/Streets.MapServer';
export const NAME = 'to-be-stopped';

/** Starts the run that a test stops. */
export function startRun({ start, target }: JobPlatform, inputService = STREETS) {
  return start(OPERATION, { target, inputService, confirm: inputService }, NAME);
}

/** Starts another run for the same service. */
export function startNext({ start, target }: JobPlatform) {
  const service = { serviceFolder: 'CachedServices', serviceName: 'Streets', serviceType: 'MapServer' };
  return start('refresh-service', { target, ...service }, 'next');
}

/** Stops the run when a machine first comes to a state; tells afterwards whether that happened. */
export function stopAt(
  platform: JobPlatform,
  place: { machine: string; state: string; moment: 'before' | 'after' },
  stop: () => void,
): () => boolean {
  let met = false;
  platform.onState(({ machine, state, moment }) => {
    if (met || machine !== place.machine || state !== place.state || moment !== place.moment) return;
    met = true;
    stop();
  });
  return () => met;
}

/** No job of ours runs on, the ledger says how it is, and the service is free for the next. */
export async function assertStopped({ emulator, ledger, target }: JobPlatform): Promise<void> {
  const jobs = emulator.jobs.list().map(({ status }) => status);
  assert.ok(jobs.length <= 1 && jobs.every((status) => /Cancelled|Succeeded/.test(status)), jobs.join());
  const run = await ledger.get(OPERATION, NAME);
  const expected = jobs.flatMap((status) => (status === 'esriJobCancelled' ? ['cancelled'] : ['stopped', 'succeeded']));
  if (run !== undefined)
    assert.ok(
      (expected.length > 0 ? expected : ['cancelled', 'stopped']).includes(String(run['status'])),
      `${run['status']} for ${jobs}`,
    );
  if (run !== undefined && run['status'] === 'cancelled' && jobs.length > 0) {
    assert.equal(run['jobId'], emulator.jobs.list()[0]?.id);
  }
  if (run !== undefined) assertEnded(run);
  const claim = await ledger.get('claim', `${target}/${STREETS}`);
  assert.ok(claim === undefined || claim['releasedAt'] !== undefined, 'the service is still claimed');
}

/** The run waits for nothing, and nobody takes it for one that is at work. */
export function assertEnded(run: Record<string, unknown>): void {
  assert.match(String(run['finishedAt']), /^\d{4}-.*Z$/);
  // Its end is still to be told, or has been.
  assert.equal(run['open'], run['toldAt'] === undefined ? 'untold' : undefined);
  assert.equal(run['waitingFor'], undefined);
}
