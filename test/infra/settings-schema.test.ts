import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { settingsSchema } from '../../infra/settings/settings.ts';
import { settingsSchemaFile, settingsSchemaText } from '../../infra/settings/settings-schema.ts';

it('keeps the JSON Schema for editors as the settings and the inputs of the operations would generate it', () => {
  const text = settingsSchemaText();

  const kept = readFileSync(settingsSchemaFile, 'utf8');
  assert.equal(kept, text, 'run: npm run settings:schema');
});

it('describes the input of each operation in its own schedule', () => {
  const schema = JSON.parse(settingsSchemaText());

  const schedule = schema.properties.schedules.anyOf[0].items.anyOf.find(
    (candidate: { properties: { operation: { const: string } } }) =>
      candidate.properties.operation.const === 'delete-map-server-cache',
  );
  assert.deepEqual(schedule.properties.input.required, ['target', 'inputService', 'confirm']);
  assert.equal(schedule.properties.input.additionalProperties, false);
});

/** Keys within an area or an extent: Esri's and GeoJSON's own. */
const OF_GEOMETRY = /(areaOfInterest|updateExtent)\./;

it('describes every key, with examples that its own schema takes', () => {
  const schema = JSON.parse(settingsSchemaText());
  const bare: string[] = [];
  let examples = 0;
  const walk = (at: unknown, path: string) => {
    if (typeof at !== 'object' || at === null) return;
    for (const [word, value] of Object.entries(at)) {
      if (word !== 'properties') walk(value, path);
      for (const [key, property] of word === 'properties' ? Object.entries(Object(value)) : []) {
        const name = path === '' ? key : `${path}.${key}`;
        const { description = '', examples: given = [] } = Object(property);
        if (!OF_GEOMETRY.test(name) && description.length < 8) bare.push(name);
        examples += given.length;
        walk(property, name);
      }
    }
  };
  walk(schema, '');

  assert.deepEqual(bare, []);
  assert.ok(examples > 30);
  const { tags, logDays, permissionsBoundary } = schema.properties;
  const taken = {
    tags: tags.examples[0],
    logDays: logDays.examples[0],
    permissionsBoundary: permissionsBoundary.examples[0],
  };
  assert.deepEqual(settingsSchema.safeParse(taken).error, undefined);
});
