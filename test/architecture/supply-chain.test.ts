import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { bundleFunction } from '../../infra/bundling/bundle-function.ts';

/** Licences that ask for no more than their notice. Where a package leaves the choice, one of these is enough. */
const ALLOWED = ['MIT', 'Apache-2.0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0'];
/** What every deployed function holds: the packages of the SDK and their parts, undici, middy, zod. */
const MAX_BUNDLED_PACKAGES = 15;

const versions = z.record(z.string(), z.string());
const packageSchema = z.looseObject({
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  license: z.string().optional(),
  dev: z.boolean().default(false),
  inBundle: z.boolean().default(false),
  hasInstallScript: z.boolean().default(false),
});
const manifest = z
  .looseObject({ dependencies: versions, devDependencies: versions, allowScripts: z.record(z.string(), z.boolean()) })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));
const { '': root, ...packages } = z
  .looseObject({ packages: z.record(z.string(), packageSchema) })
  .parse(JSON.parse(readFileSync('package-lock.json', 'utf8'))).packages;
const locked = Object.entries(packages).map(([path, details]) => ({ path, ...details }));

const isAllowed = (license: string | undefined) =>
  (license ?? '')
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((choice) => ALLOWED.includes(choice));

function licenseOf(path: string): unknown {
  return JSON.parse(readFileSync(`${path}/package.json`, 'utf8')).license;
}

describe('the packages that the project is made of', () => {
  it('are asked for by exact versions, and locked as they are asked for', () => {
    const { dependencies, devDependencies } = manifest;
    const inexact = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );

    assert.deepEqual(inexact, []);
    assert.partialDeepStrictEqual(root, { dependencies, devDependencies });
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      assert.equal(packages[`node_modules/${name}`]?.version, version, name);
    }
  });

  it('are locked by what they hold, from whatever registry they come', () => {
    const loose = locked.filter(({ integrity, inBundle }) => !inBundle && !integrity?.startsWith('sha512-'));
    const tied = locked.filter(({ resolved }) => resolved !== undefined);

    assert.ok(locked.length > 100);
    assert.deepEqual(
      [...loose, ...tied].map(({ path }) => path),
      [],
    );
  });

  it('have licences of the list, those for development too', () => {
    const others = locked
      .filter(({ license }) => !isAllowed(license))
      .map(({ path, license }) => `${path}: ${license}`);

    assert.deepEqual(others, []);
  });

  for (const license of ['GPL-3.0-or-later', 'AGPL-3.0-only', 'UNLICENSED', 'SEE LICENSE IN LICENSE', '', undefined]) {
    it(`could not have the licence ${license}`, () => {
      assert.equal(isAllowed(license), false);
    });
  }

  it('say themselves, those for production, what the lock file says of their licences', () => {
    const production = locked.filter(({ dev }) => !dev);
    const differing = production.filter(({ path, license }) => licenseOf(path) !== license).map(({ path }) => path);

    assert.ok(production.length > 10);
    assert.deepEqual(differing, []);
  });

  it('run a script at their installation only where it was decided on', () => {
    const running = locked.filter(({ hasInstallScript }) => hasInstallScript);

    assert.deepEqual(
      running.map(({ path }) => path.replace('node_modules/', '')).sort(),
      Object.keys(manifest.allowScripts).sort(),
    );
  });

  it('are few in what is deployed, and none of them is for development', async () => {
    const bundles = await Promise.all(['refresh-service', 'purge-microstrategy-caches'].map(bundleFunction));
    const files = bundles.flatMap(({ metafile }) => Object.entries(metafile.outputs['index.js']?.inputs ?? {}));

    const bundled = new Set(
      files
        .filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && path.includes('node_modules/'))
        .map(([path]) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path),
    );

    assert.ok(bundled.has('node_modules/undici'));
    assert.ok(bundled.size <= MAX_BUNDLED_PACKAGES, [...bundled].join('\n'));
    assert.deepEqual(
      [...bundled].filter((path) => packages[path]?.dev !== false),
      [],
    );
  });
});
