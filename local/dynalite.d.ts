declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface Options {
    createTableMs?: number;
    updateTableMs?: number;
    deleteTableMs?: number;
  }
  function dynalite(options?: Options): Server;
  export = dynalite;
}
