import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod/mini';

/** A schedule of the settings, without its input. */
const scheduleSchema = z.object({
  name: z.string(),
  operation: z.string(),
  /** With commas between where there are several. */
  target: z.string(),
  expression: z.string(),
  timezone: z.string(),
  enabled: z.boolean(),
});

const listSchema = z.object({ schedules: z.array(scheduleSchema), left: z.number() });

export type ScheduleOfList = z.output<typeof scheduleSchema>;

/** `left`: how many more there are, for which there was no room. */
export type ScheduleList = z.output<typeof listSchema>;

/** The schedules as a text of at most so many characters: the variables of a function have 4 kB in all. */
export function packed(schedules: readonly ScheduleOfList[], maxCharacters: number): string {
  for (let count = schedules.length; ; count -= 1) {
    const list = { schedules: schedules.slice(0, count), left: schedules.length - count };
    const text = deflateRawSync(JSON.stringify(list)).toString('base64');
    if (text.length <= maxCharacters || count === 0) return text;
  }
}

export function unpacked(text: string): ScheduleList {
  return listSchema.parse(JSON.parse(inflateRawSync(Buffer.from(text, 'base64')).toString()));
}
