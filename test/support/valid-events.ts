import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { eventSchemaFile } from '../../infra/event-schemas.ts';
import type { BusEvent } from '../../local/event-bus.ts';
import { eventNames } from '../../shared/ledger/events.ts';

const ajv = new Ajv({ allErrors: true });
const validators = new Map<string, ReturnType<typeof ajv.compile>>(
  eventNames().map((name) => [name, ajv.compile(JSON.parse(readFileSync(eventSchemaFile(name), 'utf8')))]),
);
const MAX_INPUT_BYTES = 10_000;

/** Fails where an event is not as its published schema says. */
export function assertValid(events: readonly BusEvent[]): void {
  for (const event of events) {
    const validate = validators.get(event['detail-type']);
    assert.ok(
      validate?.(event),
      `${event['detail-type']}: ${ajv.errorsText(validate?.errors)} ${JSON.stringify(event)}`,
    );
    const { input } = Object(event.detail);
    assert.ok(input === undefined || Buffer.byteLength(JSON.stringify(input)) <= MAX_INPUT_BYTES);
  }
}
