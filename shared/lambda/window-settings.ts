import * as z from 'zod/mini';
import { DAYS, type Window } from '../windows/window.ts';
import { environment } from './environment.ts';

const windowsSchema = z.record(
  z.string(),
  z.object({
    timezone: z.string(),
    days: z.array(z.enum(DAYS)),
    from: z.string(),
    to: z.string(),
    except: z.array(z.string()),
  }),
);

/** The windows of the settings, by name. */
export function windowSettings(): Map<string, Window> {
  return new Map(Object.entries(windowsSchema.parse(JSON.parse(environment('WINDOWS').WINDOWS))));
}
