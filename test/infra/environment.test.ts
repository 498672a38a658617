import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { pascalCase } from '../../infra/operations.ts';
import { type SourceFile, sourceFiles } from '../support/source-files.ts';
import { synthesize } from './synthesize.ts';

const REFRESH = { target: 'gis', serviceName: 'A', serviceType: 'ImageServer' };
const stack = synthesize({
  notifications: { email: 'team@example.org' },
  rasters: [{ refresh: REFRESH }],
  clients: { websocket: true },
});
const files = new Map([...sourceFiles('functions'), ...sourceFiles('shared')].map((file) => [file.path, file]));

/** What a function may run: its handler, and all that this imports. */
function sourcesOf(name: string): SourceFile[] {
  const paths = new Set([`functions/${name}/handler.ts`]);
  for (const path of paths) for (const imported of files.get(path)?.imports ?? []) paths.add(imported);
  return [...paths].flatMap((path) => files.get(path) ?? []);
}

/** The variables that a source asks for by their names. */
function variablesIn({ text }: SourceFile): string[] {
  const calls = [...text.matchAll(/\benvironment\(([^)]*)\)/g)];
  return calls.flatMap(([, names = '']) => names.match(/[A-Z][A-Z_]+/g) ?? []);
}

describe('the environment of a function', () => {
  for (const name of readdirSync('functions')) {
    it(`of ${name} has every variable that its sources read, and no other`, () => {
      const { Environment } = stack.one('AWS::Lambda::Function', `${pascalCase(name)}Function`).Properties;

      const read = new Set(sourcesOf(name).flatMap(variablesIn));
      assert.deepEqual(Object.keys(Object(Environment).Variables ?? {}).toSorted(), [...read].toSorted());
    });
  }

  it('is read at one place, where it is typed', () => {
    const readers = [...files.values()].filter(({ text }) =>
      /process\.env\b(?!\['NODE_TLS_REJECT_UNAUTHORIZED'\])/.test(text),
    );

    assert.deepEqual(
      readers.map(({ path }) => path),
      ['shared/lambda/environment.ts'],
    );
  });
});
