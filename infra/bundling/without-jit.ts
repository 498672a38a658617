import { config } from 'zod/v4/core';

// Runs before everything else in a bundle, before the first schema is made. Zod else compiles each schema on first use, which pays after hundreds of
// inputs and takes 6 % of a cold operation.
config({ jitless: true });
