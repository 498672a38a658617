import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { manageTiles, operations, refreshService } from '../operations.ts';
import { describeKeys } from './descriptions.ts';
import { rasterSchema, tilesOfSource } from './rasters.ts';
import { settingsSchema } from './settings.ts';
import { eventSchema, scheduleSchema } from './starts.ts';

/** Where the JSON Schema is kept for editors. */
export const settingsSchemaFile = fileURLToPath(new URL('settings.schema.json', import.meta.url));

/** The settings, each schedule, event and raster source with the input of its operation. */
export function documentedSchema() {
  const schedules = operations.map(({ name, inputSchema }) =>
    z.strictObject({ ...scheduleSchema.shape, operation: z.literal(name), input: inputSchema }),
  );
  const events = operations.map(({ name, inputSchema }) =>
    z.strictObject({ ...eventSchema.shape, operation: z.literal(name), input: inputSchema }),
  );
  const tiles = tilesOfSource(manageTiles.inputSchema).optional();
  const raster = z.strictObject({ ...rasterSchema.shape, refresh: refreshService.inputSchema, tiles });
  return z.strictObject({
    ...settingsSchema.shape,
    schedules: z.array(z.union(schedules)).nullish(),
    rasters: z.array(raster).nullish(),
    events: z.array(z.union(events)).nullish(),
  });
}

/** The JSON Schema of the settings as text, so that editors complete them. */
export function settingsSchemaText(): string {
  const schema = z.toJSONSchema(documentedSchema(), { io: 'input', unrepresentable: 'any' });
  return `${JSON.stringify(describeKeys(schema), null, 2)}\n`;
}

if (import.meta.main) writeFileSync(settingsSchemaFile, settingsSchemaText());
