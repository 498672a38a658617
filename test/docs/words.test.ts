import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import * as z from 'zod';
import { operations } from '../../infra/operations.ts';
import { settingsSchema } from '../../infra/settings/settings.ts';
import { settingsSchemaText } from '../../infra/settings/settings-schema.ts';
import { errorNames } from '../../shared/errors.ts';
import { entrySchema } from '../../shared/ledger/entry.ts';
import { arcgisTargetSchema, microstrategyTargetSchema } from '../../shared/targets/target.ts';
import { synthesize } from '../infra/synthesize.ts';
import { sourceFiles } from '../support/source-files.ts';
import { type Document, documents } from './documents.ts';
import { everySetting } from './pages/iam-page.ts';
import { shapeOf } from './pages/schema-rows.ts';

const { template } = synthesize(everySetting());
const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) =>
  String(Properties.AlarmName),
);
const outputs = Object.keys(template.toJSON()['Outputs']);
const secretKeys = new Set([arcgisTargetSchema, microstrategyTargetSchema].flatMap(({ shape }) => Object.keys(shape)));

/** Keys that results, log lines and vendors' documents have. */
const OTHER_KEYS = [
  ...[
    'returnMessages',
    'exceededTransferLimit',
    'elapsedSeconds',
    'requestId',
    'projectId',
    'outputUrl',
    'failedUnits',
    'tilesTouched',
    'tilesRenewed',
    'expectedSeconds',
    'cacheControlMaxAge',
  ],
];

/** All keys that a JSON Schema names, however deep. */
function keysOf(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(keysOf);
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([word, value]) => [
    ...(word === 'properties' ? Object.keys(value) : []),
    ...keysOf(value),
  ]);
}

const keys = new Set([
  ...operations.flatMap(({ inputSchema }) => keysOf(shapeOf(inputSchema))),
  ...keysOf(JSON.parse(settingsSchemaText())),
  ...secretKeys,
  ...Object.keys(entrySchema.shape),
  ...OTHER_KEYS,
]);
const source = ['functions', 'shared', 'infra', 'local', 'cli']
  .flatMap((folder) => sourceFiles(folder))
  .map(({ text }) => text)
  .join('\n');
const names = new Set([
  ...operations.map(({ name }) => name),
  ...readdirSync('functions'),
  ...readdirSync('infra/machines', { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : [])),
]);

function codesLike(pattern: RegExp, texts = documents): { file: string; code: string }[] {
  return texts.flatMap(({ file, codes }) => codes.filter((code) => pattern.test(code)).map((code) => ({ file, code })));
}

function page(file: string): Document {
  const found = documents.find((one) => one.file === file);
  assert.ok(found, file);
  return found;
}

/** What stands in backticks in the first column of the tables of a document. */
function firstColumn(text: string): string[] {
  return [...text.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code),
  );
}

describe('the words of the documents', () => {
  it('name keys that exist', () => {
    const found = codesLike(/^[a-z]+(?:[A-Z][a-z]*)+$/);

    assert.ok(found.length > 60, String(found.length));
    assert.deepEqual(
      found.filter(({ code }) => !keys.has(code)),
      [],
    );
  });

  it('name other keys that the code still has', () => {
    for (const key of OTHER_KEYS) assert.match(source, new RegExp(`\\b${key}\\b`));
  });

  it('have every key of a secret on the page of targets, and no other', () => {
    const [, table = ''] = page('docs/targets.md').text.split('## Keys\n');

    assert.deepEqual(firstColumn(table.split('\n## ')[0] ?? '').sort(), [...secretKeys].sort());
  });

  it('have keys of entries that entries have', () => {
    const [, table = ''] = page('docs/operate.md').text.split('An entry has:\n');

    for (const key of firstColumn(table.split('\n\n| status')[0] ?? '')) assert.ok(key in entrySchema.shape, key);
  });

  it('name errors that exist', () => {
    const known = new Set<string>([...errorNames(), 'UsageError']);
    const found = documents.flatMap(({ prose }) => prose.match(/\b[A-Z]\w+Error\b/g) ?? []);

    assert.ok(found.length > 20);
    assert.deepEqual(
      found.filter((name) => !known.has(name)),
      [],
    );
  });

  it('name every alarm by its name in AWS, and no other', () => {
    const found = codesLike(/^cache-ops-[a-z-]*[a-z]$/).map(({ code }) => code);

    assert.deepEqual([...new Set(found)].sort(), [...new Set(alarms)].sort());
    assert.ok(page('docs/operate.md').codes.includes(`test-${alarms.find((name) => name.endsWith('cancel-run'))}`));
  });

  it('name outputs that the stack has', () => {
    const inProse = codesLike(/^[A-Z][a-zA-Z]+(Name|Arn)$/).map(({ code }) => code);
    const inCommands = documents.flatMap(({ text }) =>
      [...text.matchAll(/<([A-Z][A-Za-z]+)>/g)].map(([, name = '']) => name),
    );

    assert.ok(inProse.length > 3 && inCommands.length > 3);
    assert.deepEqual(
      [...inProse, ...inCommands].filter((name) => !outputs.includes(name)),
      [],
    );
  });

  it('name values that the code has', () => {
    const found = codesLike(/^[A-Z]+(_[A-Z]+)+$/);

    assert.deepEqual(
      found.filter(({ code }) => !source.includes(code)),
      [],
    );
  });

  it('name functions and machines that exist', () => {
    const found = codesLike(
      /^(start|check|cancel|sweep|settle|take|pause|run|watch|clear|delete|manage|refresh|purge)-[a-z-]+$/,
    );

    assert.ok(found.length > 20);
    assert.deepEqual(
      found.filter(({ code }) => !names.has(code)),
      [],
    );
  });
});

describe('the blocks of the documents', () => {
  for (const { file, fences } of documents) {
    for (const { info, body } of fences) {
      it(`fit: ${info} in ${file}`, () => checkBlock(info, body));
    }
  }
});

/** How a block of JSON is checked, by the word after the language. */
const CHECKS: Readonly<Record<string, (value: unknown, name: string) => void>> = {
  input(value, name) {
    const schema = operations.find((operation) => operation.name === name)?.inputSchema;
    assert.ok(schema, name);
    z.parse(schema, value);
  },
  secrets(value) {
    for (const secret of Object.values(Object(value))) CHECKS['secret']?.(secret, '');
  },
  secret(value) {
    assert.deepEqual(
      Object.keys(Object(value)).filter((key) => !secretKeys.has(key)),
      [],
    );
  },
  result(value) {
    assert.ok(operations.some(({ name }) => name === Object(value).operation));
  },
  machine(value, name) {
    assert.ok(names.has(name));
    for (const key of Object.keys(Object(value))) assert.match(source, new RegExp(`\\b${key}\\b`));
  },
  policy(value) {
    assert.ok(Array.isArray(value));
  },
};

function checkBlock(info: string, body: string): void {
  const [language = '', kind = '', name = ''] = info.split(' ');
  // TypeScript is compiled against the package, in test/e2e.
  if (['bash', 'text', 'mermaid', 'ts'].includes(language)) return;
  if (info === 'yaml settings') {
    settingsSchema.parse(parse(body));
    return;
  }
  assert.equal(language, 'json', `a block of ${info}`);
  const checked = CHECKS[kind];
  assert.ok(checked, `a block of ${info} is not checked`);
  checked(JSON.parse(body), name);
}
