import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import { eventSchemaFile, eventSchemaText } from '../../infra/event-schemas.ts';
import { eventNames } from '../../shared/ledger/events.ts';
import { synthesize } from './synthesize.ts';

describe('the schemas of the events', () => {
  for (const name of eventNames()) {
    it(`are as the code has it for ${name}: npm run docs:events writes it`, () => {
      assert.equal(readFileSync(eventSchemaFile(name), 'utf8'), eventSchemaText(name));
    });
  }

  it('are of no other events', () => {
    const files = eventNames().map((name) => basename(eventSchemaFile(name)));

    assert.deepEqual(readdirSync('docs/events').toSorted(), files.toSorted());
  });

  it('are in a registry of the stack, in the draft that EventBridge knows', () => {
    const stack = synthesize({ name: 'test' });
    const schemas = stack
      .idsOf('AWS::EventSchemas::Schema')
      .map((id) => stack.resources.get(id)?.Properties ?? {})
      .filter(({ Type }) => Type !== 'OpenApi3');

    assert.equal(stack.one('AWS::EventSchemas::Registry').Properties['RegistryName'], 'test-cache-ops-events');
    assert.equal(schemas.length, eventNames().length);
    for (const { Type, Content } of schemas) {
      assert.equal(Type, 'JSONSchemaDraft4');
      assert.equal(JSON.parse(String(Content)).$schema, 'http://json-schema.org/draft-04/schema#');
    }
  });
});
