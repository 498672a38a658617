import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCommand as start } from '../support/local-command.ts';

const MOMENTS: [when: string, shown: RegExp, done: string[]][] = [
  ['before its first job is submitted', /manage-map-server-cache-tiles .* started/, ['clear-rest-cache']],
  ['while its second job runs', /refresh-service .* esriJob/, ['clear-rest-cache', 'manage-map-server-cache-tiles']],
  [
    'while it waits for new rasters',
    /start-scheduled-job .* succeeded(?:.|\n)*manage-map-server-cache-tiles .* succeeded/,
    [
      'clear-rest-cache',
      'manage-map-server-cache-tiles',
      'refresh-service',
      'delete-map-server-cache',
      'purge-microstrategy-caches',
      'clear-rest-cache',
      'manage-map-server-cache-tiles',
    ],
  ],
];
for (const [when, moment, done] of MOMENTS) {
  test(`the tour that is interrupted ${when} starts nothing more and shows what was done`, async () => {
    const { interrupt, stdout, exited, shown, showing } = start([]);
    await showing(moment);

    interrupt();
    const [exitCode] = await exited;

    const [table = '', ...notes] = (await stdout).split('\n\n');
    const rows = table
      .split('\n')
      .slice(2)
      .map((line) => line.split(/ {2,}/));
    assert.equal(exitCode, 130);
    const [, afterwards = ''] = shown().split(/^Ctrl-C: .*$/m);
    assert.doesNotMatch(afterwards, / started\n|failed:|Runtime/);
    const [operations, statuses] = [rows.map(([operation]) => operation), rows.map((row) => row[3])];
    assert.deepEqual(operations.slice(0, done.length), done, table);
    // The one that ran may have ended by itself just then.
    assert.match(statuses.join(' '), /^(?:succeeded ?)*(?:stopped)?$/);
    assert.equal(notes.at(-1), `Stopped by Ctrl-C: ${8 - rows.length} of 8 were not started.\n`);
    assert.ok(rows.length <= done.length + 2, table);
  });
}
