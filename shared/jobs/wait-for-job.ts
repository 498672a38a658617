import * as z from 'zod/mini';

/** The vendor's words: `WAIT` watches the job to its end, `DO_NOT_WAIT` submits and nobody watches. */
export const waitForJobCompletionSchema = z.enum(['WAIT', 'DO_NOT_WAIT']);
