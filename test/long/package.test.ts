import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { CODE_FOLDER } from '../../infra/package/build-template.ts';
import { app, built, makePackage, ROOT, template } from '../support/packed-package.ts';
import { unzip } from '../support/unzip.ts';

const functions = readdirSync('functions');
let packed: string[] = [];
before(async () => {
  packed = await makePackage();
});

describe('the bundles of the package', () => {
  it('are there for every function, and tell nothing of this machine', () => {
    const bundles = packed.filter((file) => /^functions\/.*\/index\.js$/.test(file));

    assert.deepEqual(bundles.map((file) => file.split('/')[1]).sort(), functions);
    const telling = packed.filter((file) => readFileSync(join(built, file), 'utf8').includes(ROOT));
    assert.deepEqual(telling, []);
  });

  for (const name of functions) {
    it(`start where no checkout is: ${name}`, () => {
      const { handler } = createRequire(join(app, 'x.js'))(`./node_modules/cache-ops/functions/${name}/index.js`);

      assert.equal(typeof handler, 'function');
    });
  }

  it('are what the template of the release deploys', () => {
    for (const archive of readdirSync(join(template, CODE_FOLDER))) {
      const files = unzip(readFileSync(join(template, CODE_FOLDER, archive)));
      const bundle = join(built, 'functions', archive.replace(/-[0-9a-f]{12}\.zip$/, ''), 'index.js');
      assert.deepEqual(files.get('index.js'), readFileSync(bundle), archive);
    }
  });

  it('have the licence of every package beside them whose code they hold', () => {
    const text = readFileSync(join(built, 'THIRD-PARTY-LICENCES.txt'), 'utf8');

    for (const name of ['undici', 'zod', '@middy/core', '@aws-sdk/client-sfn', 'yaml']) {
      assert.ok(text.includes(`\n${name} `), name);
    }
  });
});
