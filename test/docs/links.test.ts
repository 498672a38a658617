import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { anchorsOf, documents } from './documents.ts';

/** Why a link leads nowhere; undefined where it leads somewhere. */
function problemOf(file: string, link: string): string | undefined {
  if (/^https:\/\/\S+\.\S+/.test(link)) return undefined;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? file : join(dirname(file), decodeURI(path));
  if (!existsSync(target)) return `${file}: there is no ${target}`;
  const document = documents.find((one) => one.file === target);
  if (anchor === undefined) return undefined;
  return document && anchorsOf(document).includes(anchor) ? undefined : `${file}: ${target} has no heading #${anchor}`;
}

describe('the links of the documents', () => {
  it('lead to files and headings that exist', () => {
    const problems = documents.flatMap(({ file, links }) => links.map((link) => problemOf(file, link)));

    assert.ok(problems.length > 50);
    assert.deepEqual(
      problems.filter((problem) => problem !== undefined),
      [],
    );
  });

  it('lead from the README to every page', () => {
    const readme = documents.find(({ file }) => file === 'README.md');
    const reached = new Set(readme?.links.map((link) => link.split('#')[0]));

    for (const { file } of documents) {
      const isPage = /^docs\/[a-z-]+\.md$/.test(file) && file !== 'docs/iam.md';
      if (isPage) assert.ok(reached.has(file), `README.md has no link to ${file}`);
    }
  });
});
