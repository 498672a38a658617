import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import * as z from 'zod';
import { readCommandLine } from '../../../cli/command-line.ts';
import { operationHelp, wordsOfExample } from '../../../cli/operation-help.ts';
import { momentOf } from '../../../cli/since.ts';
import { operations } from '../../../infra/operations.ts';

const folder = mkdtempSync(join(tmpdir(), 'cache-ops-command-line-'));
after(() => rmSync(folder, { recursive: true }));

const read = (...args: string[]) => readCommandLine(args, {});

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function refusal(...args: string[]): string {
  try {
    read(...args);
  } catch (error) {
    assert.ok(error instanceof Error);
    assert.equal(error.name, 'UsageError');
    return error.message;
  }
  return assert.fail('the arguments were taken');
}

describe('the command line', () => {
  it('is the tour without arguments, the runs, or an operation with its input', () => {
    const secrets = file('secrets.json', '\uFEFF{"city":{}}');

    assert.deepEqual(read(), { kind: 'tour' });
    assert.partialDeepStrictEqual(read('runs', '--json'), { kind: 'runs', json: true });
    assert.deepEqual(read('clear-rest-cache', '{"target":"a"}', '--secrets', secrets), {
      kind: 'operation',
      operation: 'clear-rest-cache',
      input: { target: 'a' },
      secrets: { file: secrets, targets: { city: {} } },
    });
  });

  const TYPOS: [args: string[], meant: RegExp][] = [
    [
      ['clear-rest-cahce', '{}'],
      /There is no operation or command "clear-rest-cahce": did you mean clear-rest-cache\?/,
    ],
    [['rusn'], /did you mean runs\?/],
    [['runs', '--wdie'], /Unknown option '--wdie': did you mean --wide\? See npm start -- runs --help\./],
    [['refresh-service', '{}', '--secret', 'x'], /'--secret': did you mean --secrets\?/],
    [
      ['clear', '{}'],
      /there are: clear-rest-cache, .*refresh-service, runs, show, stop, check-target, pause, footprint, drop, completion\./,
    ],
  ];
  for (const [args, meant] of TYPOS) {
    it(`names what was meant by ${args.join(' ')}`, () => {
      assert.match(refusal(...args), meant);
    });
  }

  const BROKEN: [how: string, input: string, said: RegExp][] = [
    ['is cut off', '{"target":"arcgis"', /ends too early|expected ',' or '}' .* at character 19/],
    ['has a comma too many', '{"target":"arcgis",}', /expected double-quoted property name at character 20/],
    ['has a word without quotes', '{"target":arcgis}', /no JSON: unexpected a\. It came as \{"target":arcgis\}$/],
    ['lost its quotes in the shell', '{target:arcgis}', /no double quotes.*PowerShell '\{\\"target\\"/],
    ['came with backslashes', '{\\"target\\":\\"arcgis\\"}', /leave the backslashes out/],
  ];
  for (const [how, input, said] of BROKEN) {
    it(`says what is wrong with an input that ${how}`, () => {
      assert.match(refusal('clear-rest-cache', input), said);
    });
  }

  it('says where a secrets file is broken, and nothing of what is in it', () => {
    const secrets = file('broken.json', '{\n  "city": {\n    "password": "hunter2",\n  }\n}');

    const message = refusal('clear-rest-cache', '{}', '--secrets', secrets);

    assert.match(message, /is no JSON: look at line 4, column 3$/);
    assert.doesNotMatch(message, /hunter2/);
  });

  it('refuses a flag that npm took for itself, because the first -- was missing', () => {
    const environment = { npm_config_secrets: 'true', npm_config_yes: '' };

    assert.throws(() => readCommandLine(['clear-rest-cache', '{}', 'x.json'], environment), {
      name: 'UsageError',
      message: /npm took --secrets for itself: .* npm start -- … --secrets/,
    });
  });

  it('takes what is asked of a deployed stack, and refuses what is for this machine beside it', () => {
    assert.deepEqual(read('stop', 'refresh-service/a', '--stack', 'CacheOps'), {
      kind: 'stop',
      run: 'refresh-service/a',
      stack: 'CacheOps',
    });
    assert.match(
      refusal('clear-rest-cache', 'target=a', '--stack', 'S', '--settings', 'x.yaml'),
      /--settings is for this/,
    );
    assert.match(refusal('check-target', 'a', '--stack', 'S', '--secrets', 'x.json'), /--secrets is for this/);
  });

  it('takes the runs of a time and of a target', () => {
    const moment = Date.parse('2026-11-26T12:00:00Z');

    assert.partialDeepStrictEqual(read('runs', '--target', 'gis', '--since', '2026-11-01'), {
      target: 'gis',
      since: Date.parse('2026-11-01'),
    });
    assert.equal(momentOf('7d', moment), Date.parse('2026-11-19T12:00:00Z'));
    assert.equal(momentOf('90m', moment), Date.parse('2026-11-26T10:30:00Z'));
    for (const odd of ['7', 'd', 'yesterday', '-1d', '2026-13-45'])
      assert.match(refusal('runs', `--since=${odd}`), /is no time: give for example/);
  });

  for (const args of [['--help'], ['help'], ['runs', '--help'], ['clear-rest-cache', '--help'], ['help', 'runs']]) {
    it(`has help for ${args.join(' ')}`, () => {
      assert.throws(() => read(...args), { name: 'HelpAsked', message: /^Usage: npm start --/ });
    });
  }

  for (const { name, inputSchema } of operations) {
    it(`shows an input for ${name} that the operation takes`, () => {
      const { does = '', example } = operationHelp[name] ?? {};

      assert.notEqual(does, '');
      assert.deepEqual(z.safeParse(inputSchema, example).error, undefined);
      assert.throws(() => read(name, '--help'), { message: new RegExp(`${name} '\\{"target"`) });
      assert.partialDeepStrictEqual(read(name, ...wordsOfExample(example ?? {}).split(' ')), { input: example });
    });
  }
});
