import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readSettings, type Settings, SettingsError } from '../../infra/settings/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'cache-ops-settings-'));
after(() => rmSync(folder, { recursive: true }));

/** What is wrong with this text: `<line> <problem>`, without the file's name. */
function problemsOf(text: string): string[] {
  const file = join(folder, 'settings.yaml');
  writeFileSync(file, text);
  try {
    readSettings(file);
    return [];
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim().slice(file.length + 1));
  }
}

function settingsIn(text: string): Settings {
  assert.deepEqual(problemsOf(text), []);
  return readSettings(join(folder, 'settings.yaml'));
}

describe('the shipped settings', () => {
  const lines = readFileSync('infra/settings.yaml', 'utf8').split('\n');
  const examples = lines.flatMap((line, index) => (/^#(?=\w| {2})/.test(line) ? [index] : []));
  /** People take the # away; editors the space behind it too. */
  const ways: [who: string, mark: RegExp][] = [
    ['a person', /^#/],
    ['an editor', /^# ?/],
  ];
  const uncommented = (mark: RegExp, isTaken: (line: number) => boolean) =>
    lines.map((line, index) => (isTaken(index) ? line.replace(mark, '') : line)).join('\n');

  it('hold examples of all that may be set', () => {
    const {
      name,
      schedules,
      rasters,
      events,
      edges,
      clients,
      jobs,
      windows,
      sites,
      ledger,
      network,
      encryption,
      notifications,
    } = settingsIn(uncommented(/^#/, (line) => examples.includes(line)));

    assert.deepEqual([name, schedules.length, rasters.length, events.length, edges.length], ['test', 2, 1, 1, 1]);
    assert.equal(network?.subnetIds.length, 2);
    assert.match(encryption?.keyArn ?? '', /:key\//);
    assert.deepEqual(jobs, { 'manage-map-server-cache-tiles': { maxDuration: 14, maxWaiting: 10 } });
    assert.deepEqual([windows['nights']?.from, sites['city-gis']?.jobsAtOnce], ['20:00', 4]);
    assert.deepEqual([clients, ledger], [{ websocket: true }, { keepDays: 400 }]);
    assert.deepEqual(notifications, { email: 'gis-team@example.org', tell: ['failed', 'partly', 'uncertain'] });
  });

  for (const [who, mark] of ways) {
    it(`are YAML after every line that ${who} uncomments: what is not there yet is missing, nothing else is wrong`, () => {
      for (const last of examples) {
        const problems = problemsOf(uncommented(mark, (line) => examples.includes(line) && line <= last));

        const others = problems.filter(
          (problem) => !/^\d+ (?:schedules|rasters|events|edges|network|notifications)[\w[\].]*: /.test(problem),
        );
        assert.deepEqual(others, [], `after line ${last + 1}`);
      }
    });

    it(`can be used with any one of the examples alone, as ${who} uncomments it`, () => {
      const blocks = Map.groupBy(examples, (line) => lines.slice(0, line).filter((one) => one === '').length);
      for (const block of blocks.values()) {
        assert.deepEqual(problemsOf(uncommented(mark, (line) => block.includes(line))), [], `line ${block[0]}`);
      }
      assert.equal(blocks.size, 16);
    });
  }
});

const entry = (line: string) => `schedules:
  - name: nightly
    operation: clear-rest-cache
    ${line}
    input: { target: city-gis }
`;
const GOOD = entry('expression: rate(1 day)');

describe('a mistake in the YAML is said in plain words, with its line', () => {
  const MISTAKES: [what: string, text: string, said: string | RegExp][] = [
    [
      'a tab',
      entry('expression: rate(1 day)').replace('    operation', '\toperation'),
      '3 is indented by a tab: use spaces',
    ],
    ['no colon', GOOD.replace('operation:', 'operation'), /^3 has no colon: /],
    ['no colon at the top', 'secretPrefix a/\nschedules: []\n', /^1 has no colon: /],
    [
      'no space after a colon',
      GOOD.replace('operation: ', 'operation:'),
      '3 has no space after the colon of operation',
    ],
    ['nothing but a line like that', 'secretPrefix:a/\n', '1 has no space after the colon of secretPrefix'],
    ['a line too far left', GOOD.replace('    operation', '   operation'), /^3 is indented by 3 spaces: /],
    ['a line too far right', GOOD.replace('    operation', '     operation'), /^3 is indented by 5 spaces: /],
    ['a key too far right at the top', 'secretPrefix: a/\n schedules: []\n', /^2 is indented by 1 space: /],
    ['a key too far left at the top', ' secretPrefix: a/\nschedules: []\n', /^2 is indented by 0 spaces: /],
    ['an entry too far right', `${GOOD}   - name: other\n`, /^6 is indented by 3 spaces: /],
    ['no space after a dash', GOOD.replace('- name', '-name'), '2 needs a space after its dash'],
    [
      'spaces of a web page',
      GOOD.replace('    operation', '\u00a0\u00a0\u00a0\u00a0operation'),
      /^3 is indented by something that only looks/,
    ],
    ['a key twice', GOOD.replace('    operation', '    name: b\n    operation'), '3 name stands twice here: keep one'],
    ['an open brace', GOOD.replace(' }', ''), '5 has a { that nothing closes'],
    ['an open quote', GOOD.replace('nightly', '"nightly'), '2 has a " that nothing closes'],
    ['a brace too many', GOOD.replace('}', '}}'), '5 has a } that closes nothing'],
    ['no comma', GOOD.replace('gis }', 'gis folderName: A }'), /^5 needs a comma /],
    ['a colon in a value', GOOD.replace('nightly', 'a: b'), '2 has a value with a colon in it: put it in quotes'],
    [
      'a value of a star',
      GOOD.replace('nightly', '*a'),
      /^2 has the value \*a, which begins with \*: put it in quotes$/,
    ],
    ['a value of an at', GOOD.replace('nightly', '@a'), '2 has a value that begins with @: put it in quotes'],
    ['a value half in quotes', GOOD.replace('nightly', '"a" b'), /^2 goes on after a closing quote/],
    ['a backslash in quotes', GOOD.replace('nightly', '"C:\\data"'), /^2 has a backslash between double quotes/],
    ['a second document', `${GOOD}---\n${GOOD}`, '6 begins a second document: there may be only one'],
    ['a conflict of git', '<<<<<<< HEAD\nschedules: []\n=======\n>>>>>>> x\n', /^1 is what git leaves of a conflict/],
    ['a section with nothing behind it', 'network:\n', '1 network: has nothing behind it: fill it in, or leave it out'],
  ];
  for (const [what, text, said] of MISTAKES) {
    it(`for ${what}`, () => {
      const problems = problemsOf(text);

      assert.equal(problems.length, 1, problems.join('\n'));
      if (typeof said === 'string') assert.equal(problems[0], said);
      else assert.match(problems[0] ?? '', said);
    });
  }

  it('for no space after a colon between braces, beside what is missing then', () => {
    const problems = problemsOf(GOOD.replace('target: city-gis', 'target:city-gis'));

    assert.ok(
      problems.some((problem) => problem.endsWith(': has no space after the colon of target')),
      problems.join(),
    );
  });

  it('and lines that end as Windows ends them are no mistake', () => {
    assert.equal(settingsIn(`\ufeff${GOOD.replaceAll('\n', '\r\n')}`).schedules.length, 1);
  });
});
