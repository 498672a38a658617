import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { operations } from '../../infra/operations.ts';
import { type SourceFile, sourceFiles } from '../support/source-files.ts';

const MAX_FILE_LINES = 250;
const MAX_HANDLER_LINES = 30;

const functionFiles = sourceFiles('functions');
const sharedFiles = sourceFiles('shared');
const infraFiles = sourceFiles('infra');
const localFiles = sourceFiles('local');
const cliFiles = sourceFiles('cli');
const testFiles = sourceFiles('test');
const productFiles = [...functionFiles, ...sharedFiles, ...infraFiles, ...localFiles, ...cliFiles];

const paths = new Set([...productFiles, ...testFiles].map(({ path }) => path));
const functionNames = [...new Set(functionFiles.map(({ path }) => path.split('/')[1] ?? ''))];
const operationNames = operations.map(({ name }) => name);

/** The CDK's part: what inputs and settings must be, and the words that machines, functions and people share. */
const INFRA_MAY_IMPORT =
  /^(infra\/|functions\/[^/]+\/input\.ts$|shared\/(errors|version|schema-messages|near-words|clients\/channel|jobs\/started-by|lambda\/environment|targets\/target-name|arcgis\/service-name|windows\/window|schedules\/schedule-list)\.ts$|shared\/ledger\/(entry|transitions|events|raster-items|pauses|last-runs)\.ts$)/;

