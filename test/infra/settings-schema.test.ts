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
  const keys = keysIn(schema);
  const bare = keys.filter(([path, { description = '' }]) => !OF_GEOMETRY.test(path) && description.length < 8);
  const examples = keys.flatMap(([, { examples: given = [] }]) => given).length;

  assert.deepEqual([...new Set(bare.map(([path]) => path))], []);
  assert.ok(examples > 30);
  const { tags, logDays, permissionsBoundary } = schema.properties;
  const taken = {
    tags: tags.examples[0],
    logDays: logDays.examples[0],
    permissionsBoundary: permissionsBoundary.examples[0],
  };
  assert.deepEqual(settingsSchema.safeParse(taken).error, undefined);
});

type Described = { description?: string; examples?: unknown[] };

/** Every key of a JSON Schema, however deep, by its path. */
function keysIn(schema: unknown, path: string[] = []): [path: string, Described][] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([word, value]) => {
    if (word !== 'properties') return keysIn(value, path);
    return Object.entries(Object(value)).flatMap(([key, property]): [string, Described][] => {
      const at = [...path, key];
      return [[at.join('.'), Object(property)], ...keysIn(property, at)];
    });
  });
}
