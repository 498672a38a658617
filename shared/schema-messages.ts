import { config } from 'zod/mini';
import english from 'zod/v4/locales/en.js';

// What reads the messages of schemas imports this file: `zod/mini` brings no texts of its own and would say "Invalid input" to everything. By its own path,
// because the package's list of locales carries all fifty.
config(english());