/** The folders, or single files, that each part may import from; `self` is the folder the file is in. */
const MAY_IMPORT: [part: RegExp, allowed: (self: string) => RegExp][] = [
  [/^functions\/[^/]+\//, (self) => new RegExp(`^(shared|${self})/`)],
  [/^shared\/(errors|version|near-words)\.ts$/, () => /^$/],
  [/^shared\/schema-messages\.ts$/, () => /^shared\/near-words\.ts$/],
  [/^shared\/(tiles|windows)\//, (self) => new RegExp(`^${self}/`)],
  [/^shared\/(http|jobs)\//, (self) => new RegExp(`^(shared/errors\\.ts$|${self}/)`)],
  [
    /^shared\/targets\//,
    (self) => new RegExp(`^(shared/(errors|fit-results|schema-messages|near-words)\\.ts$|shared/http/|${self}/)`),
  ],
  [/^shared\/lambda\//, () => /^shared\//],
  [/^shared\/ledger\//, (self) => new RegExp(`^(shared/errors\\.ts$|shared/http/|${self}/)`)],
  [
    /^shared\/[^/]+\//,
    (self) => new RegExp(`^(shared/(errors|schema-messages)\\.ts$|shared/(http|jobs|tiles)/|${self}/)`),
  ],
  [/^infra\//, () => INFRA_MAY_IMPORT],
  // What a vendor's server says is never taken from the code that asks it.
  [/^local\/emulators\//, () => /^local\/emulators\//],
  [/^local\//, () => /^(local|infra|shared)\//],
  [/^cli\//, () => /^(cli|local|infra|shared)\//],
];

const isOurs = (imported: string) => /^(functions|shared|infra|local|cli|test)\/|^\.\.?\//.test(imported);

/** The imports of a file that its part may not have. */
function forbiddenImports({ path, imports }: SourceFile): string[] {
  const [, allowed] = MAY_IMPORT.find(([part]) => part.test(path)) ?? [];
  const self = path.split('/').slice(0, 2).join('/');
  return imports.filter(isOurs).filter((imported) => !allowed?.(self).test(imported));
}

const INFRA_PACKAGES = /^(aws-cdk-lib|aws-cdk|constructs|cdk-nag|@aws-cdk\/)/;
const CLIENT_PACKAGES = /^(undici|@aws-sdk\/)/;

function importersOf(packages: RegExp, files: SourceFile[]): string[] {
  return files.filter(({ imports }) => imports.some((imported) => packages.test(imported))).map(({ path }) => path);
}

describe('the layout of the project', () => {
  it('has functions to look at, and reads what they import', () => {
    const imports = functionFiles.flatMap((file) => file.imports);

    assert.ok(functionNames.length >= operationNames.length && operationNames.length > 0);
    assert.ok(imports.includes('shared/lambda/operation-handler.ts') && imports.includes('zod/mini'));
    assert.ok(importersOf(CLIENT_PACKAGES, sharedFiles).includes('shared/lambda/executions.ts'));
  });

  for (const name of functionNames) {
    it(`has wiring, logic, infrastructure and unit tests for ${name}`, () => {
      const parts = ['handler.ts', 'operation.ts', ...(operationNames.includes(name) ? ['input.ts'] : [])];
      const missing = parts.filter((part) => !paths.has(`functions/${name}/${part}`));
      const isDeployed = infraFiles.some(({ text }) => text.includes(`'${name}'`));
      const isTested = testFiles.some(({ path }) => path.startsWith(`test/unit/functions/${name}/`));

      assert.deepEqual({ missing, isDeployed, isTested }, { missing: [], isDeployed: true, isTested: true });
    });
  }

  for (const name of operationNames) {
    it(`has a function for the operation ${name}, whose own input schema its schedules are checked with`, () => {
      const [imported] = infraFiles
        .filter(({ path }) => path === 'infra/operations.ts')
        .flatMap(({ imports }) => imports.filter((path) => path === `functions/${name}/input.ts`));

      assert.ok(functionNames.includes(name));
      assert.equal(imported, `functions/${name}/input.ts`);
    });
  }

  for (const vendor of ['arcgis', 'microstrategy']) {
    it(`has an emulator for ${vendor}`, () => {
      const parts = [`shared/${vendor}/`, `local/emulators/${vendor}/`];

      const found = parts.filter((part) => [...paths].some((path) => path.startsWith(part)));

      assert.deepEqual(found, parts);
    });
  }

  it('keeps the wiring of a function short', () => {
    const long = functionFiles.filter(({ path, lines }) => path.endsWith('/handler.ts') && lines > MAX_HANDLER_LINES);

    assert.deepEqual(
      long.map(({ path }) => path),
      [],
    );
  });

  it('keeps files small', () => {
    const long = productFiles.filter(({ lines }) => lines > MAX_FILE_LINES);

    assert.deepEqual(
      long.map(({ path }) => path),
      [],
    );
  });
});

describe('the direction of imports', () => {
  for (const file of productFiles) {
    it(`holds in ${file.path}`, () => {
      const forbidden = forbiddenImports(file);

      assert.deepEqual(forbidden, []);
    });
  }

  const breaches: [path: string, imported: string][] = [
    ['functions/refresh-service/operation.ts', 'functions/check-job/operation.ts'],
    ['functions/refresh-service/operation.ts', 'infra/operations.ts'],
    ['shared/arcgis/site.ts', 'shared/microstrategy/session.ts'],
    ['shared/arcgis/site.ts', 'shared/lambda/log.ts'],
    ['shared/http/send.ts', 'shared/targets/target.ts'],
    ['shared/jobs/job-state.ts', 'shared/http/redact.ts'],
    ['shared/tiles/plan.ts', 'shared/errors.ts'],
    ['shared/ledger/ledger-table.ts', 'shared/lambda/environment.ts'],
    ['shared/ledger/transitions.ts', 'shared/targets/target.ts'],
    ['shared/arcgis/site.ts', 'shared/ledger/entry.ts'],
    ['shared/lambda/log.ts', 'test/support/invoke.ts'],
    ['infra/app.ts', 'functions/refresh-service/operation.ts'],
    ['infra/app.ts', 'shared/lambda/executions.ts'],
    ['infra/app.ts', 'shared/ledger/ledger-table.ts'],
    ['infra/machines/run/run.ts', 'shared/arcgis/site.ts'],
    ['infra/app.ts', 'test/support/invoke.ts'],
    ['infra/app.ts', 'local/synth.ts'],
    ['local/platform.ts', 'cli/start.ts'],
    ['local/platform.ts', 'functions/check-job/operation.ts'],
    ['local/emulators/serve.ts', 'shared/arcgis/site.ts'],
    ['cli/start.ts', 'test/support/invoke.ts'],
  ];
  for (const [path, imported] of breaches) {
    it(`would not hold if ${path} imported ${imported}`, () => {
      const forbidden = forbiddenImports({ path, imports: [imported], text: '', lines: 1 });

      assert.deepEqual(forbidden, [imported]);
    });
  }

  it('keeps the CDK out of what runs in Lambda', () => {
    const importers = importersOf(INFRA_PACKAGES, [...functionFiles, ...sharedFiles]);

    assert.deepEqual(importers, []);
  });

  it('keeps the words of vendors out of the machines', () => {
    const machines = infraFiles.filter(({ path }) => path.startsWith('infra/machines/'));
    const withWords = machines.filter(({ text }) => /esri|arcgis|microstrategy|mstr/i.test(text));

    assert.ok(machines.length > 7);
    assert.deepEqual(
      withWords.map(({ path }) => path),
      [],
    );
  });

  it('keeps HTTP and AWS clients out of the functions themselves, and of infrastructure', () => {
    const importers = importersOf(CLIENT_PACKAGES, [...functionFiles, ...infraFiles]);

    assert.deepEqual(importers, []);
  });
});
