import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { linesOf, runInTerminal, withoutTerminal } from '../support/terminal.ts';

const START = fileURLToPath(new URL('../../cli/start.ts', import.meta.url));
const GREEN = '\u001b[32m';

function tooLong(written: string, columns = 80): string[] {
  // The terminal itself shows ^C where Ctrl-C is typed.
  return linesOf(written).filter((line) => line.replace('^C', '').length > columns);
}

describe('in a terminal of 80 columns', { skip: withoutTerminal }, () => {
  it('the tour breaks no line inside a word, and shows its statuses in colour', async () => {
    const { written, exitCode } = await runInTerminal([START]).ended;

    assert.equal(exitCode, 0, written);
    assert.deepEqual(tooLong(written), []);
    assert.ok(written.split(`${GREEN}succeeded`).length > 8);
    const table = linesOf(written).slice(linesOf(written).findIndex((line) => line.startsWith('Operation ')));
    assert.match(
      table.join('\n'),
      /^manage-map-server-cache-tiles {2}hand +succeeded +\d+\.\d\n {2}arcgis, \d+ requests: B/m,
    );
  });

  it('Ctrl-C ends the tour with the table of what was done', async () => {
    const { type, showing, ended } = runInTerminal([START]);
    await showing(/manage-map-server-cache-tiles .* esriJob/);

    type('\u0003');
    const { written, exitCode } = await ended;

    assert.equal(exitCode, 130);
    assert.deepEqual(tooLong(written), []);
    const afterwards = written.slice(written.indexOf('Ctrl-C: '));
    assert.doesNotMatch(afterwards, /refresh-service|failed/);
    assert.match(afterwards, /manage-map-server-cache-tiles {2}hand {8}.*(?:stopped|succeeded)/);
    assert.match(afterwards, /Stopped by Ctrl-C: [67] of 8 were not started\./);
  });

  it('an error is JSON over several lines, in a pipe it has one', async () => {
    const { written, exitCode } = await runInTerminal([START, 'clear-rest-cache']).ended;

    assert.equal(exitCode, 1);
    assert.match(written, /^\{\r?\n {2}"error": "UsageError",\r?\n {2}"message": /m);
  });

  it('the runs have no colour where NO_COLOR asks for none', async () => {
    const environment = { NO_COLOR: '1' };

    const [coloured, plain] = await Promise.all([
      runInTerminal([START, 'runs']).ended,
      runInTerminal([START, 'runs'], { environment }).ended,
    ]);

    assert.ok(coloured.written.includes(`${GREEN}succeeded`));
    assert.ok(plain.written.includes('succeeded') && !plain.written.includes(GREEN));
  });

  for (const args of [['--help'], ['runs'], ['runs', '--help']]) {
    it(`${args.join(' ')} keeps to its width`, async () => {
      const { written, exitCode } = await runInTerminal([START, ...args]).ended;

      assert.equal(exitCode, 0);
      assert.deepEqual(tooLong(written), []);
    });
  }
});
