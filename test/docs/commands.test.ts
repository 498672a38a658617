import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import * as z from 'zod';
import { readCommandLine } from '../../cli/command-line.ts';
import { readStackArguments, STACK_VERBS, type StackVerb } from '../../cli/stack-command-line.ts';
import { operations } from '../../infra/operations.ts';
import { documents } from './documents.ts';
import { SCRIPTS } from './pages/commands-page.ts';

const folder = mkdtempSync(join(tmpdir(), 'cache-ops-docs-'));
after(() => rmSync(folder, { recursive: true }));
const secretsFile = join(folder, 'secrets.json');
writeFileSync(
  secretsFile,
  JSON.stringify({ 'city-gis': JSON.parse(readFileSync('examples/secrets/arcgis.json', 'utf8')) }),
);

const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));
/** What is not ours, and is not run here. */
const OTHERS =
  /^(npm ci$|npm test$|npm install |npx cdk\b|sh dist\/template\/deploy\.sh |terraform |aws [a-z0-9-]+ |jq |openssl |git |cat |mkdir |export )/;

const commands = documents.flatMap(({ file, fences, codes }) => [
  ...fences
    .filter(({ info }) => info === 'bash')
    .flatMap(({ body }) => body.replaceAll(/\\\n\s*/g, '').split('\n'))
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ file, line })),
  ...codes.filter((code) => /^(npm|npx|aws) /.test(code)).map((line) => ({ file, line })),
]);

/** The words of a line of a shell; what `cat` would print is put in. */
function wordsOf(line: string): string[] {
  const words = line.match(/"\$\(cat [^)]+\)"|'[^']*'|"[^"]*"|\S+/g) ?? [];
  return words.map((word) => {
    const [, printed] = /^"\$\(cat ([^)]+)\)"$/.exec(word) ?? [];
    return printed === undefined ? word.replace(/^(['"])(.*)\1$/, '$2') : readFileSync(printed, 'utf8');
  });
}

function check(line: string): void {
  const [, copied] = /^cp (\S+) /.exec(line) ?? [];
  if (copied !== undefined) {
    assert.ok(existsSync(copied), `there is no ${copied}`);
    return;
  }
  const [program, tool = '', ...words] = wordsOf(line).filter((word) => word !== '--silent');
  if (program === 'npx' && tool === 'cache-ops') {
    checkStart(words);
    return;
  }
  const [script = '', ...rest] = tool === 'run' ? words : [tool, ...words];
  assert.ok(Object.hasOwn(scripts, script), `there is no npm script ${script}`);
  const args = rest[0] === '--' ? rest.slice(1) : rest;
  if (/[<…]/.test(line)) return;
  if (isVerb(script)) readStackArguments(script, args, {});
  if (script === 'start') checkStart(args);
}

function isVerb(script: string): script is StackVerb {
  return Object.hasOwn(STACK_VERBS, script);
}

function checkStart(args: readonly string[]): void {
  if (args.includes('--help')) return;
  const command = readCommandLine(
    args.map((word, index) => (args[index - 1] === '--secrets' ? secretsFile : word)),
    {},
  );
  if (command.kind !== 'operation') return;
  const schema = operations.find(({ name }) => name === command.operation)?.inputSchema;
  assert.ok(schema);
  z.parse(schema, command.input);
}

describe('the commands of the documents', () => {
  it('are many', () => {
    assert.ok(commands.length > 40, String(commands.length));
  });

  for (const { file, line } of commands) {
    it(`are known: ${line} (${file})`, () => {
      if (!OTHERS.test(line)) check(line);
    });
  }

  it('are described on their page, but those of tests', () => {
    const tests = Object.keys(scripts).filter((name) => /^(test:|lint$|fix$|types$)/.test(name));

    assert.deepEqual([...Object.keys(SCRIPTS), ...tests].sort(), Object.keys(scripts).sort());
  });
});
