import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { settingsSchemaFile, settingsSchemaText } from '../../infra/settings/settings-schema.ts';

it('keeps the JSON Schema for editors as the settings and the inputs of the operations would generate it', () => {
  const text = settingsSchemaText();

  const kept = readFileSync(settingsSchemaFile, 'utf8');
  assert.equal(kept, text, 'run: npm run settings:schema');
});

it('describes the input of each operation in its own schedule', () => {
  const schema = JSON.parse(settingsSchemaText());

  const schedule = schema.properties.schedules.items.anyOf.find(
    (candidate: { properties: { operation: { const: string } } }) =>
      candidate.properties.operation.const === 'delete-map-server-cache',
  );
  assert.deepEqual(schedule.properties.input.required, ['target', 'inputService', 'confirm']);
  assert.equal(schedule.properties.input.additionalProperties, false);
});
