import * as z from 'zod';

/** How map clients are told that tiles were renewed, beside the event on the bus. */
export const clientsSchema = z.strictObject({ websocket: z.boolean().default(false) });
