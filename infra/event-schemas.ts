import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { type EventName, eventNames, eventSchema } from '../shared/ledger/events.ts';

/** What a schema is written for: people's validators, or EventBridge's registry, which knows draft 4 only. */
type Draft = 'draft-7' | 'draft-4';

/** The JSON Schema of a whole event. */
export function eventJsonSchema(name: EventName, target: Draft): object {
  return { ...z.toJSONSchema(eventSchema(name), { target }), title: name };
}

/** `docs/events/run-ended.json` */
export function eventSchemaFile(name: EventName): string {
  const file = name.toLowerCase().replaceAll(' ', '-');
  return fileURLToPath(new URL(`../docs/events/${file}.json`, import.meta.url));
}

export function eventSchemaText(name: EventName): string {
  return `${JSON.stringify(eventJsonSchema(name, 'draft-7'), null, 2)}\n`;
}

if (import.meta.main) {
  mkdirSync(new URL('../docs/events', import.meta.url), { recursive: true });
  for (const name of eventNames()) writeFileSync(eventSchemaFile(name), eventSchemaText(name));
}
