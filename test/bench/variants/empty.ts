/** The limit: nothing but Node.js itself. */
export const handler = async () => ({});
