import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { whatStays } from '../../cli/what-stays.ts';
import { settingsSchema } from '../../infra/settings/settings.ts';
import { VERSION } from '../../shared/version.ts';
import { synthesize } from '../infra/synthesize.ts';
import { problemsOfFiles, versions } from '../release/checklist.ts';
import { everySetting } from './pages/iam-page.ts';

describe('a release', () => {
  it('has one version everywhere, the stack included', () => {
    const { Description, Outputs } = synthesize().template.toJSON();

    assert.deepEqual([...new Set(Object.values(versions()))], [VERSION]);
    assert.equal(Outputs.Version.Value, VERSION);
    assert.match(Description, new RegExp(`cache-ops ${VERSION.replaceAll('.', '\\.')}`));
  });

  it('is not ready while something is not committed, or the changelog has no date or another version', () => {
    const dated = { version: VERSION, date: '2030-01-31' };

    assert.deepEqual(problemsOfFiles('', dated), []);
    assert.match(problemsOfFiles(' M README.md\n', dated).join(), /not committed:\n M README\.md$/);
    assert.match(problemsOfFiles('', { ...dated, date: 'Unreleased' }).join(), /give .* its date, now "Unreleased"/);
  });
});

describe('what stays when a stack is deleted', () => {
  it('is what the template keeps, each with how it is removed', async () => {
    const settings = settingsSchema.parse({ ...everySetting(), name: 'test' });
    const kept = Object.values(synthesize(settings).template.toJSON()['Resources']).filter((resource) =>
      String(Object(resource).DeletionPolicy).startsWith('Retain'),
    );

    const text = (await whatStays(settings)).join('\n');

    const numbers = [...text.matchAll(/^ {2}- (\d+) /gm)].map(([, number]) => Number(number));
    assert.equal(
      numbers.reduce((sum, number) => sum + number, 0),
      kept.length,
    );
    assert.doesNotMatch(text, /^ {2}- AWS::/m);
    for (const word of [
      'CacheOps-test',
      'delete-table',
      's3 rb',
      'delete-log-group',
      'schedule-key-deletion',
      'cache-ops/<target>',
    ]) {
      assert.ok(text.includes(word), word);
    }
  });
});
